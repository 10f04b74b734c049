"""Tell whom it concerns what is said about a text: gathered, and never its author."""

from datetime import datetime
from typing import Literal

from django.db.models import Q
from django.urls import reverse

from agreements.actions import messages
from agreements.models import AgreementVersion, Comment, Membership, Suggestion, User
from agreements.models.contracts import Party

Said = Literal["comment", "answer", "suggestion", "taken", "refused", "withdrawn"]
"""What somebody did, as the notice keeps it beside the key of the row."""


def tell_of_comment(comment: Comment, *, now: datetime) -> None:
    """Tell the other party's leads, and who takes part in the conversation."""
    first = comment.answer_to
    said: Said = "comment" if first is None else "answer"
    partners = set() if first is None else {first.author_id, *_answering(first)}
    _tell(comment.version, said, comment.pk, by=comment.author, partners=partners, now=now)


def tell_of_suggestion(suggestion: Suggestion, *, now: datetime) -> None:
    """Tell the leads of the party that takes or refuses it."""
    version, by = suggestion.version, suggestion.suggested_by
    _tell(version, "suggestion", suggestion.pk, by=by, partners=set(), now=now)


def tell_of_decision(suggestion: Suggestion, *, now: datetime) -> None:
    """Tell the other party's leads, and who suggested it, what became of a suggestion."""
    by = suggestion.decided_by
    if by is None:
        return
    said: Said = Suggestion.Outcome(suggestion.outcome).value  # type: ignore[assignment]
    partners = {suggestion.suggested_by_id}
    _tell(suggestion.version, said, suggestion.pk, by=by, partners=partners, now=now)


def _answering(first: Comment) -> list[int]:
    return list(first.answers.values_list("author", flat=True))


def _tell(
    version: AgreementVersion, said: Said, pk: int, *, by: User, partners: set[int], now: datetime
) -> None:
    agreement = version.agreement
    messages.gather(
        kind="text_talked_about",
        recipients=_concerned(version, by, partners),
        subject=version,
        parameters={
            "agreement": agreement.name,
            "slug": agreement.slug,
            "number": version.number,
        },
        said={"said": said, "pk": pk, "author": by.name},
        now=now,
        url=reverse("agreements:draft-comments", args=[agreement.slug]),
    )


def _concerned(version: AgreementVersion, by: User, partners: set[int]) -> list[User]:
    """Return the leads of the other party, and of the partners those who may still talk."""
    agreement = version.agreement
    teams = {Party.MARKETING: agreement.marketing_team_id, Party.SALES: agreement.sales_team_id}
    led = Membership.objects.filter(user=by, role=Membership.Role.LEAD, team__in=teams.values())
    own = set(led.values_list("team", flat=True))
    others = set(teams.values()) - own or set(teams.values())
    leads = messages.leads_of(agreement)
    of_others = leads.filter(memberships__team__in=others, memberships__role=Membership.Role.LEAD)
    may_talk = User.objects.filter(Q(pk__in=leads) | Q(is_admin=True), is_active=True)
    found = User.objects.filter(Q(pk__in=of_others) | Q(pk__in=may_talk.filter(pk__in=partners)))
    return list(found.exclude(pk=by.pk).order_by("pk"))
