"""What every page shows of the agreements."""

from typing import Any

from django.http import HttpRequest

from agreements.models import Agreement


def agreement_menu(request: HttpRequest) -> dict[str, Any]:
    """Offer the reader's agreements and the one a page is about; asked for only if shown."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    slug = request.resolver_match.kwargs.get("slug") if request.resolver_match else None
    agreements = Agreement.objects.visible_to(request.user).order_by("name", "pk")
    return {"agreement_menu": agreements, "agreement_slug": slug}
