"""What the page of a queue shows around its rows: tabs, filters, views, and what to do next."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import AgreementVersion
from agreements.terms import Terms
from agreements.wording import short_promise
from leads.addresses import without
from leads.models import Handoff
from leads.queue.handoffs import Desk, QueueFilters, QueueSummary, result_since

Choices = dict[str, list[tuple[str, str]]]


def versions_for(
    desk: Desk, handoffs: Iterable[Handoff], now: datetime
) -> dict[int, AgreementVersion]:
    """Return by key the versions that judge some handoffs and the one in force; one query."""
    judging = Q(pk__in={each.version_id for each in handoffs if each.version_id})
    in_force = Q(status=AgreementVersion.Status.SIGNED, effective__contains=now)
    return {each.pk: each for each in desk.agreement.versions.filter(judging | in_force)}


def terms_in_force(versions: Iterable[AgreementVersion], now: datetime) -> Terms | None:
    """Return the terms of the version in force, else of the latest there is."""
    ranked = sorted(versions, key=lambda each: (each.status_at(now) == "in_force", each.number))
    return ranked[-1].parsed_terms() if ranked else None


def tabs_of(desk: Desk, filters: QueueFilters, summary: QueueSummary) -> list[dict[str, object]]:
    """Return the views the person may ask for, each with its counts of what the filters leave."""
    names = _names()
    return [
        {
            "view": view,
            "name": names[view],
            "count": summary.found[view],
            "overdue": summary.found_overdue[view],
            "is_current": view == filters.view,
        }
        for view in desk.views
    ]


def _names() -> dict[str, str]:
    return {
        "mine": _("Mine"),
        "team": _("Team"),
        "returning": _("Returning"),
        "snoozed": _("Snoozed"),
        "all": _("All"),
    }


def choices_of(terms: Terms | None, summary: QueueSummary) -> Choices:
    """Return what each filter may be, as pairs of value and name."""
    clauses = [] if terms is None else [
        (each.key, f"{each.key} · {short_promise(each)}")
        for each in terms.clock_commitments
        if each.party == "sales"
    ]  # fmt: skip
    return {
        "clause": clauses,
        "tier": [(key, _tier_name(terms, key)) for key in summary.tiers],
        "origin": [(origin, origin) for origin in summary.origins],
    }


def _tier_name(terms: Terms | None, key: str) -> str:
    names = {tier.key: tier.name for tier in terms.tiers} if terms else {}
    return names.get(key, key)


def chips_of(asked: QueryDict, filters: QueueFilters, terms: Terms | None) -> list[dict[str, str]]:
    """Return the filters in force, each with the address without it."""
    labels = {
        "q": _("Search"),
        "clause": _("Clause"),
        "tier": _("Tier"),
        "origin": _("Origin"),
    }
    return [
        {
            "label": labels[name],
            "value": _tier_name(terms, value) if name == "tier" else value,
            "remove_href": without(asked, name, "page", "open"),
        }
        for name, value in filters.chosen.items()
    ]


def empty_of(
    desk: Desk, filters: QueueFilters, summary: QueueSummary, now: datetime
) -> dict[str, object]:
    """Say what to do next where nothing is found."""
    queue_url = reverse("leads:queue", kwargs={"slug": desk.agreement.slug})
    if filters.chosen:
        return _empty_filtered(desk, filters, summary, queue_url)
    if not desk.agreement.handoffs.exists():
        return {
            "title": _("No handoff yet"),
            "sentence": _("What marketing offers to sales appears here, what is due first on top."),
            "action_label": _("Look at all leads"),
            "action_href": reverse("leads:list", kwargs={"slug": desk.agreement.slug}),
        }
    facts = _facts(desk, summary, now)
    if filters.view == "mine":
        return _empty_mine(queue_url, summary) | {"facts": facts}
    if filters.view in ("returning", "snoozed"):
        return _empty_waiting(filters.view) | {"facts": facts}
    return {
        "title": _("Nobody waits"),
        "sentence": _("No handoff in this view is open. New ones appear here."),
        "action_label": _("Look at all leads"),
        "action_href": reverse("leads:list", kwargs={"slug": desk.agreement.slug}),
        "facts": facts,
    }


def _empty_filtered(
    desk: Desk, filters: QueueFilters, summary: QueueSummary, queue_url: str
) -> dict[str, object]:
    """Lead to what fits the filters in other views."""
    names = _names()
    ways = [
        {
            "label": _("%(number)s in %(view)s")
            % {"number": formats.figure(summary.found[view]), "view": names[view]},
            "href": f"{queue_url}?{replace(filters, view=view).address}",
        }
        for view in desk.views
        if summary.found[view]
    ]
    if ways:
        title = _("No handoff in %(view)s fits these filters") % {"view": names[filters.view]}
        sentence = _("Others fit them: go there, or remove a filter.")
    else:
        title = _("No handoff fits these filters")
        sentence = _("Remove a filter, or look at the whole queue.")
    return {
        "title": title,
        "sentence": sentence,
        "ways": ways,
        "action_label": _("Show all of them"),
        "action_href": f"{queue_url}?view={filters.view}",
    }


def _empty_mine(queue_url: str, summary: QueueSummary) -> dict[str, object]:
    title = _("Nothing waits for you")
    if summary.counts["snoozed"]:
        known = _("All that is open for you is put aside.")
    else:
        known = _("No handoff is open for you.")
    if not summary.counts["team"]:
        others = _("New ones appear here.")
        return {"title": title, "sentence": f"{known} {others}"}
    others = _("Others wait for somebody.")
    return {
        "title": title,
        "sentence": f"{known} {others}",
        "action_label": _("Take one from the team's queue"),
        "action_href": f"{queue_url}?view=team",
    }


def _empty_waiting(view: str) -> dict[str, object]:
    if view == "snoozed":
        return {
            "title": _("Nothing is put aside"),
            "sentence": _("What you put aside rests here until its time comes, or a promise does."),
        }
    return {
        "title": _("Nobody comes back today"),
        "sentence": _("Recycled leads are here from the day on which they are to come back."),
    }


def _facts(desk: Desk, summary: QueueSummary, now: datetime) -> list[dict[str, str]]:
    """Return what is known although nothing waits: others' work, what comes, the day's result."""
    facts = []
    if summary.counts["team"]:
        value = _("%(count)s, first due %(when)s") % {
            "count": formats.figure(summary.counts["team"]),
            "when": formats.near_instant(summary.next_due_in_team, now),
        }
        facts.append({"label": _("Unassigned in the team"), "value": value})
    if summary.coming:
        value = _("%(count)s, first on %(day)s") % {
            "count": formats.figure(summary.coming),
            "day": formats.day(summary.next_return, now),
        }
        facts.append({"label": _("Coming back within a week"), "value": value})
    if desk.follows_up:
        today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        result = result_since(desk, today)
        value = _("%(met)s of %(all)s") % {
            "met": formats.figure(result.met),
            "all": formats.figure(result.stopped),
        }
        facts.append({"label": _("Met today"), "value": value})
    return facts
