"""The rules by which a sales team hands its handoffs out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agreements.editing import problems_of
from agreements.editor import rules as builder
from agreements.editor.fields import separators
from agreements.editor.lead_fields import fields_shown
from agreements.models import Agreement
from agreements.requests import SignedInRequest
from agreements.typed_before import keeps_what_was_typed, typed_in
from agreements.whole_numbers import whole_number, whole_numbers
from leads.actions import team_rules
from leads.assignment.forms import RuleForm
from leads.assignment.rules import placed, taker_above
from leads.assignment.simulating import Simulation, simulate
from leads.assignment.systems import systems_of
from leads.assignment.team import Team, rule_of, rules_of, team_of
from leads.assignment.waiting import waiting_handoffs
from leads.assignment.words import choice_words, under_words
from leads.models import AssignmentRule, TeamRules
from leads.permissions import check_user_can_organise
from leads.views.lead_page import desk_or_404

_WHEN, _PATH = "when", "scope.rule"
_SOURCE_LENGTH = 64
_KNOWN = {"state", "country", "employees", "industry", "origin", "request", "tier", "language"}


def organised_agreement(request: SignedInRequest, slug: str) -> Agreement:
    """Return an agreement whose sales team the reader organises.

    Raises Http404 for a stranger, PermissionDenied for anybody else.
    """
    agreement = desk_or_404(request.user, slug).agreement
    check_user_can_organise(agreement, request.user)
    return agreement


@login_required
@require_GET
def rules(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the rules, and who would have got the latest handoffs by them."""
    now = timezone.now()
    agreement = organised_agreement(request, slug)
    team = team_of(agreement, now)
    stored = TeamRules.objects.filter(agreement=agreement).first()
    entries = list(stored.entries.prefetch_related("people")) if stored else []
    compiled = rules_of(stored, team) if stored else []
    context = {
        "agreement": agreement,
        "stored": stored,
        "rows": [_row(entries, place) for place in range(len(entries))],
        "systems": systems_of(agreement, stored) if stored else [],
        "waiting": agreement.handoffs.open().filter(holder__isnull=True).count(),
        "taken_up": waiting_handoffs(now).filter(agreement=agreement).count(),
        "now": now,
        **_simulated(simulate(agreement, compiled, team, now=now) if entries else None),
    }
    return render(request, "leads/assignment.html", context)


def _row(entries: Sequence[AssignmentRule], place: int) -> dict[str, Any]:
    entry = entries[place]
    people = [person.name for person in entry.people.all()]
    return {
        "rule": entry,
        "when": builder.words_of(entry.when) if entry.when else "",
        "people": ", ".join(sorted(people)),
        "under": under_words(taker_above(entries, place)),
        "is_first": place == 0,
        "is_last": place == len(entries) - 1,
    }


def _simulated(simulation: Simulation | None) -> dict[str, Any]:
    if simulation is None:
        return {"simulated": None, "shares": []}
    people = simulation.team.people
    rows = [
        {"handoff": row.handoff, "person": row.person, "why": choice_words(row.choice, people)}
        for row in simulation.rows
    ]
    most = max((number for _user, number in simulation.shares), default=0)
    shares = [
        {"user": user, "number": number, "share": number / most}
        for user, number in simulation.shares
    ]
    return {"simulated": rows, "shares": shares}


@login_required
@require_POST
def deed(request: SignedInRequest, slug: str) -> HttpResponse:
    """Move or remove a rule, use the rules or set them aside, leave to a system what it offers."""
    now = timezone.now()
    agreement = organised_agreement(request, slug)
    verb, _space, key = request.POST.get("do", "").partition(" ")
    by: dict[str, Any] = {"by": request.user, "now": now}
    if verb in {"use", "set_aside"}:
        try:
            team_rules.use_rules(agreement=agreement, is_in_use=verb == "use", **by)
        except team_rules.UnableToUse as error:
            messages.warning(request, str(error))
        return redirect("leads:assignment", slug=slug)
    if verb in {"leave", "take_over"} and 0 < len(key) <= _SOURCE_LENGTH:
        team_rules.leave_to(agreement=agreement, source=key, is_left=verb == "leave", **by)
        return redirect("leads:assignment", slug=slug)
    rule = _rule_or_404(agreement, whole_number(key) or 0)
    if verb == "remove":
        team_rules.remove_rule(rule=rule, **by)
        messages.success(request, _("“%(rule)s” is removed.") % {"rule": rule})
    elif verb in {"up", "down"}:
        team_rules.move_rule(rule=rule, is_up=verb == "up", **by)
    return redirect("leads:assignment", slug=slug)


def _rule_or_404(agreement: Agreement, pk: int) -> AssignmentRule:
    found = AssignmentRule.objects.filter(rules__agreement=agreement, pk=pk)
    rule = found.select_related("rules__agreement").first()
    if rule is None:
        raise Http404
    return rule


@keeps_what_was_typed
@require_http_methods(["GET", "POST"])
def rule(request: SignedInRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Write a rule: try it on the latest handoffs first, or save it."""
    now = timezone.now()
    agreement = organised_agreement(request, slug)
    stored = _rule_or_404(agreement, pk) if pk is not None else None
    team = team_of(agreement, now)
    typed = typed_in(request)
    if typed is None:
        when = stored.when if stored else None
        form = RuleForm(people=list(team.people.values()), initial=_initial(stored))
        return _shown(request, agreement, stored, form, when)
    form = RuleForm(typed, people=list(team.people.values()))
    when = builder.read_rule(typed, _WHEN, None, separators())
    verb, _space, target = typed.get("do", "save").partition(" ")
    if request.method == "GET":
        return _shown(request, agreement, stored, form, when, is_checked=False)
    if target.startswith(_WHEN):
        when = builder.changed_rule(when, verb, _steps(target))
        # What is not finished yet is not wrong yet.
        form = RuleForm(people=list(team.people.values()), initial=_typed(form))
        return _shown(request, agreement, stored, form, when, is_checked=False)
    if not form.is_valid() or _problems(when):
        return _shown(request, agreement, stored, form, when, status=422)
    if verb == "try":
        tried, under = _tried(agreement, stored, form, when, team, now)
        return _shown(request, agreement, stored, form, when, simulation=tried, under=under)
    told = form.cleaned_data | {"when": when, "people": list(form.cleaned_data["people"])}
    saved = team_rules.save_rule(agreement=agreement, rule=stored, by=request.user, now=now, **told)
    _tell_saved(request, saved, is_new=stored is None)
    return redirect("leads:assignment", slug=slug)


def _tell_saved(request: SignedInRequest, saved: AssignmentRule, *, is_new: bool) -> None:
    """Say that a rule is saved, and where it stands to one that takes every lead."""
    entries = list(saved.rules.entries.all())
    place = entries.index(saved)
    said = _("“%(rule)s” is saved.") % {"rule": saved}
    under = under_words(taker_above(entries, place))
    if under:
        messages.warning(request, f"{said} {under}")
        return
    if is_new and place < len(entries) - 1:
        said = _("“%(rule)s” is saved above “%(below)s”, which is for every lead.") % {
            "rule": saved,
            "below": entries[place + 1],
        }
    messages.success(request, said)


def _initial(stored: AssignmentRule | None) -> dict[str, Any]:
    if stored is None:
        return {"method": AssignmentRule.Method.ROUND_ROBIN}
    return {"name": stored.name, "method": stored.method, "people": list(stored.people.all())}


def _typed(form: RuleForm) -> dict[str, Any]:
    return {name: form[name].value() for name in form.fields}


def _steps(target: str) -> list[int]:
    return whole_numbers(target.split(".")[1:])


def _problems(when: Any) -> list[Any]:
    """Return what is wrong with a condition, as the terms say it of theirs."""
    if when is None:
        return []
    found = problems_of({"scope": {"rule": when}})
    return [each for each in found if each.path == _PATH or each.path.startswith(f"{_PATH}.")]


def _tried(
    agreement: Agreement,
    stored: AssignmentRule | None,
    form: RuleForm,
    when: Any,
    team: Team,
    now: datetime,
) -> tuple[Simulation, str]:
    """Return who would have got the latest handoffs with the rule as it was typed, and under
    which rule that takes every lead it would stand, in words.
    """
    told = form.cleaned_data
    typed = AssignmentRule(pk=stored.pk if stored else None, name=told["name"], when=when)
    typed.method = told["method"]
    kept = TeamRules.objects.filter(agreement=agreement).first()
    others = rules_of(kept, team) if kept else []
    latest = next((each.latest for each in others if each.key == typed.pk), None)
    tried = rule_of(typed, [person.pk for person in told["people"]], team, latest)
    if stored is None:
        rules = placed(tried, others)
    else:
        rules = [tried if each.key == stored.pk else each for each in others]
    above = taker_above(rules, rules.index(tried))
    return simulate(agreement, rules, team, now=now), under_words(above and above.name)


def _shown(
    request: HttpRequest,
    agreement: Agreement,
    stored: AssignmentRule | None,
    form: RuleForm,
    when: Any,
    *,
    simulation: Simulation | None = None,
    under: str = "",
    is_checked: bool = True,
    status: int = 200,
) -> HttpResponse:
    problems = _problems(when) if is_checked else []
    group = builder.shown_rule(when, _WHEN, _PATH, problems, separators())
    context = {
        "agreement": agreement,
        "rule": stored,
        "form": form,
        "group": group,
        "lead_fields": fields_shown(_KNOWN),
        "under": under,
        "now": timezone.now(),
        **_simulated(simulation),
    }
    return render(request, "leads/assignment_rule.html", context, status=status)
