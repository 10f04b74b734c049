"""What each party promises: the fields of a commitment by its measure, and the catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from agreements.editor.fields import Choices, Field, Rows, Shown, ShownRows
from agreements.editor.forms import SectionForm
from agreements.editor.lead_fields import known_fields
from agreements.editor.measured import cleared, measure_of, with_needs
from agreements.editor.new_commitment import WITH_FUNNEL, new_commitment
from agreements.editor.parts import list_in, value_in
from agreements.editor.promises import promises_of, side_of, weights_of
from agreements.editor.said import former_terms
from agreements.editor.tiers import calendar_choices
from agreements.editor.warned import warnings_of
from agreements.models import AgreementVersion
from agreements.terms import FUNNEL, MEASURES, Measure, Problem
from agreements.whole_numbers import whole_number
from agreements.wording import period_words

PARTIES = {"marketing": _("Marketing"), "sales": _("Sales")}
_PERIODS = ("day", "week", "month", "quarter", "year")
_MANY = 8
_COUNTED = ("volume", "amount", "score")
_TARGETS = {"rate": "rate", "clock": "rate", "time": "duration"}


def _stages(document: Mapping[str, Any]) -> Choices:
    stages = [each for each in list_in(document, "funnel.stages") if isinstance(each, Mapping)]
    named = [(str(each.get("key", "")), str(each.get("name", ""))) for each in stages]
    return [("", _("– stage –")), *((key, name or key) for key, name in named if key)]


def _tiers(document: Mapping[str, Any]) -> Choices:
    tiers = [each for each in list_in(document, "tiers") if isinstance(each, Mapping)]
    named = [(str(each.get("key", "")), str(each.get("name", ""))) for each in tiers]
    return [(key, name or key) for key, name in named if key]


def _periods(_document: Mapping[str, Any]) -> Choices:
    return [(period, period_words(period)) for period in _PERIODS]


def fields_of(entry: Mapping[str, Any]) -> tuple[Field, ...]:
    """Return the fields of a commitment: those its measure uses, and whatever else it says."""
    measure = measure_of(entry)
    used = (*measure.needs, *measure.takes) if measure else ()
    names = [name for name in _OPTIONS if name in used or entry.get(name) is not None]
    return (
        *_who(entry, measure),
        *_unit(entry, measure),
        _target(entry, measure),
        *(field for name in names for field in _OPTIONS[name]),
        *(_DETAILS if measure is None or measure.is_clock else _without_calendar(entry)),
        _direction(measure),
    )


def _who(entry: Mapping[str, Any], measure: Measure | None) -> list[Field]:
    """Return what a commitment is known by, where it is not what it should be."""
    fields = []
    if not isinstance(entry.get("key"), str) or not entry.get("key"):
        fields.append(Field("key", "text", _("Clause key")))
    fields.append(Field("measure", "choice", _("Measure"), choices=_measures(entry, measure)))
    may = measure.party if measure else None
    if entry.get("party") not in ((may,) if may else tuple(PARTIES)):
        choices = [("", _("– party –")), *PARTIES.items()]
        fields.append(Field("party", "choice", _("Promised by"), choices=choices))
    return fields


def _measures(entry: Mapping[str, Any], measure: Measure | None) -> Choices:
    """The measures that the party of a commitment can promise, and the one that it names."""
    party = entry.get("party")
    may = [
        (name, _(each.label))
        for name, each in MEASURES.items()
        if each is measure or each.party in (None, party) or party not in PARTIES
    ]
    return may if measure else [("", _("– measure –")), *may]


def _unit(entry: Mapping[str, Any], measure: Measure | None) -> list[Field]:
    """A word for what is counted, where the target is a number that is not money."""
    is_counted = measure is not None and measure.kind in _COUNTED and measure.name != "revenue"
    return [_UNIT] if is_counted or entry.get("unit") is not None else []


def _target(entry: Mapping[str, Any], measure: Measure | None) -> Field:
    kind: Any = _TARGETS.get(measure.kind, "number") if measure else "text"
    can_plan = measure is not None and measure.name in WITH_FUNNEL
    planned = (FUNNEL, _("as the funnel plans"))
    instead = planned if can_plan or entry.get("target") == FUNNEL else None
    unit = entry.get("unit") if kind == "number" else None
    unit = unit if isinstance(unit, str) else ""
    return Field("target", kind, _("Target"), unit=unit, instead=instead)


def _direction(measure: Measure | None) -> Field:
    return Field(
        "direction",
        "choice",
        _("The target is"),
        choices=[("at_least", _("the least")), ("at_most", _("the most"))],
        default=measure.direction if measure else "at_least",
    )


def _without_calendar(entry: Mapping[str, Any]) -> list[Field]:
    has_calendar = entry.get("calendar") is not None
    return [each for each in _DETAILS if each.name != "calendar" or has_calendar]


_UNIT = Field(
    "unit", "text", _("Counted in"), help=_("A word of your own, such as companies or points.")
)
_GRADES = [
    ("", _("as the measure says")),
    ("attempt", _("an attempt")),
    ("contact", _("a contact: somebody answered")),
    ("conversation", _("a conversation: an exchange or a meeting held")),
]
_OPTIONS: dict[str, tuple[Field, ...]] = {
    "count": (Field("count", "number", _("Attempts")),),
    "channels": (Field("channels", "number", _("Channels"), default=1),),
    "from": (Field("from", "choice", _("From the stage"), choices_from=_stages),),
    "stage": (Field("stage", "choice", _("Stage"), choices_from=_stages),),
    "within": (Field("within", "duration", _("Within")),),
    "evidence": (Field("evidence", "choice", _("Counts from"), choices=_GRADES),),
    "values": (
        Field(
            "values.by",
            "choice",
            _("Valued by"),
            choices=[("", "–"), ("source", _("source")), ("tier", _("tier"))],
        ),
        Field(
            "values.each",
            "pairs",
            _("Value of one lead"),
            help=_("One a line: the source or tier, a colon, the amount. For example “fair: 120”."),
        ),
        Field("values.otherwise", "number", _("Value of any other"), default=0),
    ),
}
_DETAILS: tuple[Field, ...] = (
    Field("period", "choice", _("Counted over"), choices_from=_periods, default="month"),
    Field("weight", "number", _("Weight"), default=1),
    Field("warn_at", "rate", _("Warn under"), help=_("Empty: nine tenths of the target.")),
    Field("tiers", "choices", _("Only for the tiers"), choices_from=_tiers),
    Field("where", "rule", _("Only for leads where")),
    Field(
        "valid_up_to",
        "number",
        _("Holds up to"),
        unit=_("handoffs"),
        help=_("More than so many offered in the period, and the promise does not bind."),
    ),
    Field("calendar", "choice", _("Runs in"), choices_from=calendar_choices),
    Field("consequence", "long", _("What follows when it is missed")),
    Field("statement", "long", _("In your own words"), help=_("Instead of the sentence above.")),
)


def _new(entries: list[Any]) -> dict[str, Any]:
    return new_commitment("first_follow_up", "sales", {"commitments": entries})


_ROWS = Rows(
    "commitments",
    label=_("Commitments"),
    title=_("Commitment"),
    add=_("Add a commitment"),
    fields=(),
    fields_of=fields_of,
    new=_new,
)


@dataclass(frozen=True, slots=True)
class CommitmentsForm(SectionForm):
    """The section of the promises of both parties, side by side."""

    template: str = "agreements/editor/sections/commitments.html"
    around: str = "agreements/editor/sections/commitments_around.html"
    below: str = "agreements/editor/sections/commitments_below.html"

    def read(self, document: Mapping[str, Any], data: QueryDict) -> dict[str, Any]:
        """Return the section's part with what was typed; another measure gets what it needs."""
        part = SectionForm.read(self, document, data)
        before = {value_in(each, "key"): each for each in _entries(document)}
        entries = [
            with_needs(entry, before.get(entry.get("key")), {**document, **part})
            if isinstance(entry, Mapping)
            else entry
            for entry in list_in(part, "commitments")
        ]
        return {**part, "commitments": entries} if entries else part

    def is_reshaped(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Whether a commitment is measured otherwise, stands elsewhere or is counted otherwise."""
        return _shape(before) != _shape(after)

    def changed_in(
        self, document: Mapping[str, Any], part: Mapping[str, Any], deed: str
    ) -> dict[str, Any]:
        """Return the part after a deed; ``add commitments`` names a measure and a party.

        Moving passes the neighbour of the same party, whoever else stands between.
        """
        verb, _space, target = deed.partition(" ")
        if verb == "add" and target.startswith("commitments "):
            measure, _space, party = target.removeprefix("commitments ").partition(" ")
            if measure not in MEASURES or party not in PARTIES:
                return dict(part)
            entries = list_in(part, "commitments")
            new = new_commitment(measure, party, {**document, **part})
            return {**part, "commitments": [*entries, new]}
        place = whole_number(target.removeprefix("commitments."))
        if verb == "clear" and place is not None:
            return cleared(part, place - 1)
        if verb in {"up", "down"} and place is not None:
            return _passed(part, verb, place - 1)
        return self.changed(part, deed)

    def context_of(
        self,
        version: AgreementVersion,
        document: Mapping[str, Any],
        problems: Sequence[Problem],
        *,
        shown: Sequence[Shown | ShownRows],
        now: datetime,
    ) -> dict[str, Any]:
        """Return the promises by party, what they weigh and what the version before said."""
        before = former_terms(version, now)
        promises = promises_of(shown, document, before)
        return {
            "before": before,
            "has_many": len(promises) > _MANY,
            "parties": [
                (party, title, [each for each in promises if each.party == party])
                for party, title in PARTIES.items()
            ],
            "weights": weights_of(promises),
            "warnings": warnings_of(document, problems),
            "catalogue": catalogue(),
            "lead_fields": known_fields(document),
        }


def _entries(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in list_in(part, "commitments") if isinstance(each, Mapping)]


def _shape(part: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return [(side_of(each), each.get("measure"), each.get("unit")) for each in _entries(part)]


def _passed(part: Mapping[str, Any], verb: str, place: int) -> dict[str, Any]:
    entries = list(list_in(part, "commitments"))
    if not 0 <= place < len(entries):
        return dict(part)
    own = side_of(entries[place])
    steps = range(place - 1, -1, -1) if verb == "up" else range(place + 1, len(entries))
    other = next((at for at in steps if side_of(entries[at]) == own), place)
    entries[place], entries[other] = entries[other], entries[place]
    return {**part, "commitments": entries}


@dataclass(frozen=True, slots=True)
class Offer:
    """A measure in the catalogue, and by whom it can be promised."""

    measure: Measure
    parties: tuple[str, ...]


def catalogue() -> list[tuple[Any, list[Offer]]]:
    """Return every measure there is, by what kind of figure it gives."""
    groups = (
        (_("How many, and how much"), ("volume", "amount")),
        (_("Which share"), ("rate",)),
        (_("How soon: a clock for each handoff"), ("clock",)),
        (_("How long it takes, and how content people are"), ("time", "score")),
    )
    return [
        (
            title,
            [
                Offer(each, (each.party,) if each.party else tuple(PARTIES))
                for each in MEASURES.values()
                if each.kind in kinds
            ],
        )
        for title, kinds in groups
    ]


FORM = CommitmentsForm(
    name="commitments",
    title=_("Commitments"),
    intro=_("What each side promises the other, measured by what both see."),
    fields=(_ROWS,),
)
