"""What the arbiter decided stands until it is taken back itself, whatever people tell here."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from agreements.models import Agreement
from leads.models import FollowUp, Handoff, HandoffEvent, Lead

_DECIDED = (Handoff.Contest.UPHELD, Handoff.Contest.OVERTURNED)
_DECIDED_ABOUT = (HandoffEvent.Kind.REJECTED, HandoffEvent.Kind.CONTESTED)


def why_not_taken_back(fact: FollowUp | HandoffEvent) -> str:
    """Say why a fact is not taken back as long as a decision stands; empty where it can be."""
    if not isinstance(fact, HandoffEvent) or fact.kind not in _DECIDED_ABOUT:
        return ""
    if fact.handoff.contest not in _DECIDED:
        return ""
    return _(
        "The arbiter decided about it, so it stands as long as the decision does. Only who "
        "decided takes that back, or an administrator."
    )


@contextmanager
def decisions_stand(agreement: Agreement, lead: Lead, or_raise: type[ValueError]) -> Iterator[None]:
    """Refuse what is told meanwhile of a lead where it would change what the arbiter decided."""
    before = _decided(agreement, lead)
    yield
    if before and not before.items() <= _decided(agreement, lead).items():
        raise or_raise(
            _(
                "The arbiter decided about a rejection of this lead: nothing that is told now of "
                "the time before the rejection changes that."
            )
        )


def _decided(agreement: Agreement, lead: Lead) -> dict[int, str]:
    """Return how the contests of a lead, and of those that are one with it, were decided."""
    one = Lead.objects.one_with([lead.kept.pk])
    decided = agreement.handoffs.filter(lead__in=one, contest__in=_DECIDED)
    return dict(decided.values_list("pk", "contest"))
