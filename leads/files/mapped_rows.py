"""Read the rows of a file as facts, the way a mapping says.

Pure: cells in, facts out. What a cell needs is decided once for the file, so that a row costs
little.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from leads.files.cells import CellReaders, Cells, Constant, Reader, Setting
from leads.files.mapping import (
    BARRED,
    CHOICES,
    AttributesMapping,
    DealMapping,
    EventMapping,
    FactMapping,
    FactsMapping,
    FollowUpMapping,
    SatisfactionMapping,
    StageMapping,
)
from leads.files.mapping_problems import MappingError, problem
from leads.files.mapping_values import Name, Value
from leads.files.row_problems import UnableToRead
from leads.told import (
    Named,
    Told,
    ToldAttributes,
    ToldDeal,
    ToldEvent,
    ToldFollowUp,
    ToldSatisfaction,
    ToldStage,
)

_REASON_LIMIT = 60


class RowReader:
    """Reads rows of one file; raises UnableToRead for one that cannot be read.

    Raises MappingError where the mapping names columns the file lacks or stages the agreement
    lacks.
    """

    def __init__(self, mapping: FactsMapping, header: Sequence[str], setting: Setting) -> None:
        self._mapping, self._setting = mapping, setting
        self._cells = CellReaders(mapping, header, setting)
        self._width = len(header)
        self._lead = self._name(mapping.lead, "lead")
        self._is_deleted = self._cells.any_yes(mapping.deleted, "is_deleted")
        self._applies = self._cells.condition(mapping.when)
        self._facts = [
            (self._cells.condition(fact.when), self._fact(fact, number))
            for number, fact in enumerate(mapping.facts, start=1)
        ]

    def __call__(self, cells: Cells) -> list[Told]:
        """Return the facts that a row tells; none where it is deleted or not what is asked for."""
        if len(cells) != self._width:
            raise UnableToRead("wrong_width", found=len(cells), expected=self._width)
        cells = [cell.strip() for cell in cells]
        if self._is_deleted(cells) or not self._applies(cells):
            return []
        lead = self._lead(cells)
        return [read(cells, lead) for applies, read in self._facts if applies(cells)]

    def _name(self, name: Name, key: str) -> Reader:
        source, read = name.source or self._mapping.source, self._cells.needed(name.id, key)
        return lambda cells: Named(source, read(cells))

    def _fact(self, fact: FactMapping, number: int) -> Callable[[Cells, Named], Told]:
        kind, own = self._own(fact, number)
        readers = {
            "external_id": self._cells.needed(fact.id, "id"),
            "occurred_at": self._cells.at(fact.at, "at"),
            **own,
        }
        if fact.revised_at is not None:
            readers["revised_at"] = self._cells.perhaps_at(fact.revised_at)
        if fact.retracted is not None:
            readers["is_retracted"] = self._cells.flag(fact.retracted)
        return _teller(partial(kind, source=self._mapping.source), readers)

    def _own(self, fact: FactMapping, number: int) -> tuple[type[Told], dict[str, Reader]]:
        """Return the kind of a fact, and how what only this kind has is read."""
        match fact:
            case StageMapping():
                stage = self._stage(fact.stage, number)
                return ToldStage, {"stage": stage, "if_none": Constant(fact.if_none)}
            case EventMapping():
                return ToldEvent, self._event(fact)
            case FollowUpMapping():
                return ToldFollowUp, self._follow_up(fact)
            case DealMapping():
                return ToldDeal, self._deal(fact)
            case SatisfactionMapping():
                return ToldSatisfaction, {"score": self._cells.score(fact.satisfaction)}
            case AttributesMapping():
                return ToldAttributes, {"attributes": self._attributes(fact)}
            case _:
                raise TypeError(fact)

    def _stage(self, stage: Value, number: int) -> Reader:
        stages = self._setting.stages
        for given in stage.given:
            if given not in stages:
                path = f"facts.{number}.stage"
                raise MappingError([problem(path, "unknown_stage", stages, value=given)])
        return self._cells.choice(stage, "stage", stages)

    def _event(self, fact: EventMapping) -> dict[str, Reader]:
        readers = {
            "handoff": self._name(fact.handoff, "handoff") if fact.handoff else self._lead,
            "event": self._cells.choice(fact.event, "event", CHOICES["event"]),
        }
        if fact.person is not None:
            readers["person_id"] = self._cells.person(fact.person)
        if fact.to_queue is not None:
            readers["to_queue"] = self._cells.flag(fact.to_queue)
        if fact.reason is not None:
            readers["reason"] = self._cells.short(fact.reason, "reason", _REASON_LIMIT)
        if fact.overturned is not None:
            readers["is_overturned"] = self._cells.flag(fact.overturned)
        if fact.until is not None:
            readers["until"] = self._cells.perhaps_at(fact.until)
        if fact.note is not None:
            readers["note"] = self._cells.short(fact.note, "note", None)
        return readers

    def _follow_up(self, fact: FollowUpMapping) -> dict[str, Reader]:
        readers = {
            "channel": self._cells.choice(fact.follow_up, "follow_up", CHOICES["follow_up"]),
            "outcome": self._cells.choice(fact.outcome, "outcome", CHOICES["outcome"]),
            "evidence": self._cells.choice(fact.evidence, "evidence", CHOICES["evidence"]),
            "direction": self._cells.choice(fact.direction, "direction", CHOICES["direction"]),
        }
        if fact.automated is not None:
            readers["is_automated"] = self._cells.flag(fact.automated)
        if fact.person is not None:
            readers["person_id"] = self._cells.person(fact.person)
        if fact.note is not None:
            readers["note"] = self._cells.short(fact.note, "note", None)
        return readers

    def _deal(self, fact: DealMapping) -> dict[str, Reader]:
        readers = {"status": self._cells.choice(fact.deal, "deal", CHOICES["deal"])}
        if fact.amount is not None:
            readers["amount"] = amount = self._cells.amount(fact.amount)
            readers["currency"] = self._cells.currency(fact.currency, amount, fact.amount)
        if fact.reason is not None:
            readers["reason"] = self._cells.short(fact.reason, "reason", _REASON_LIMIT)
        if fact.person is not None:
            readers["person_id"] = self._cells.person(fact.person)
        return readers

    def _attributes(self, fact: AttributesMapping) -> Reader:
        """Read what is told of a lead; an empty cell tells nothing unless `values` has it."""
        told = [(name, self._cells.value(value)) for name, value in fact.attributes.items()]
        if fact.do_not_contact:
            told.append((BARRED, self._cells.any_yes(fact.do_not_contact, BARRED)))

        def attributes(cells: Cells) -> dict[str, Any]:
            found = ((name, read(cells)) for name, read in told)
            return {name: value for name, value in found if value is not None}

        return attributes


def _teller(
    kind: Callable[..., Told], readers: dict[str, Reader]
) -> Callable[[Cells, Named], Told]:
    """Return what makes a fact of a row; what is the same for all rows is given once."""
    fixed = {name: read.value for name, read in readers.items() if isinstance(read, Constant)}
    items = [(name, read) for name, read in readers.items() if name not in fixed]
    told = partial(kind, **fixed)
    return lambda cells, lead: told(lead=lead, **{name: read(cells) for name, read in items})
