"""What is done with each kind of call: its body is read as a shape and taken in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agreements.refusals import Refused, problem
from leads.calls.leads import Telling, take_lead, take_leads
from leads.calls.reading import parsed, refusal_of, shaped
from leads.calls.shapes import LeadName, LeadsTold, LeadTold, NamedLeadTold
from leads.ingest import Ingested

Target = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered: a status of HTTP, and plain data."""

    status: int
    data: Mapping[str, Any]


def take_call(kind: str, target: Target, body: str, telling: Telling) -> Answer:
    """Take in a call. Raises Refused, PermissionDenied or Http404 where it cannot be."""
    return _TAKINGS[kind](parsed(body), target, telling)


def _lead(body: Any, target: Target, telling: Telling) -> Answer:
    name, content = shaped(LeadName, target), shaped(LeadTold, body)
    told = NamedLeadTold.model_construct(**dict(name), **dict(content))
    facts = take_lead(told, telling)
    return Answer(201 if facts.leads else 200, {**dict(name), "facts": _counts(facts)})


def _leads(body: Any, _target: Target, telling: Telling) -> Answer:
    rows = shaped(LeadsTold, body).leads
    shapes: dict[int, NamedLeadTold] = {}
    refused: dict[int, Refused] = {}
    for place, row in enumerate(rows):
        try:
            shapes[place] = shaped(NamedLeadTold, row)
        except Refused as error:
            refused[place] = error
    taken = take_leads(shapes, telling)
    refused |= {place: refusal_of(error) for place, error in taken.refused.items()}
    summary = {
        "taken": len(rows) - len(refused),
        "rejected": len(refused),
        "facts": _counts(taken.facts),
        "leads": [_row(row, refused.get(place)) for place, row in enumerate(rows)],
    }
    return Answer(200, summary)


def _row(row: Any, refused: Refused | None) -> dict[str, Any]:
    named = row if isinstance(row, dict) else {}
    told = {"source": named.get("source"), "external_id": named.get("external_id")}
    if refused is None:
        return told | {"status": "taken"}
    written = problem(refused.kind, refused.detail, refused.errors)
    return told | {"status": "rejected", "problem": written}


def _counts(facts: Ingested) -> dict[str, int]:
    return {
        "new": facts.new,
        "revised": facts.revised,
        "repeated": facts.repeated,
        "new_leads": facts.leads,
    }


_TAKINGS: dict[str, Callable[[Any, Target, Telling], Answer]] = {"lead": _lead, "leads": _leads}
