"""Calls that were not taken in, or not all of them: emptied of people who were forgotten.

What becomes a fact is emptied where facts come in; this is for what never gets there.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from leads.models import Delivery
from leads.personal.blanking import addresses_in
from leads.personal.known_again import Name, known_again
from leads.personal.raw_calls import Spoken, empty_call, forget_answer


def empty_of_forgotten(pk: int) -> bool:
    """Take out of a call what it tells of people who were forgotten; tell whether there were any.

    Of what it was answered only the status stays then.
    """
    delivery = Delivery.objects.get(pk=pk)
    payload = delivery.payload
    if not isinstance(payload, dict):
        return False
    told = [payload["target"], _parsed(payload["body"])]
    text = json.dumps(told, ensure_ascii=False)
    found = known_again(set(_names_in(told)), set(addresses_in(text)))
    if not found.lead_ids:
        return False
    empty_call(delivery, Spoken(found.names, found.addresses, found.personal))
    forget_answer(delivery)
    return True


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body


def _names_in(told: Any) -> Iterator[Name]:
    """Give every pair of a source and an id in what was told."""
    if isinstance(told, Mapping):
        source, name = told.get("source"), told.get("external_id")
        if isinstance(source, str) and isinstance(name, str):
            yield source, name
    if isinstance(told, Mapping | list):
        for part in told.values() if isinstance(told, Mapping) else told:
            yield from _names_in(part)
