"""What handoffs are put together by, and what became of them, in words."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import Agreement, User
from agreements.terms import Terms
from leads.models import Delivery, HandoffEvent

# So many characters of a note tell a batch from another one.
_FIRST_WORDS = 40
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
        "upheld": _("Upheld"),
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
    """Name groups of handoffs by their keys; at most three queries."""
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
    told = files.values_list("pk", "file_name", "received_at")
    names = _apart({f"i{pk}": (name, at) for pk, name, at in told if name})
    together = {key: moment for key in keys if (moment := _moment_of(key))}
    people = _people(key.partition(".")[2] for key in together)
    notes = _notes(together, agreement)
    for key, at in together.items():
        about = {"when": formats.instant(at), "person": people.get(key.partition(".")[2], "")}
        names[key] = _("Offered together %(when)s, %(person)s") % about
        if key in notes:
            names[key] = _("%(batch)s: “%(note)s”") % {"batch": names[key], "note": notes[key]}
    names |= _apart({key: (names[key], at) for key, at in together.items()})
    others = {"": _("One by one, or by another system")}
    return {key: (names | others).get(key) or _("A batch that is not known") for key in keys}


def _apart(named: Mapping[str, tuple[str, datetime]]) -> dict[str, str]:
    """Return names by key, to the second where two are the same."""
    number = Counter(name for name, _at in named.values())
    return {
        key: name if number[name] == 1 else f"{name} · {formats.exact_instant(at)}"
        for key, (name, at) in named.items()
    }


def _notes(together: Mapping[str, datetime], agreement: Agreement) -> dict[str, str]:
    """Return how the note begins that was told with what was offered together; one query."""
    if not together:
        return {}
    offers = HandoffEvent.objects.filter(
        kind=HandoffEvent.Kind.OFFERED,
        handoff__agreement=agreement,
        handoff__offered_at__in=together.values(),
    ).exclude(note="")
    told = offers.order_by("-pk").values_list("handoff__offered_at", "person_id", "note")
    return {
        batch_key(at, person_id): Truncator(note).chars(_FIRST_WORDS)
        for at, person_id, note in told
        if at and person_id
    }


def batch_key(at: datetime, person_id: int) -> str:
    """Return the key of what somebody offered together at an instant."""
    return f"o{(at - _EPOCH) // timedelta(microseconds=1)}.{person_id}"


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
