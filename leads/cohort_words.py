"""What handoffs are put together by, and what became of them, in words."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import Agreement, User
from agreements.terms import Terms
from leads.models import Delivery

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def outcome_names() -> dict[str, str]:
    """Name what became of handoffs, by the keys of leads.cohort.OUTCOMES."""
    return {
        "offered": _("Offered"),
        "accepted": _("Accepted"),
        "rejected": _("Rejected"),
        "waiting": _("Not decided yet"),
        "ended": _("Ended before a decision"),
        "contested": _("Contested"),
        "overturned": _("Overturned"),
        "contacted": _("Contacted"),
        "qualified": _("Qualified"),
        "won": _("Won"),
    }


def kind_names() -> dict[str, str]:
    """Name what handoffs are put together by, by the keys of leads.cohort.GROUPS."""
    return {
        "batch": _("Batch"),
        "campaign": _("Campaign"),
        "origin": _("Origin"),
        "offered_by": _("Offered by"),
        "tier": _("Tier"),
    }


def names_of_groups(
    kind: str, keys: Collection[str], agreement: Agreement, terms: Terms | None
) -> dict[str, str]:
    """Name groups of handoffs by their keys; at most two queries."""
    match kind:
        case "batch":
            return _names_of_batches(keys, agreement)
        case "offered_by":
            people = _people(key for key in keys if key.isdecimal())
            return {key: people.get(key, _("Not told by whom")) for key in keys}
        case "tier":
            tiers = {each.key: each.name for each in terms.tiers} if terms else {}
            return {key: tiers.get(key, key) or _("Without a tier") for key in keys}
        case "campaign":
            return {key: key or _("Without a campaign") for key in keys}
        case _:
            return {key: key or _("Without an origin") for key in keys}


def _names_of_batches(keys: Collection[str], agreement: Agreement) -> dict[str, str]:
    files = Delivery.objects.filter(
        agreement=agreement, pk__in=[key[1:] for key in keys if _is_file(key)]
    )
    names = {f"i{pk}": name for pk, name in files.values_list("pk", "file_name")}
    together = {key: moment for key in keys if (moment := _moment_of(key))}
    people = _people(key.partition(".")[2] for key in together)
    for key, at in together.items():
        about = {"when": formats.instant(at), "person": people.get(key.partition(".")[2], "")}
        names[key] = _("Offered together %(when)s, %(person)s") % about
    return {key: names.get(key) or _("One by one, or by another system") for key in keys}


def _is_file(key: str) -> bool:
    return key.startswith("i") and key[1:].isdecimal()


def _moment_of(key: str) -> datetime | None:
    """Return when the leads of a batch were offered; None for any other key."""
    microseconds, _dot, person = key[1:].partition(".")
    if not (key.startswith("o") and microseconds.isdecimal() and person.isdecimal()):
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(microseconds))
    except OverflowError:
        return None


def _people(keys: Iterable[str]) -> dict[str, str]:
    named = User.objects.filter(pk__in=list(keys))
    return {str(pk): name for pk, name in named.values_list("pk", "name")}
