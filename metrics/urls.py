"""Addresses of the pages about figures, below the address of their agreement."""

from django.urls import path

from metrics.views import behind, breaches, dashboard, live

app_name = "metrics"

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("figures/<str:key>/", behind.behind, name="behind"),
    path("breaches/", breaches.breaches, name="breaches"),
    path("live/", live.live, name="live"),
]
