"""Find the agreement a command names."""

from django.core.management.base import CommandError

from agreements.models import Agreement


def agreement_named(slug: str) -> Agreement:
    """Return the agreement of a slug. Raises CommandError that lists those there are."""
    try:
        return Agreement.objects.get(slug=slug)
    except Agreement.DoesNotExist as error:
        known = ", ".join(Agreement.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(
            f"There is no agreement {slug!r}; there are: {known or 'none'}."
        ) from error
