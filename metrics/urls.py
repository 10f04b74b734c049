"""Addresses of the pages about figures, below the address of their agreement."""

from django.urls import path

from metrics.views import backtest, behind, breaches, dashboard, live, rate_history

app_name = "metrics"

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("figures/<str:key>/", behind.behind, name="behind"),
    path("breaches/", breaches.breaches, name="breaches"),
    path("back-test/", backtest.backtest, name="back-test"),
    path("rate-history/", rate_history.rate_history, name="rate-history"),
    path("live/", live.live, name="live"),
]
