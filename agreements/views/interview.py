"""The interview: six pages of questions, and beside them what the answers mean."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agreements.actions import starting
from agreements.actions.drafts import UnableToStart
from agreements.document import Section, sections_of
from agreements.editing.readable import readable
from agreements.interview import STEPS
from agreements.interview_questions import (
    Sitting,
    Step,
    answers_with,
    months_of,
    steps_of,
)
from agreements.models import Agreement, Interview
from agreements.requests import SignedInRequest
from agreements.terms import Terms, TermsError, parse_terms
from agreements.terms.canonical import unstorable
from agreements.typed_before import keeps_what_was_typed, typed_before
from agreements.views.start import agreement_to_write, starter_for
from agreements.wording import problem_sentence

# The sections of the text that each step writes; of the document step, all.
_WRITES = {
    "objectives": ("objectives",),
    "funnel": ("handoff",),
    "handoff": ("handoff", "marketing"),
    "follow_up": ("sales", "escalation"),
    "review": ("reviews",),
}


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def interview(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """Ask the questions of a step; every way out of the page keeps what was typed."""
    request = cast("SignedInRequest", request)
    agreement = agreement_to_write(request, slug)
    kept = Interview.objects.filter(agreement=agreement, person=request.user).first()
    if kept is None:
        return redirect("agreements:draft-new", slug=slug)
    kept.agreement = agreement
    if step not in STEPS:
        raise Http404
    starter = starter_for(agreement, kept.starter)
    page = _Page(request, kept, starter, STEPS.index(step))
    if request.method == "POST":
        return _answered(page)
    before = typed_before(request)
    answers = answers_with(page.step, kept.answers, before) if before else kept.answers
    if before:
        _warn_of_what_is_not_saved(request)
    return page.show(answers)


def _warn_of_what_is_not_saved(request: HttpRequest) -> None:
    """Say that what is shown was typed before the session ended."""
    messages.warning(
        request,
        _("You were signed out before this was saved. What you typed is here: look, then save."),
    )


class _Page:
    """A step of somebody's interview, as it is shown."""

    def __init__(
        self, request: SignedInRequest, kept: Interview, starter: dict[str, Any], place: int
    ) -> None:
        self.request, self.kept, self.starter = request, kept, starter
        self.agreement = kept.agreement
        self.steps = steps_of(starter)
        self.place, self.step = place, self.steps[place]

    def show(self, answers: dict[str, Any], error: str = "", status: int = 200) -> HttpResponse:
        """Show the questions with the answers; to htmx only what the answers mean."""
        sitting = Sitting.of(answers, self.starter)
        template = "meaning" if self.request.htmx else "interview"
        context = self._context(sitting) | {"error": error}
        return render(self.request, f"agreements/start/{template}.html", context, status=status)

    def _context(self, sitting: Sitting) -> dict[str, Any]:
        found = readable(sitting.draft)
        terms = parse_terms(found) if found else None
        return {
            "agreement": self.agreement,
            "step": self.step,
            # What the browser held is put back only where nothing was kept since.
            "seen": self.kept.answered_at.timestamp(),
            "number": self.place + 1,
            "steps": [(each, len(sitting.problems_of_step(each))) for each in self.steps],
            "before": self.steps[self.place - 1] if self.place else None,
            "after": self.steps[self.place + 1] if self.place + 1 < len(self.steps) else None,
            "fields": sitting.shown(self.step),
            "problems": len(sitting.problems),
            "elsewhere": [
                problem_sentence(each) for each in sitting.problems_elsewhere(self.steps)
            ],
            "sections": _sections(self.step, terms, self.agreement),
            "plan": _plan(terms, months_of(found or {})) if self.step.name == "funnel" else None,
        }


def _sections(step: Step, terms: Terms | None, agreement: Agreement) -> list[Section]:
    if terms is None or step.name == "funnel":
        return []
    sections = sections_of(terms, agreement)
    wanted = _WRITES.get(step.name)
    return [each for each in sections if wanted is None or each.key in wanted]


def _plan(terms: Terms | None, months: list[str]) -> dict[str, Any] | None:
    """Lay the year out by stage, quarter and month; None while it cannot be worked out."""
    if terms is None:
        return None
    rows = terms.funnel_plan().rows
    named = [(stage.name, rows[stage.key]) for stage in terms.stages if stage.key in rows]
    quarters = [f"{months[at]}–{months[at + 2]}" for at in range(0, len(months), 3)]
    by_month = [
        (month, [row.months[place] for _name, row in named]) for place, month in enumerate(months)
    ]
    return {"quarters": quarters, "rows": named, "by_month": by_month} if named else None


def _answered(page: _Page) -> HttpResponse:
    request, kept = page.request, page.kept
    answers = answers_with(page.step, kept.answers, request.POST)
    found = next(unstorable(answers), None)
    if found is not None:
        return page.show(answers, problem_sentence(found), status=422)
    to = request.POST.get("to", "")
    step = to if to in STEPS else page.step.name
    starting.keep_answers(interview=kept, answers=answers, step=step, now=timezone.now())
    if request.POST.get("do") == "finish":
        return _finished(page, answers)
    if to in STEPS:
        return redirect("agreements:interview", slug=page.agreement.slug, step=to)
    if to == "start":
        return redirect("agreements:draft-new", slug=page.agreement.slug)
    return page.show(answers)


def _finished(page: _Page, answers: dict[str, Any]) -> HttpResponse:
    sitting = Sitting.of(answers, page.starter)
    try:
        version = starting.finish_interview(
            interview=page.kept,
            terms=dict(sitting.draft),
            by=page.request.user,
            now=timezone.now(),
        )
    except UnableToStart as error:
        return page.show(answers, str(error), status=409)
    except TermsError as error:
        return page.show(answers, problem_sentence(error.problems[0]), status=422)
    messages.success(
        page.request,
        _("Your answers are a draft now, version %(number)d: read it, and change what you like.")
        % {"number": version.number},
    )
    return redirect("agreements:draft", slug=page.agreement.slug)
