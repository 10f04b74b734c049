"""Addresses of the app's pages."""

app_name = "agreements"

urlpatterns: list[object] = []
