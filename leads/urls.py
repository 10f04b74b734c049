"""Addresses of the app's pages."""

app_name = "leads"

urlpatterns: list[object] = []
