"""Every address of the portal."""

from django.urls import include, path

from slaportal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("accounts/password/reset/", views.LostPassword.as_view(), name="account_reset_password"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/second-factor/", include("allauth.mfa.urls")),
    path("agreements/", include("agreements.urls")),
    path("agreements/<slug:slug>/", include("leads.urls")),
    path("agreements/<slug:slug>/", include("metrics.urls")),
    path("calendars/", include("agreements.calendar_urls")),
    path("calendars/", include("leads.calendar_urls")),
    path("people/", include("agreements.people_urls")),
    path("personal-data/", include("leads.personal.urls")),
    path("api/v1/", include(("slaportal.api", "api"))),
    path("i18n/", include("django.conf.urls.i18n")),
]

handler400 = "slaportal.api.bad_request"
handler500 = "slaportal.api.server_error"
