"""The app's configuration."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    """What happened, and the clocks that started."""

    name = "leads"
