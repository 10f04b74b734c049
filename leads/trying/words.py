"""What of a text could not be tried, and what stands in its place, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.editing import section_of_path
from agreements.editor.registry import form_named
from agreements.models import AgreementVersion
from agreements.terms import Problem
from agreements.wording import problem_sentence
from leads.trying.drafts import Tryable

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class ToldProblem:
    """A problem of a text: where it is, what to do, and the address of where to do it."""

    place: str
    sentence: str
    href: str


def told_problems(version: AgreementVersion, problems: Sequence[Problem]) -> list[ToldProblem]:
    """Tell the first problems of a text; each leads to the section that edits it."""
    return [
        ToldProblem(
            place=section_name(section_of_path(each.path).name),
            sentence=problem_sentence(each),
            href=reverse(
                "agreements:editor", args=[version.agreement.slug, section_of_path(each.path).name]
            ),
        )
        for each in problems[:_SHOWN]
    ]


def further_problems(problems: Sequence[Problem]) -> str:
    """Say how many problems are not told; empty where all are."""
    further = max(len(problems) - _SHOWN, 0)
    if not further:
        return ""
    return ngettext("And %(number)s more.", "And %(number)s more.", further) % {"number": further}


def instead_words(found: Tryable, in_force: AgreementVersion | None) -> list[str]:
    """Say what is tried in place of the parts that have problems."""
    told = []
    number = in_force.number if in_force else 0
    if found.borrowed_sections:
        names = [section_name(name) for name in found.borrowed_sections]
        told.append(
            _("Taken as version %(number)s has it: %(sections)s.")
            % {"number": number, "sections": get_text_list(names, _("and"))}
        )
    if found.borrowed_clauses:
        clauses = get_text_list(list(found.borrowed_clauses), _("and"))
        told.append(
            _("Taken as version %(number)s has it: %(sections)s.")
            % {"number": number, "sections": clauses}
        )
    if found.left_out:
        clauses = get_text_list(list(found.left_out), _("and"))
        told.append(_("Left out: %(clauses)s.") % {"clauses": clauses})
    return told


def section_name(name: str) -> str:
    """Return the title of a section of the editor."""
    form = form_named(name)
    return str(form.title) if form else name
