"""Addresses of the app's pages."""

app_name = "metrics"

urlpatterns: list[object] = []
