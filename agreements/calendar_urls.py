"""Addresses of the pages about calendars, which belong to no single agreement."""

from django.urls import path

from agreements.views import calendars

app_name = "calendars"

urlpatterns = [
    path("", calendars.listing, name="list"),
    path("new/", calendars.new, name="new"),
    path("<slug:key>/", calendars.detail, name="detail"),
]
