"""What the version before says of a commitment, in the few words that differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.lifecycle import Status
from agreements.models import AgreementVersion
from agreements.terms import Commitment, Terms
from agreements.wording import (
    attempts_of,
    period_words,
    stage_name,
    target_text,
    tier_names,
)

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Former:
    """A version that was signed before: its number, its text, its document, and how it stands."""

    number: int
    terms: Terms
    entries: Mapping[str, Mapping[str, Any]]
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class Said:
    """How a commitment differs from before: what was said there, and in which of its fields.

    ``status`` is new, same, other, or empty where there is nothing to compare with.
    """

    status: str
    words: str = ""
    changed: tuple[str, ...] = ()


def former_version(version: AgreementVersion, now: datetime) -> AgreementVersion | None:
    """Return the version with which a draft is compared, None if there is none.

    That is the one in force; while nothing is, the latest that both signed.
    """
    others = version.agreement.versions.exclude(pk=version.pk).select_related("agreement")
    return others.in_force(now).first() or others.signed().order_by("-number").first()


def former_terms(version: AgreementVersion, now: datetime) -> Former | None:
    """Return what the version says with which a draft is compared, None if there is none."""
    found = former_version(version, now)
    if found is None:
        return None
    entries = {entry["key"]: entry for entry in found.terms.get("commitments", [])}
    is_in_force = found.status_at(now) == Status.IN_FORCE
    return Former(found.number, found.parsed_terms(), entries, is_in_force)


def said_before(entry: Mapping[str, Any], before: Former | None) -> Said:
    """Compare a commitment with the one of the same key that was signed."""
    if before is None:
        return Said("")
    old = before.entries.get(str(entry.get("key")))
    if old is None or old.get("measure") != entry.get("measure"):
        return Said("new")
    differ = [key for key in dict.fromkeys((*old, *entry)) if _differs(key, old, entry)]
    if not differ:
        return Said("same")
    words = _words(before.terms.commitment(str(old["key"])), before.terms, differ)
    return Said("other", ", ".join(words), tuple(differ))


def _differs(key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return bool(old.get(key, _ABSENT) != new.get(key, _ABSENT))


def _words(old: Commitment, terms: Terms, differ: list[str]) -> list[str]:
    words = {
        "target": lambda: _target(old, terms),
        "period": lambda: period_words(old.period),
        "within": lambda: formats.promise(old.within) if old.within else "",
        "count": lambda: attempts_of(old.count or 1) % {"number": old.count or 1},
        "channels": lambda: _channels(old.channels or 1),
        "from": lambda: stage_name(old.from_stage, terms),
        "stage": lambda: stage_name(old.stage, terms),
        "tiers": lambda: tier_names(old, terms) or _("for all"),
        "unit": lambda: old.unit or "",
        "weight": lambda: _("weight %(weight)s") % {"weight": formats.figure(old.weight)},
        "warn_at": lambda: _("warn under %(level)s") % {"level": formats.percent(old.warn_at)},
    }
    said = [words[key]() for key in words if key in differ]
    others = [] if set(differ) <= words.keys() else [_("other details")]
    return [*filter(None, said), *others]


def _target(old: Commitment, terms: Terms) -> str:
    text = target_text(old, terms)
    return f"{text} {period_words(old.period)}" if old.definition.has_pace else text


def _channels(count: int) -> str:
    return ngettext("%(number)s channel", "%(number)s channels", count) % {"number": count}
