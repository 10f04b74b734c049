"""Take in what calls tell of leads."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from agreements.models import Agreement, User
from agreements.refusals import FieldProblem, Refused, invalid
from leads.calls.agreements import Agreements
from leads.calls.known import KnownLeads, name_of, told_before
from leads.calls.shapes import NamedLeadTold, StageTold
from leads.calls.values import Shape
from leads.files.row_problems import UnableToRead
from leads.importing.batches import Keeping, Row
from leads.ingest import Ingested
from leads.models import Delivery, StageEntry
from leads.personal.raw_calls import Spoken, empty_call
from leads.told import Named, Told, ToldAttributes, ToldStage

_NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Telling:
    """Who tells, when it came in, when it is taken in, and as which delivery it is kept."""

    by: User
    received_at: datetime
    now: datetime
    delivery: Delivery


@dataclass(slots=True)
class Taken:
    """What became of leads that were told; by their places, why those were refused that were."""

    facts: Ingested = field(default_factory=Ingested)
    refused: dict[int, Exception] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Case:
    """A lead that was told, and the agreement it falls under."""

    told: NamedLeadTold
    agreement: Agreement


def take_lead(told: NamedLeadTold, telling: Telling) -> Ingested:
    """Take in one lead. Raises Refused, PermissionDenied, and Http404 for one that is hidden."""
    taken = take_leads({0: told}, telling)
    for refused in taken.refused.values():
        raise refused
    return taken.facts


def take_leads(told: Mapping[int, NamedLeadTold], telling: Telling) -> Taken:
    """Take in leads by their places in a call; one that is refused keeps no other back."""
    reader, taken = _Reader(tuple(told.values()), telling), Taken()
    cases: dict[int, _Case] = {}
    for place, each in told.items():
        try:
            cases[place] = reader.case(each)
        except (Refused, PermissionDenied, Http404) as error:
            taken.refused[place] = error
    rows: defaultdict[Agreement, list[Row]] = defaultdict(list)
    for (place, case), facts in zip(cases.items(), reader.facts([*cases.values()]), strict=True):
        rows[case.agreement].append(Row(place, [], facts))
    for agreement, batch in rows.items():
        kept = Keeping(agreement, telling.by, telling.now, telling.delivery).keep(batch)
        taken.facts.add(kept.facts)
        taken.refused.update((row.line, _unread(error)) for row, error in kept.refused)
    if forgotten := reader.of_forgotten():
        empty_call(telling.delivery, Spoken(forgotten))
    return taken


def _unread(error: UnableToRead) -> Refused:
    return Refused("invalid", _(error.template).format(**error.params))


class _Reader:
    """Reads leads that were told as facts, with few queries however many they are."""

    def __init__(self, told: Sequence[NamedLeadTold], telling: Telling) -> None:
        self._telling = telling
        self._agreements = Agreements(telling.by)
        self._known = KnownLeads(told, telling.by)

    def case(self, told: NamedLeadTold) -> _Case:
        """Say under which agreement a lead falls, and refuse what cannot be taken of it."""
        agreement = self._agreements.named(told.agreement)
        if self._known.is_hidden(told):
            raise Http404
        if problems := [*self._problems(told, agreement)]:
            raise invalid(problems)
        return _Case(told, agreement)

    def _problems(self, told: NamedLeadTold, agreement: Agreement) -> Iterator[FieldProblem]:
        if told.occurred_at or told.revised_at:
            yield from problems_of_times(told, self._telling.received_at)
        for place, each in enumerate(told.stages):
            stages = self._agreements.stages_of(agreement)
            if each.stage not in stages:
                sentence = _("The agreement has no stage “%(stage)s”; choose one of %(stages)s.")
                parts = {"stage": each.stage, "stages": ", ".join(stages) or "–"}
                yield FieldProblem(f"stages.{place}.stage", sentence % parts)
            yield from problems_of_times(each, self._telling.received_at, f"stages.{place}.")

    def of_forgotten(self) -> set[Named]:
        """Return the names of those who were forgotten."""
        return self._known.of_forgotten()

    def facts(self, cases: Sequence[_Case]) -> list[list[Told]]:
        """Return the facts of each lead."""
        undated = {
            Named(case.told.source, _name_of_stage(case, stage))
            for case in cases
            for stage in case.told.stages
            if stage.occurred_at is None
        }
        entered = told_before(StageEntry, undated)
        return [[*self._attributes(case.told), *self._stages(case, entered)] for case in cases]

    def _attributes(self, told: NamedLeadTold) -> Iterator[ToldAttributes]:
        """Tell the attributes; undated ones, if they are news, are so from now on."""
        at = told.occurred_at or told.revised_at
        if (at is None or not told.attributes) and self._known.has_heard(told):
            return
        at = at or self._telling.received_at
        yield ToldAttributes(
            lead=name_of(told),
            source=told.source,
            external_id=_fact_name(told.external_id, f"@{at.isoformat()}"),
            occurred_at=at,
            revised_at=told.revised_at,
            attributes=told.attributes,
        )

    def _stages(self, case: _Case, entered: Mapping[Named, datetime]) -> Iterator[ToldStage]:
        """Tell the stages; an undated one stays where it was, or is entered now."""
        told, received_at = case.told, self._telling.received_at
        for stage in told.stages:
            name = _name_of_stage(case, stage)
            yield ToldStage(
                lead=name_of(told),
                source=told.source,
                external_id=name,
                occurred_at=stage.occurred_at or entered.get(Named(told.source, name), received_at),
                revised_at=stage.revised_at,
                is_retracted=stage.retracted,
                stage=stage.stage,
            )


def problems_of_times(told: Shape, received_at: datetime, path: str = "") -> Iterator[FieldProblem]:
    """Refuse what has not happened yet."""
    for name in ("occurred_at", "revised_at"):
        at: datetime | None = getattr(told, name, None)
        if at is not None and at > received_at:
            yield FieldProblem(path + name, _("This is yet to come: tell of it once it happened."))


def _name_of_stage(case: _Case, stage: StageTold) -> str:
    told = case.told
    return stage.external_id or _fact_name(
        told.external_id, f":{case.agreement.slug}:{stage.stage}"
    )


def _fact_name(external_id: str, rest: str) -> str:
    """Return a name for a fact that the source gave none; one that is too long is cut, and told
    from others by a hash.
    """
    name = external_id + rest
    if len(name) <= _NAME_LIMIT:
        return name
    digest = hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
    return f"{name[: _NAME_LIMIT - len(digest) - 1]}#{digest}"
