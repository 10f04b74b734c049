"""What is said of an entry of a list that is new, gone, or stands elsewhere."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Entry:
    """The sentences about the entries of a list.

    ``said`` are the values a new entry's name says already; ``is_one_thing`` says that its values
    mean nothing one by one.
    """

    added: str | Promise
    removed: str | Promise
    moved: str | Promise = ""
    said: tuple[str, ...] = ("key",)
    is_one_thing: bool = False


def _reason(added: Promise, removed: Promise) -> Entry:
    return Entry(
        added,
        removed,
        moved=_("The order of the reasons becomes %(after)s."),
        said=("key", "name"),
    )


_BY_PLACE = {
    "objectives": Entry(
        _("New objective: %(after)s."),
        _("No longer an objective: %(before)s."),
        _("The order of the objectives becomes %(after)s."),
        ("key", "statement"),
    ),
    "assumptions": Entry(
        _("New assumption: %(after)s."),
        _("No longer assumed: %(before)s."),
        moved=_("This assumption stands elsewhere: %(after)s."),
        is_one_thing=True,
    ),
    "funnel.stages": Entry(
        _("New stage: %(after)s."),
        _("Stage dropped: %(before)s."),
        _("The order of the stages becomes %(after)s."),
        ("key", "name"),
    ),
    "handoff.rules": Entry(
        _("New condition of the handoff: %(after)s."),
        _("No longer a condition of the handoff: %(before)s."),
        moved=_("This condition stands elsewhere: %(after)s."),
        is_one_thing=True,
    ),
    "handoff.scoring": Entry(
        _("New points: %(after)s."),
        _("No more points: %(before)s."),
        moved=_("These points stand elsewhere: %(after)s."),
        is_one_thing=True,
    ),
    "tiers": Entry(
        _("New tier: %(after)s."),
        _("Tier dropped: %(before)s."),
        _("The order of the tiers becomes %(after)s; the first that fits is a lead's tier."),
        ("key", "name"),
    ),
    "commitments": Entry(
        _("New: %(after)s"),
        _("No longer promised: %(before)s"),
        moved=_("The order of the commitments becomes %(after)s."),
    ),
    "escalation": Entry(
        _("New on the ladder: %(after)s."),
        _("No longer on the ladder: %(before)s."),
        moved=_("This rung of the ladder stands elsewhere: %(after)s."),
        is_one_thing=True,
    ),
    "channels": Entry(
        _("New channel: %(after)s."),
        _("Channel dropped: %(before)s."),
        _("The order of the channels becomes %(after)s."),
        ("key", "name"),
    ),
    "roles": Entry(
        _("New role: %(after)s."),
        _("Role dropped: %(before)s."),
        _("This role stands elsewhere: %(after)s."),
        ("activity",),
    ),
    "reasons.rejection": _reason(
        _("New reason for rejecting: %(after)s."),
        _("No longer a reason for rejecting: %(before)s."),
    ),
    "reasons.disqualification": _reason(
        _("New reason for disqualifying: %(after)s."),
        _("No longer a reason for disqualifying: %(before)s."),
    ),
    "reasons.recycling": _reason(
        _("New reason for recycling: %(after)s."),
        _("No longer a reason for recycling: %(before)s."),
    ),
    "reasons.pause": _reason(
        _("New reason for pausing: %(after)s."), _("No longer a reason for pausing: %(before)s.")
    ),
    "reasons.breach_causes": _reason(
        _("New cause of breaches: %(after)s."), _("No longer a cause of breaches: %(before)s.")
    ),
    "reasons.exceptions": _reason(
        _("New reason for an exception: %(after)s."),
        _("No longer a reason for an exception: %(before)s."),
    ),
}


def entry_of(steps: tuple[str, ...]) -> Entry | None:
    """Return what is said of the entry at a place; None for a place that is no entry."""
    return _BY_PLACE.get(".".join(steps[:-1]))


def list_at(steps: tuple[str, ...]) -> Entry | None:
    """Return what is said of the entries of the list at a place."""
    return _BY_PLACE.get(".".join(steps))
