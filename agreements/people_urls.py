"""Addresses of the pages about people, who belong to no single agreement."""

from django.urls import path

from agreements.views import people

app_name = "people"

urlpatterns = [
    path("", people.listing, name="list"),
    path("<int:pk>/", people.person, name="person"),
]
