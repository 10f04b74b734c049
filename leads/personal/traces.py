"""The traces of a person in the records: found, and erased in place.

Keys, instants and counts stay.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from agreements.models import Audit, Message
from leads.any_of import AnyOf
from leads.facts_of_leads import LEAD_OF
from leads.models import (
    AssignmentTurn,
    Breach,
    BreachException,
    Clock,
    Distinction,
    Fact,
    Handoff,
    LateLoggingApproval,
    Lead,
    LeadChange,
    LeadIdentity,
    LeadMerge,
    SavedView,
)
from leads.personal.blanking import FORGOTTEN, addresses_in, blanked_text, is_forgotten, spellings
from leads.personal.fingerprints import sealed_hash, veiled, veiled_within
from leads.personal.forgotten import Blanking

_ABOUT: Mapping[type[models.Model], str] = LEAD_OF | {
    Handoff: "lead",
    LeadMerge: "kept",
    Clock: "handoff__lead",
    Breach: "handoff__lead",
    BreachException: "handoff__lead",
    Distinction: "first",
}
# Shorter words, and names of one word alone, are other people's too.
_SHORTEST_WORD, _SHORTEST_PHONE = 6, 8


class Traces:
    """What is kept about leads that are one person; to be erased inside a transaction.

    ``words`` are what names the person beyond doubt: addresses, telephones and whole names;
    ``personal_names`` are the ids of the leads that say who it is. Where ``searches`` is false only
    what is linked to the leads is found, not what merely names them.
    """

    def __init__(
        self, lead_ids: Collection[int], blanking: Blanking, *, searches: bool = True
    ) -> None:
        self._lead_ids, self._blanking = lead_ids, blanking
        identities = LeadIdentity.objects.filter(AnyOf("lead", lead_ids))
        self.identities = list(identities.order_by("pk"))
        self.values = set(self._personal_values())
        self.words = {word for word in self.values if searches and _is_telling(word)}
        self.handoffs = list(Handoff.objects.filter(AnyOf("lead", lead_ids)).order_by("pk"))
        self.personal_names = tuple(
            each.external_id for each in self.identities if self._is_personal(each.external_id)
        )

    @property
    def addresses(self) -> set[str]:
        """The e-mail addresses of the person."""
        return {found.lower() for word in self.values for found in addresses_in(word)}

    @property
    def names(self) -> set[tuple[str, str]]:
        """What sources call the leads and their handoffs."""
        named: list[LeadIdentity | Handoff] = [*self.identities, *self.handoffs]
        return {(each.source, each.external_id) for each in named}

    def delivery_ids(self) -> set[int]:
        """Return the deliveries that told a fact about the person."""
        return {
            pk
            for model in LEAD_OF
            for pk in self._rows(model).values_list("delivery", flat=True).distinct()
            if pk is not None
        }

    def erase(self) -> int:
        """Erase everything but what came in; return how many rows spoke of the person."""
        erased = sum(self._erase_facts(model) for model in LEAD_OF)
        erased += self._erase_merges() + self._rename()
        about = BreachException.objects.filter(handoff__in=self.handoffs)
        erased += about.exclude(note="").update(note=FORGOTTEN)
        return erased + self._erase_audit() + self._erase_messages() + self._erase_views()

    def _personal_values(self) -> Iterable[str]:
        for attributes in self._rows(LeadChange).values_list("attributes", flat=True):
            kept = self._blanking.attributes(attributes)
            for key, value in attributes.items():
                if kept[key] != value:
                    yield from (str(item) for item in _several(value) if not is_forgotten(item))

    def _is_personal(self, name: str) -> bool:
        """Whether a name says who it is: with an address, or as what is known of the person."""
        if addresses_in(name):
            return True
        plain, digits = name.strip().casefold(), _digits(name)
        return any(
            plain == value.strip().casefold()
            or (len(digits) >= _SHORTEST_PHONE and digits == _digits(value))
            for value in self.values
        )

    def _rows(self, model: type[models.Model]) -> "models.QuerySet[Any]":
        rows: models.QuerySet[Any] = model._default_manager.filter(
            AnyOf(f"{_ABOUT[model]}_id", self._lead_ids)
        )
        return rows

    def _erase_facts(self, model: type[models.Model]) -> int:
        """Blank every revision of every fact, and seal the hash of what it said."""
        rows: list[Fact] = list(self._rows(model))
        names: set[str] = set()
        for fact in rows:
            fields = self._blanking.fields_of(fact) | {
                "external_id": veiled_within(fact.external_id, self.personal_names),
                "content_hash": sealed_hash(fact.content_hash),
            }
            names |= fields.keys()
            for name, value in fields.items():
                setattr(fact, name, value)
        if rows:
            model._default_manager.bulk_update(rows, sorted(names), batch_size=500)
        return len(rows)

    def _erase_merges(self) -> int:
        merges = LeadMerge.objects.filter(
            Q(AnyOf("kept", self._lead_ids)) | AnyOf("merged", self._lead_ids)
        )
        return merges.exclude(correction_reason="").update(correction_reason=FORGOTTEN)

    def _rename(self) -> int:
        """Let fingerprints stand for the names that say who it is."""
        renamed = 0
        for identity in self.identities:
            if identity.external_id in self.personal_names:
                identity.external_id = veiled(identity.external_id)
                identity.save(update_fields=["external_id"])
                renamed += 1
        handoff_ids = [each.pk for each in self.handoffs]
        named: list[Handoff | AssignmentTurn | LateLoggingApproval] = [
            *self.handoffs,
            *AssignmentTurn.objects.filter(handoff__in=handoff_ids),
            *self._approvals(),
        ]
        for row in named:
            name = veiled_within(row.external_id, self.personal_names)
            if name != row.external_id:
                type(row)._default_manager.filter(pk=row.pk).update(external_id=name)
                renamed += 1
        return renamed

    def _approvals(self) -> Iterable[LateLoggingApproval]:
        if not self.personal_names:
            return []
        asked = Q()
        for name in self.personal_names:
            asked |= Q(external_id__contains=name)
        return LateLoggingApproval.objects.filter(asked)

    def audit(self) -> list[Audit]:
        """Return the audit rows about the person, and those that name them."""
        about = self._audited()
        own = list(Audit.objects.filter(about).order_by("pk"))
        return own + self._naming(Audit.objects.exclude(about), "data", "subject_name")

    def messages(self) -> list[Message]:
        """Return the messages about the person, and those that name them."""
        about = self._messaged()
        own = list(Message.objects.filter(about).order_by("pk"))
        return own + self._naming(Message.objects.exclude(about), "parameters", "error")

    def _audited(self) -> Q:
        about = Q(subject_type=Lead._meta.label_lower, subject_id__in=_texts(self._lead_ids))
        for model in _ABOUT:
            pks = _texts(self._rows(model).values_list("pk", flat=True))
            if pks:
                about |= Q(subject_type=model._meta.label_lower, subject_id__in=pks)
        return about

    def _messaged(self) -> Q:
        about = Q()
        for model, pks in ((Lead, self._lead_ids), (Handoff, [each.pk for each in self.handoffs])):
            types = (model._meta.model_name, model._meta.label_lower)
            about |= Q(subject_type__in=types, subject_id__in=_texts(pks))
        return about

    def _erase_audit(self) -> int:
        """Blank what the audit says of the person: the name of its subject, and words."""
        own = set(Audit.objects.filter(self._audited()).values_list("pk", flat=True))
        rows = self.audit()
        for row in rows:
            words = None if row.pk in own else self.words
            row.subject_name = "" if row.pk in own else _without_words(row.subject_name, words)
            row.data = _without_words(row.data, words)
        Audit.objects.bulk_update(rows, ["subject_name", "data"], batch_size=500)
        return len(rows)

    def _erase_messages(self) -> int:
        own = set(Message.objects.filter(self._messaged()).values_list("pk", flat=True))
        rows = self.messages()
        for row in rows:
            words = None if row.pk in own else self.words
            row.parameters = _without_words(row.parameters, words)
            row.error = _without_words(row.error, words)
            row.dedup_key = veiled_within(row.dedup_key, self.personal_names)
        Message.objects.bulk_update(rows, ["parameters", "dedup_key", "error"], batch_size=500)
        return len(rows)

    def _naming(self, rows: "models.QuerySet[Any]", *columns: str) -> list[Any]:
        """Return the rows that hold a word of the person."""
        if not self.words:
            return []
        texts = {f"text_of_{name}": Cast(name, TextField()) for name in columns}
        written = {each for word in self.words for each in spellings(word)}
        asked = Q()
        for name in texts:
            for each in written:
                asked |= Q(**{f"{name}__icontains": each})
        return list(rows.annotate(**texts).filter(asked))

    def _erase_views(self) -> int:
        """Empty the queues that somebody saved while they searched for the person."""
        erased = 0
        for view in SavedView.objects.exclude(address="").iterator():
            said = f"{unquote_plus(view.address)} {view.name}".casefold()
            if any(word.casefold() in said for word in self.words):
                SavedView.objects.filter(pk=view.pk).update(address="", name=f"#{view.pk}")
                erased += 1
        return erased


def _without_words(data: Any, words: Collection[str] | None = None) -> Any:
    """Return data without its texts, or without those that hold one of some words.

    Numbers, flags and keys stay.
    """
    if isinstance(data, dict):
        return {key: _without_words(value, words) for key, value in data.items()}
    if isinstance(data, list):
        return [_without_words(value, words) for value in data]
    if not isinstance(data, str):
        return data
    is_about = words is None or any(word.casefold() in data.casefold() for word in words)
    return blanked_text(data) if is_about else data


def _several(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else (value,)


def _texts(keys: Iterable[int]) -> list[str]:
    return [str(key) for key in keys]


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _is_telling(word: str) -> bool:
    """Whether a text names one person: an address, a telephone, or a name of several words."""
    if len(word) < _SHORTEST_WORD:
        return False
    return bool(addresses_in(word)) or len(_digits(word)) >= _SHORTEST_PHONE or " " in word.strip()
