"""What the pages of the calendars show of leads."""

from django.urls import path

from leads.views import reach

app_name = "reach"

urlpatterns = [
    path("<slug:key>/reach/", reach.reach, name="open-clocks"),
]
