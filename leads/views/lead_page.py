"""What a lead's page is made of; its deeds show the same page again when they are refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.clock import Grade, MarkKind
from agreements.models import Agreement, User
from agreements.permissions import refusal
from agreements.requests import SignedInRequest
from agreements.statuses import LOOKS
from agreements.terms import Terms
from leads.addresses import plain
from leads.before.judged import kept_verdicts
from leads.before.offerable import said_of_barred, said_of_contest
from leads.before.qualifying import is_below_criteria, value_text
from leads.column_names import column_names
from leads.deeds.forms import FORMS
from leads.deeds.log_forms import LogForm
from leads.deeds.paused import paused
from leads.deeds.pauses import pause_of
from leads.deeds.possible import Deeds, deeds_for
from leads.deeds.undo import undoable_in
from leads.merging.words import merge_away
from leads.models import Handoff, Lead, Snooze
from leads.one_lead import lead_ids_of, readable_lead
from leads.permissions import (
    check_user_can_assign,
    check_user_can_offer,
    check_user_can_put_aside,
    refusal_to_merge,
)
from leads.queue.handoffs import Desk, desk_of
from leads.queue.snoozing import SnoozeForm
from leads.story.cards import cards_of, select, worst_status
from leads.story.case import Case, read_case
from leads.story.corrected import Corrector
from leads.story.entries import Story
from leads.story.explained import basis_of
from leads.story.explaining import tell
from leads.story.facts_told import Surroundings
from leads.story.holders import holders_of
from leads.story.hours_picture import picture_of
from leads.story.side import side_of
from leads.story.timeline import SHOWS, by_day, timeline_of
from leads.views.typed import PageForm, empty_form, form_typed_signed_out

ENTRIES_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody opened: a lead, its handoffs, those they may read, and the one shown."""

    desk: Desk
    lead: Lead
    handoffs: list[Handoff]
    readable: list[Handoff]
    handoff: Handoff | None

    @property
    def agreement(self) -> Agreement:
        """The agreement the lead is read under."""
        return self.desk.agreement


def read(request: SignedInRequest, slug: str, pk: int, handoff_pk: int | None = None) -> Reading:
    """Find what an address asks for. Raises Http404 for what the person may not read."""
    desk = desk_or_404(request.user, slug)
    lead = readable_lead(desk, pk)
    if lead is None:
        raise Http404
    own = Snooze.objects.filter(user=request.user, handoff=OuterRef("pk"))
    handoffs = list(
        desk.agreement.handoffs.filter(lead__in=lead_ids_of(lead.pk))
        .select_related("holder", "lead", "agreement__sales_team", "version")
        .annotate(aside_until=Subquery(own.values("until")))
        .order_by("offered_at", "pk")
    )
    readable = handoffs
    if not desk.sees_all:
        readable = [each for each in handoffs if each.holder_id in (None, request.user.pk)]
    asked = handoff_pk or handoff_asked(request)
    return Reading(desk, lead, handoffs, readable, _chosen(readable, asked))


def desk_or_404(user: User, slug: str) -> Desk:
    """Return somebody's desk under an agreement they may read. Raises Http404."""
    try:
        return desk_of(user, slug)
    except Agreement.DoesNotExist as error:
        raise Http404 from error


def desk_that_reads_all(user: User, slug: str) -> Desk:
    """Return the desk of somebody who reads the handoffs of everybody.

    Raises Http404, or PermissionDenied for a rep.
    """
    desk = desk_or_404(user, slug)
    if not desk.sees_all:
        raise PermissionDenied(
            _("This page is for marketing, the leads of both teams and directors.")
        )
    return desk


def handoff_asked(request: SignedInRequest) -> int | None:
    """Return the key of the handoff that the address names; None where it names none."""
    text = plain(request.GET, "handoff")
    return int(text) if text.isdecimal() else None


def _chosen(readable: list[Handoff], asked: int | None) -> Handoff | None:
    """Return the handoff asked for, else the open one, else the latest. Raises Http404."""
    if asked is not None:
        found = next((each for each in readable if each.pk == asked), None)
        if found is None:
            raise Http404
        return found
    ranked = sorted(readable, key=lambda each: (each.is_open, _is_real(each)))
    return ranked[-1] if ranked else None


def _is_real(handoff: Handoff) -> bool:
    status = Handoff.Status
    return handoff.status not in (status.REPEATED, status.EXPECTED, status.TAKEN_BACK)


def _told(reading: Reading) -> list[Handoff]:
    """Return the handoffs that the timeline tells of: those that may be read, and the one shown."""
    return [each for each in reading.readable if _is_real(each) or each == reading.handoff]


def context_of(
    request: SignedInRequest,
    reading: Reading,
    *,
    now: datetime,
    form: PageForm | None = None,
) -> dict[str, Any]:
    """Return everything the page shows; a ``form`` that was refused as it was filled in."""
    case = read_case(reading.lead, reading.agreement, reading.handoffs)
    book = case.rulebook_of(reading.handoff) if reading.handoff else None
    terms = book.terms if book else latest_terms(reading.agreement)
    people = User.objects.in_bulk(_people_in(case))
    columns = column_names(case.records.families.below(reading.lead.pk), reading.lead.attributes)
    numbers = dict(reading.agreement.versions.values_list("pk", "number"))
    told = _told(reading)
    story = Story(
        lead=reading.lead,
        case=case,
        handoff=reading.handoff,
        handoffs=reading.handoffs,
        told=told,
        whole=reading.desk.sees_all,
        around=Surroundings(reading.agreement, terms, now, columns),
        people=people,
        corrector=Corrector.of(reading.agreement, request.user),
        numbers=numbers,
        judged=kept_verdicts(told),
    )
    number = story.number_of(reading.handoff) if reading.handoff else None
    return {
        "agreement": reading.agreement,
        "lead": reading.lead,
        "handoff": reading.handoff,
        "here": here(reading),
        "now": now,
        "version_number": number,
        "head": _head(reading, terms),
        "may_reassign": _may_reassign(request, _acting(reading)),
        "may_offer": _may_offer(request, reading),
        "cannot_offer": _cannot_offer(reading),
        "aside_until": aside_until(request, reading.handoff, now),
        "paused": paused(reading.handoff, now) if reading.handoff else None,
        "is_below": reading.handoff is not None and is_below_criteria(reading.handoff),
        **_clocks(request, reading, case, terms, number, people, now),
        **deeds_of(request, _acting(reading), case, form=form, now=now),
        **_merged(request, reading),
        "undoable": undoable_in(request.session, reading.agreement.pk, now),
        **_timeline(request, story, now),
        **side_of(story, here=here(reading), readable=reading.readable),
    }


def _merged(request: SignedInRequest, reading: Reading) -> dict[str, Any]:
    """Return the merge by which the lead is another one, and why the person may not undo it."""
    merge = merge_away(reading.lead)
    if merge is None:
        return {}
    return {"merge": merge, "cannot_part": refusal_to_merge(reading.agreement, request.user)}


def _acting(reading: Reading) -> Handoff | None:
    """Return the handoff that is shown; none on the page of a lead that was merged into another.

    What is done about that one is done on the page of the lead that is kept.
    """
    return None if reading.lead.merged_into_id else reading.handoff


def aside_until(
    request: SignedInRequest, handoff: Handoff | None, now: datetime
) -> datetime | None:
    """Return until when the person put aside a handoff that was read; None where they did not."""
    if handoff is None or refusal(check_user_can_put_aside, handoff, request.user):
        return None
    until: datetime | None = getattr(handoff, "aside_until", None)
    return until if until and until > now else None


def _may_offer(request: SignedInRequest, reading: Reading) -> bool:
    """Whether the person may offer the lead to sales now."""
    is_free = reading.lead.merged_into_id is None and not any(
        each.is_open for each in reading.handoffs
    )
    return is_free and not refusal(check_user_can_offer, reading.agreement, request.user)


def _cannot_offer(reading: Reading) -> str:
    """Say why the lead is not offered, or not for now; empty where it is."""
    if reading.lead.is_contact_barred:
        return said_of_barred()
    if any(each.is_contested for each in reading.handoffs):
        return said_of_contest()
    return ""


def here(reading: Reading) -> str:
    """Return the address of the lead, with the handoff that is shown."""
    url = reverse("leads:detail", kwargs={"slug": reading.agreement.slug, "pk": reading.lead.pk})
    return f"{url}?handoff={reading.handoff.pk}" if reading.handoff else f"{url}?"


def latest_terms(agreement: Agreement) -> Terms | None:
    """Return the terms of the latest signed version; None while there is none."""
    version = agreement.versions.signed().order_by("-number").first()
    return version.parsed_terms() if version else None


def _people_in(case: Case) -> set[int]:
    return {
        mark.holder
        for standing in case.standings.values()
        for mark in standing.marks
        if isinstance(mark.holder, int)
    }


def _may_reassign(request: SignedInRequest, handoff: Handoff | None) -> bool:
    if handoff is None or not handoff.is_open:
        return False
    return not refusal(check_user_can_assign, handoff, request.user)


def _head(reading: Reading, terms: Terms | None) -> dict[str, Any]:
    """Return what stands above everything: who it is, which handoff, who holds it, which stage."""
    real = [each for each in reading.handoffs if _is_real(each)]
    handoff = reading.handoff
    tier = next(
        (each for each in (terms.tiers if terms else ()) if handoff and each.key == handoff.tier),
        None,
    )
    reached = reading.agreement.lead_stages.filter(lead=reading.lead).first()
    stages = {stage.key: stage.name for stage in terms.stages} if terms else {}
    return {
        "number": real.index(handoff) + 1 if handoff in real else None,
        "count": len(real),
        "tier": tier,
        "is_top_tier": tier is not None and terms is not None and tier is terms.tiers[0],
        "job_title": value_text(reading.lead.attributes.get("job_title")),
        "stage": stages.get(reached.stage, reached.stage) if reached else "",
    }


def _clocks(
    request: SignedInRequest,
    reading: Reading,
    case: Case,
    terms: Terms | None,
    number: int | None,
    people: dict[int, User],
    now: datetime,
) -> dict[str, Any]:
    """Return the cards of the clocks and the explanation of the one that is chosen."""
    handoff = reading.handoff
    clocks = case.clocks(handoff) if handoff else []
    selected = select(clocks, plain(request.GET, "clock") or None)
    found: dict[str, Any] = {
        "cards": cards_of(clocks, selected, now),
        "badge": _badge(handoff, worst_status(clocks, now)),
    }
    if selected is None or terms is None or handoff is None or number is None:
        return found
    basis = basis_of(selected, terms, handoff.tier, number)
    explanation, telling = tell(selected, terms, basis, now)
    return found | {
        "selected": selected,
        "telling": telling,
        "picture": picture_of(explanation, basis, now),
        "holders": holders_of(selected.state, reading.agreement, people, now),
    }


def _badge(handoff: Handoff | None, worst: str) -> dict[str, str]:
    """Return what stands beside the name: how a closed handoff ended, else the worst clock."""
    if handoff is None or handoff.is_open or handoff.status not in LOOKS:
        return {"status": worst}
    if handoff.is_contested:
        return {"status": "contested"}
    return {"status": handoff.status, "word": handoff.get_status_display()}


def deeds_of(
    request: SignedInRequest,
    handoff: Handoff | None,
    case: Case,
    *,
    form: PageForm | None = None,
    now: datetime,
) -> dict[str, Any]:
    """Return what can be done, and the form of what is being done; ``deed`` is its key."""
    if handoff is None:
        return {"deeds": None}
    deeds = deeds_for(
        handoff,
        request.user,
        book=case.rulebook_of(handoff),
        reached=_reached(case, handoff),
        is_paused=handoff.is_open and pause_of(handoff, now) is not None,
        is_aside=aside_until(request, handoff, now) is not None,
        now=now,
    )
    typed, said = (None, "") if form else form_typed_signed_out(request, handoff, now)
    form = form or typed or _form_asked(request, handoff, deeds, now)
    return {
        "deeds": deeds,
        "form": form,
        "deed": "" if form is None else form.key,
        "said_of_typed": said,
    }


def _reached(case: Case, handoff: Handoff) -> Grade | None:
    """Return how far somebody got with the lead since the offer; None for nobody."""
    grades = (
        mark.grade
        for mark in case.standings[handoff.pk].marks
        if mark.kind is MarkKind.FOLLOW_UP and not mark.automated and mark.grade is not None
    )
    return max(grades, key=lambda grade: grade.rank, default=None)


def _form_asked(
    request: SignedInRequest, handoff: Handoff, deeds: Deeds, now: datetime
) -> PageForm | None:
    """Return the form that was asked for, else that of the log where the handoff is open."""
    asked = plain(request.GET, "deed")
    if asked in (*FORMS, SnoozeForm.key) and deeds.is_possible(asked):
        return empty_form(request, asked, handoff, now)
    if deeds.log.is_possible and (handoff.is_open or asked == LogForm.key):
        return empty_form(request, LogForm.key, handoff, now)
    return None


def _timeline(request: SignedInRequest, story: Story, now: datetime) -> dict[str, Any]:
    show = plain(request.GET, "show")
    show = show if show in SHOWS else SHOWS[0]
    page = Paginator(timeline_of(story, show), ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    names = {
        "everything": _("Everything"),
        "follow_ups": _("Follow-ups"),
        "clocks": _("Clocks"),
        "messages": _("Messages"),
    }
    return {
        "entries": page,
        "days": by_day(page.object_list, now),
        "shows": [{"key": key, "label": names[key], "is_current": key == show} for key in SHOWS],
    }
