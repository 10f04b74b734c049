"""The app's configuration."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """What was promised."""

    name = "agreements"

    def ready(self) -> None:
        """Hear of second factors that people turn on and off."""
        from agreements import second_factor_audit  # noqa: F401
