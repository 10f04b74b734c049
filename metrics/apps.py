"""The app's configuration."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """How the two compare."""

    name = "metrics"
