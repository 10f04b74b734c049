"""The app's configuration."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """What was promised."""

    name = "agreements"
