"""The funnel: its stages with the rates between them, the goal of the year, targets by month."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.editing import part_of
from agreements.editor import typed
from agreements.editor.fields import Field, Rows, Shown, ShownRows, read_fields, shown_fields
from agreements.editor.forms import SectionForm
from agreements.editor.funnel_cells import Grid, grid_of, read_cells
from agreements.editor.months import MONTH_NAMES
from agreements.editor.names import free_key
from agreements.terms import Problem
from agreements.terms.funnel import DEFAULT_STAGES
from agreements.terms.values import MONTHS

GOALS = ("revenue", "customers", "units")
_TO_THE_NEXT = {"rate", "lag"}
# A deed has the rate as the terms write it, whatever the reader's locale.
_TAKE = "take funnel.stages."
_PLAIN = typed.Separators(".", ",")
_DEFAULTS = [
    {"key": each.key, "name": each.name, "party": each.party, "role": each.role}
    for each in DEFAULT_STAGES
]

_STAGES = Rows(
    "stages",
    label=_("Stages and conversion"),
    title=_("Stage"),
    add=_("Add a stage"),
    help=_("From the first sign of interest to the customer, in this order."),
    fields=(
        Field("name", "text", pgettext_lazy("of a stage", "Name"), keeps_empty=True),
        Field(
            "party",
            "choice",
            _("Owned by"),
            choices=[("marketing", _("Marketing")), ("sales", _("Sales"))],
        ),
        Field(
            "role",
            "choice",
            _("Stands for"),
            choices=[
                ("none", _("a step of our own")),
                ("mql", _("MQL: offered to sales")),
                ("sal", _("SAL: accepted")),
                ("sql", _("SQL: qualified")),
                ("customer", _("the customer")),
            ],
            default="none",
        ),
        Field("rate", "rate", _("To the next stage")),
        Field("lag", "number", _("Months to the next"), default=0),
    ),
    new=lambda entries: {"key": free_key("stage", entries), "name": "", "party": "sales"},
    key_from="name",
)
_FIELDS = (
    Field(
        "goal.kind",
        "choice",
        _("The goal is counted in"),
        choices=[
            ("", _("no goal yet")),
            ("revenue", _("new revenue")),
            ("customers", _("customers")),
            ("units", _("units sold")),
        ],
    ),
    Field("goal.amount", "number", _("Goal of the year")),
    Field("goal.average_deal", "number", _("Average deal"), help=_("Money or units a customer.")),
    Field(
        "goal.first_month",
        "choice",
        _("The year begins in"),
        choices=list(MONTH_NAMES.items()),
        default="jan",
    ),
)
_SEASON = tuple(
    Field(f"goal.seasonality.{month}", "number", MONTH_NAMES[month]) for month in MONTHS
)
_CAPACITY = (
    Field(
        "capacity.minutes_per_attempt",
        "number",
        _("An attempt takes"),
        unit=_("minutes"),
        default=10,
    ),
    Field("capacity.expected_attempts", "number", _("Attempts a handoff"), default=4),
    Field(
        "capacity.contact_share", "rate", _("Handoffs that become a conversation"), default="40%"
    ),
    Field(
        "capacity.minutes_per_conversation",
        "number",
        _("A conversation takes"),
        unit=_("minutes"),
        default=30,
    ),
    Field("capacity.selling_share", "rate", _("Working time left for following up"), default="50%"),
)


@dataclass(frozen=True, slots=True)
class FunnelForm(SectionForm):
    """The section of the funnel.

    Each stage is shown with its rate and lag, and the goal as a kind and an amount: `_flat` and
    `_stored` turn the one form into the other and back.
    """

    template: str = "agreements/editor/sections/funnel.html"
    around: str = "agreements/editor/sections/funnel_grid.html"

    def read(self, document: Mapping[str, Any], data: QueryDict) -> dict[str, Any]:
        """Return the section's part with what was typed, the cells of the grid among it."""
        part = part_of(document, self.section)
        flat = read_fields(self.fields, _flat(part), data)
        return read_cells(_stored(flat, part), data)

    def changed(self, part: Mapping[str, Any], deed: str) -> dict[str, Any]:
        """Return the part after a deed on the stages, or without the cells set by hand.

        ``take funnel.stages.lead.rate 21.7%`` plans that rate from ``lead`` to the next stage.
        """
        if deed == "reset targets":
            funnel = {key: kept for key, kept in _funnel(part).items() if key != "targets"}
            return {**part, "funnel": funnel}
        if deed.startswith(_TAKE):
            place, _, rate = deed.removeprefix(_TAKE).rpartition(" ")
            return _stored(_with_rate(_flat(part), place.removesuffix(".rate"), rate), part)
        # Called as a base's method by name: dataclasses with slots are made twice.
        flat = SectionForm.changed(self, _flat(part), deed)
        return _stored(flat, part)

    def shown(
        self, document: Mapping[str, Any], problems: Sequence[Problem]
    ) -> Iterator[Shown | ShownRows]:
        """Give the fields, each with what is wrong with it."""
        flat = _flat(part_of(document, self.section))
        moved = [_moved(each, flat) for each in problems]
        for each in shown_fields(self.fields, flat, document, moved):
            if isinstance(each, ShownRows):
                _ask_nothing_of_the_last(each, flat)
                for row in each.entries:
                    row.path = f"funnel.{row.path}"
            yield each

    def context(self, document: Mapping[str, Any], problems: Sequence[Problem]) -> dict[str, Any]:
        """Return the fields of each card, and the grid; the stages are the only list."""
        by_name = {each.name: each for each in self.shown(document, problems)}
        return {
            "goal": [by_name[each.name] for each in _FIELDS],
            "season": [by_name[each.name] for each in _SEASON],
            "capacity": [by_name[each.name] for each in _CAPACITY],
            "grid": self.grid(document, problems),
        }

    def grid(self, document: Mapping[str, Any], problems: Sequence[Problem]) -> Grid:
        """Return the targets of every stage and month, as far as they can be computed."""
        return grid_of(part_of(document, self.section), problems)


def _funnel(part: Mapping[str, Any]) -> dict[str, Any]:
    funnel = part.get("funnel")
    return dict(funnel) if isinstance(funnel, Mapping) else {}


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _flat(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part as it is shown: rate and lag with their stage, one amount for the goal."""
    funnel = _funnel(part)
    rates, lags = _mapping(funnel.get("rates")), _mapping(funnel.get("lag"))
    stages = funnel.get("stages", _DEFAULTS)
    flat: dict[str, Any] = {
        "stages": [
            {**each, **_known(rate=rates.get(each["key"]), lag=lags.get(each["key"]))}
            if isinstance(each, Mapping) and isinstance(each.get("key"), str)
            else each
            for each in (stages if isinstance(stages, list) else [])
        ]
    }
    goal = _mapping(funnel.get("goal"))
    kind = next((each for each in GOALS if each in goal), None)
    rest = {key: value for key, value in goal.items() if key != kind}
    if goal:
        flat["goal"] = rest | _known(kind=kind, amount=goal.get(kind) if kind else None)
    return flat | ({"capacity": part["capacity"]} if "capacity" in part else {})


def _stored(flat: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part as the terms have it; what the form does not show stays as it was."""
    funnel = _funnel(before)
    stages = list(flat.get("stages") or [])
    keyed = [each for each in stages if isinstance(each, Mapping)]
    kept = {
        "rates": {each["key"]: each["rate"] for each in keyed if "rate" in each and "key" in each},
        "lag": {each["key"]: each["lag"] for each in keyed if "lag" in each and "key" in each},
        "targets": _targets(funnel, {each.get("key") for each in keyed}),
        "goal": _goal(_mapping(flat.get("goal"))),
    }
    plain = [
        {key: value for key, value in each.items() if key not in {"rate", "lag"}}
        if isinstance(each, Mapping)
        else each
        for each in stages
    ]
    is_default = "stages" not in funnel and plain == _DEFAULTS
    kept["stages"] = None if is_default else plain
    for key, value in kept.items():
        if value == funnel.get(key):
            continue
        funnel.pop(key, None)
        if value:
            funnel[key] = value
    part = {key: value for key, value in before.items() if key not in {"funnel", "capacity"}}
    if funnel:
        part["funnel"] = funnel
    return part | ({"capacity": flat["capacity"]} if "capacity" in flat else {})


def _targets(funnel: Mapping[str, Any], keys: set[Any]) -> Any:
    targets = funnel.get("targets")
    if not isinstance(targets, Mapping):
        return targets
    return {key: cells for key, cells in targets.items() if key in keys or key == "revenue"}


def _with_rate(flat: dict[str, Any], key: str, rate: str) -> dict[str, Any]:
    """Plan a rate, written with a point; one that means the stored one leaves that as it is."""
    return flat | {
        "stages": [
            {**each, "rate": typed.rate_stored(rate, _PLAIN, each.get("rate"))}
            if isinstance(each, Mapping) and each.get("key") == key
            else each
            for each in flat["stages"]
        ]
    }


def _ask_nothing_of_the_last(stages: ShownRows, flat: Mapping[str, Any]) -> None:
    """Leave out what leads on from the last stage, unless it is stored and has to be taken out.

    A stage that becomes the last one keeps its rate, with what is wrong about that beside it: it
    holds again as soon as another stage follows.
    """
    for row, stored in list(zip(stages.entries, flat["stages"], strict=True))[-1:]:
        known = stored if isinstance(stored, Mapping) else {}
        row.fields = [
            each for each in row.fields if each.field.name not in _TO_THE_NEXT - known.keys()
        ]


def _goal(flat: dict[str, Any]) -> dict[str, Any]:
    kind, amount = flat.pop("kind", None), flat.pop("amount", None)
    if kind in GOALS:
        return {kind: amount, **flat} if amount is not None else flat
    # An amount of nobody knows what is kept as revenue, which most people mean.
    return flat if amount is None else {"revenue": amount, **flat}


def _known(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _moved(problem: Problem, flat: Mapping[str, Any]) -> Problem:
    """Return a problem with the place at which the form shows it."""
    steps = problem.path.split(".")
    if steps[0] != "funnel":
        return problem
    rest = steps[1:]
    if len(rest) > 1 and rest[0] in {"rates", "lag"}:
        rest = ["stages", rest[1], "rate" if rest[0] == "rates" else "lag"]
    elif rest[:1] == ["goal"] and len(rest) == 1:
        rest = ["goal", "kind"]
    elif rest[:1] == ["goal"] and rest[1] == _mapping(flat.get("goal")).get("kind"):
        rest = ["goal", "amount"]
    return replace(problem, path=".".join(rest))


FORM = FunnelForm(
    name="funnel",
    title=_("Funnel and targets"),
    intro=_("What the year shall bring, and what each stage has to bring for it, month by month."),
    fields=(_STAGES, *_FIELDS, *_SEASON, *_CAPACITY),
)
