"""What every page shows of the agreements."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from agreements.models import Agreement, Membership

LED = "is_led"


def agreement_menu(request: HttpRequest) -> dict[str, Any]:
    """Offer the reader's agreements and the one a page is about; asked for only if shown.

    The same query tells whether the reader leads a side of one, so may start another.
    """
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    user = request.user
    sides = Q(team=OuterRef("marketing_team")) | Q(team=OuterRef("sales_team"))
    led = Membership.objects.filter(sides, user=user, role=Membership.Role.LEAD)
    own = Agreement.objects.visible_to(user).order_by("name", "pk")
    agreements = own.annotate(**{LED: Exists(led)})
    slug = request.resolver_match.kwargs.get("slug") if request.resolver_match else None
    return {
        "agreement_menu": agreements,
        "agreement_slug": slug,
        "may_start_agreement": SimpleLazyObject(
            lambda: user.is_admin or any(getattr(each, LED) for each in agreements)
        ),
    }
