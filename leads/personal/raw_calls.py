"""What other systems sent, as it came: emptied of people who were forgotten."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Cast

from leads.merging.likeness import is_same_phone
from leads.models import Delivery
from leads.personal.blanking import blanked_text, spellings
from leads.personal.fingerprints import veiled_within

# More patterns than these make a search slow, and nobody has so many names.
_AT_ONCE = 200
_FEWEST_DIGITS = 8
_PHONE = re.compile(r"\+?\(?\d[\d ()./-]{6,}\d")
# What people write between the digits of a telephone.
_BETWEEN = " ()+-./"


@dataclass(frozen=True, slots=True)
class Spoken:
    """How a call may speak of a person: by what sources call them, or by words that are theirs.

    Of the ``personal`` ids a fingerprint is kept in their place.
    """

    names: Collection[tuple[str, str]]
    words: Collection[str] = ()
    personal: Collection[str] = ()

    @property
    def phones(self) -> list[str]:
        """The words that are telephones."""
        return [word for word in self.words if _PHONE.fullmatch(word.strip())]

    def written(self, text: str) -> str:
        """Write a text as it may be kept: without the ids and the addresses that say who it is."""
        return veiled_within(text, tuple(self.personal))

    def is_in(self, told: object) -> bool:
        """Whether one lead of a call is the person, or names them."""
        if (
            isinstance(told, Mapping)
            and (told.get("source"), told.get("external_id")) in self.names
        ):
            return True
        # What is no JSON is written as it came.
        text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
        text = text.lower()
        if any(each.lower() in text for word in self.words for each in spellings(word)):
            return True
        written = _PHONE.findall(text) if self.phones else ()
        return any(is_same_phone(each, phone) for each in written for phone in self.phones)


def empty_call(delivery: Delivery, spoken: Spoken) -> None:
    """Take out of a call what it tells of a person; of many leads the others stay."""
    payload = delivery.payload
    if not isinstance(payload, dict):
        return
    delivery.payload = payload | {
        "target": {key: spoken.written(str(text)) for key, text in payload["target"].items()},
        "body": _emptied(payload["call"], payload["body"], spoken),
    }
    Delivery.objects.filter(pk=delivery.pk).update(payload=delivery.payload)


def _emptied(call: str, body: str, spoken: Spoken) -> str:
    """Return a body without the person; one lead's is theirs as a whole."""
    if call != "leads":
        return ""
    try:
        told = json.loads(body)
        leads = [_without(each, spoken) if spoken.is_in(each) else each for each in told["leads"]]
    except (ValueError, KeyError, TypeError):
        return ""
    return json.dumps(told | {"leads": leads}, ensure_ascii=False)


def _without(told: Any, spoken: Spoken) -> dict[str, Any]:
    name = told if isinstance(told, Mapping) else {}
    return {
        "source": name.get("source"),
        "external_id": spoken.written(str(name.get("external_id"))),
        "forgotten": True,
    }


def empty_calls(spoken: Spoken, delivery_ids: Iterable[int], *, searches: bool = True) -> int:
    """Empty every call that was taken in and speaks of a person; return how many.

    Those of ``delivery_ids`` told facts about them; the others are searched for if it is asked.
    """
    emptied = 0
    for delivery in _candidates(spoken, set(delivery_ids), searches=searches):
        empty_call(delivery, spoken)
        forget_answer(delivery)
        emptied += 1
    return emptied


def forget_answer(delivery: Delivery) -> None:
    """Keep of what a call was answered, or refused for, only the status."""
    summary = delivery.summary if isinstance(delivery.summary, dict) else {}
    Delivery.objects.filter(pk=delivery.pk).update(
        summary={"status": summary.get("status")}, error=blanked_text(delivery.error)
    )


def _candidates(
    spoken: Spoken, delivery_ids: set[int], *, searches: bool = True
) -> Iterable[Delivery]:
    calls = Delivery.objects.filter(
        kind=Delivery.Kind.CALL, payload__isnull=False, processed_at__isnull=False
    )
    words = sorted({*spoken.words, *(name for _, name in spoken.names)})[:_AT_ONCE]
    texts = calls.annotate(text=Cast("payload", TextField()), digits=_DIGITS)
    found = {delivery.pk: delivery for delivery in calls.filter(pk__in=delivery_ids)}
    looks = [*map(_holding, words), *map(_holding_phone, spoken.phones)]
    if searches and looks:
        others = texts.filter(reduce(or_, looks)).exclude(pk__in=found)
        found |= {each.pk: each for each in others.iterator() if _speaks(each.payload, spoken)}
    return found.values()


_DIGITS = Func(
    F("text"), Value(_BETWEEN), Value(""), function="translate", output_field=TextField()
)


def _holding(word: str) -> Q:
    """Ask for a word as a payload writes it, in which a body is a text with escapes of its own."""
    written = [json.dumps(each, ensure_ascii=False)[1:-1] for each in spellings(word)]
    return reduce(or_, [Q(text__icontains=each) for each in written])


def _holding_phone(phone: str) -> Q:
    """Ask for the end of a telephone, whatever stands between its digits."""
    digits = "".join(each for each in phone if each.isdigit())
    return Q(digits__contains=digits[-_FEWEST_DIGITS:])


def parts_about(
    spoken: Spoken, delivery_ids: Iterable[int]
) -> Iterator[tuple[Delivery, list[Any]]]:
    """Give the calls that speak of a person, with what they tell of them alone."""
    for delivery in _candidates(spoken, set(delivery_ids)):
        payload = delivery.payload or {}
        parts, is_many = _parts(payload), payload["call"] == "leads"
        yield delivery, [part for part in parts if not is_many or spoken.is_in(part)]


def _parts(payload: Any) -> list[Any]:
    """Return what a call tells, lead by lead where it is about many."""
    try:
        body = json.loads(payload["body"])
    except ValueError:
        return [payload["body"]]
    is_many = payload["call"] == "leads" and isinstance(body, dict)
    leads = body.get("leads") if is_many else None
    return leads if isinstance(leads, list) else [body]


def _speaks(payload: Any, spoken: Spoken) -> bool:
    """Whether a call names the person somewhere, and not only something that looks alike."""
    parts = _parts(payload)
    inner = [part.get("lead") for part in parts if isinstance(part, Mapping)]
    return any(spoken.is_in(part) for part in (payload["target"], *parts, *inner))
