"""The project as an app: its management commands and system checks."""

from django.apps import AppConfig


class SlaportalConfig(AppConfig):
    """Settings, embedded servers and what is said of both."""

    name = "slaportal"

    def ready(self) -> None:
        """Register the system checks and the extensions of the API schema."""
        from slaportal import api_schema, checks  # noqa: F401
