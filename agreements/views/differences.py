"""What differs between two versions of an agreement: in words, inline, side by side."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agreements.difference import OTHER, Difference, difference, list_of
from agreements.difference_authors import Author, authors_of, comments_on, versions_between
from agreements.difference_rows import Row, groups_of
from agreements.difference_texts import SectionPair, paired_sections
from agreements.difference_words import Wording
from agreements.document import document_of
from agreements.editing import problems_of
from agreements.models import Agreement, AgreementVersion, Calendar
from agreements.requests import SignedInRequest
from agreements.statuses import look_of
from agreements.terms import Problem
from agreements.version_statuses import statuses_at
from agreements.wording import problem_sentence

READINGS = ("words", "inline", "side")


@login_required
@require_GET
def differences(request: SignedInRequest, slug: str) -> HttpResponse:
    """Compare two versions; without any named, the one in force with the text on the table."""
    now = timezone.now()
    agreement = get_object_or_404(
        Agreement.objects.visible_to(request.user).select_related("marketing_team", "sales_team"),
        slug=slug,
    )
    versions = list(agreement.versions.defer("terms").order_by("-number"))
    if len(versions) < 2:
        return render(request, "agreements/differences/single.html", {"agreement": agreement})
    before, after = _chosen(versions, request.GET, now)
    reading = request.GET.get("as")
    reading = reading if reading in READINGS else READINGS[0]
    context = {
        "agreement": agreement,
        "now": now,
        "reading": reading,
        "readings": _readings(before, after, reading),
        "options": [
            (each, version_name(each, status))
            for each, status in statuses_at(versions, now).items()
        ],
        "before": before,
        "after": after,
        "names": (version_name(before), version_name(after)),
        **_compared(agreement, before, after, versions, reading),
    }
    return render(request, "agreements/differences/page.html", context)


def version_name(version: AgreementVersion, status: str = "") -> str:
    """Name a version by its number, with its status where it is given: "Version 2, in force"."""
    name = _("Draft %(number)s") if version.status == "draft" else _("Version %(number)s")
    name %= {"number": version.number}
    return f"{name}, {str(look_of(status).word).lower()}" if status not in ("", "draft") else name


def _chosen(
    versions: list[AgreementVersion], asked: QueryDict, now: datetime
) -> tuple[AgreementVersion, AgreementVersion]:
    """Choose what to compare. Raises Http404 for a number there is none of."""
    in_force = next((each for each in versions if each.status_at(now) == "in_force"), None)
    on_table = next((each for each in versions if each.status in each.OPEN), None)
    usual = (in_force, on_table) if in_force and on_table else (versions[1], versions[0])
    before, after = (
        _numbered(versions, number) if (number := asked.get(name, "")) else version
        for name, version in zip(("from", "to"), usual, strict=True)
    )
    return before, after


def _numbered(versions: list[AgreementVersion], number: str) -> AgreementVersion:
    for version in versions:
        if str(version.number) == number:
            return version
    raise Http404


def _readings(
    before: AgreementVersion, after: AgreementVersion, reading: str
) -> list[dict[str, Any]]:
    labels = (_("In words"), _("Inline"), _("Side by side"))
    address = reverse("agreements:differences", args=[after.agreement.slug])
    return [
        {
            "label": label,
            "href": f"{address}?from={before.number}&to={after.number}&as={name}",
            "is_current": name == reading,
        }
        for name, label in zip(READINGS, labels, strict=True)
    ]


def _compared(
    agreement: Agreement,
    before: AgreementVersion,
    after: AgreementVersion,
    versions: list[AgreementVersion],
    reading: str,
) -> dict[str, Any]:
    """Compare the two texts, and tell what a page in this reading shows of it."""
    for version in (before, after):
        version.agreement = agreement
    found = difference(before.terms, after.terms)
    problems = _problems(before), _problems(after)
    sections = paired_sections(document_of(before), document_of(after), problems)
    touched = {clause.section for clause in found.clauses}
    context = {
        "found": found,
        "touched": len(touched),
        "sections": sections,
        "section_count": len(sections),
        "problems": [*_problem_lists((before, after), problems)],
    }
    if reading == "words":
        chain = versions_between(before, after, versions)
        context["groups"] = _groups(found, sections, before, after, chain)
    return context


def _problems(version: AgreementVersion) -> tuple[Problem, ...]:
    """Return what is wrong with a text; of a signed one it is known that nothing is."""
    is_signed = version.status == AgreementVersion.Status.SIGNED
    return () if is_signed else problems_of(version.terms)


def _problem_lists(
    versions: tuple[AgreementVersion, AgreementVersion],
    problems: tuple[tuple[Problem, ...], tuple[Problem, ...]],
) -> Iterator[tuple[str, list[str]]]:
    seen = set()
    for version, found in zip(versions, problems, strict=True):
        if found and version.pk not in seen:
            seen.add(version.pk)
            yield version_name(version), [problem_sentence(each) for each in found]


def _groups(
    found: Difference,
    sections: tuple[SectionPair, ...],
    before: AgreementVersion,
    after: AgreementVersion,
    chain: list[AgreementVersion],
) -> list[dict[str, Any]]:
    wording = Wording(before.terms, after.terms, calendar_names())
    authors = authors_of(found.clauses, chain)
    comments = comments_on(found.clauses, chain)
    return [
        {
            "title": group.title,
            "rows": [_shown(row, authors, comments, after) for row in group.rows],
        }
        for group in groups_of(found, sections, wording, _titles())
    ]


def calendar_names() -> dict[str, str]:
    """Return what each calendar is called, by its key."""
    return dict(Calendar.objects.values_list("key", "name"))


def _titles() -> dict[str, str]:
    """The sections of the document, for clauses whose section neither text has."""
    return {
        "parties": _("Parties and time"),
        "objectives": _("Objectives"),
        "handoff": _("Funnel and handoff"),
        "tiers": _("Tiers"),
        "marketing": _("What marketing promises"),
        "sales": _("What sales promises"),
        "escalation": _("When a promise is about to break"),
        "reasons": _("Reasons"),
        "roles": _("Roles"),
        "reviews": _("Reviews"),
        OTHER: _("Outside the terms"),
    }


def _shown(
    row: Row, authors: Mapping[str, Author], comments: Mapping[str, int], after: AgreementVersion
) -> dict[str, Any]:
    known = [authors[key] for c in row.clauses if (key := list_of(c.steps)) in authors]
    return {
        "number": row.number,
        "href": _href(row, after),
        "sentences": row.sentences,
        "pairs": row.pairs,
        "author": max(known, key=lambda author: author.at, default=None),
        "comments": sum(comments.get(clause.path, 0) for clause in row.clauses),
    }


def _href(row: Row, after: AgreementVersion) -> str:
    """Return the address of a commitment in the later text; empty where it is not there."""
    if not row.is_promise or not row.number or all(pair.after is None for pair in row.pairs):
        return ""
    address = reverse("agreements:version", args=[after.agreement.slug, after.number])
    return f"{address}#{row.number}"
