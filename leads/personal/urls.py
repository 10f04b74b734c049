"""Addresses of the pages about personal data, which belong to no single agreement."""

from django.urls import path

from leads.views import personal, unsearched

app_name = "personal"

urlpatterns = [
    path("", personal.personal_data, name="data"),
    path("forgotten/<int:pk>/lift/", personal.lift, name="lift"),
    path("files/<int:pk>/", unsearched.file, name="file"),
    path("files/<int:pk>/throw-away/", unsearched.throw_away, name="throw-away"),
]
