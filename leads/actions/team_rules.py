"""Change the rules by which a team assigns its handoffs; each change is written down."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Audit, User
from leads.assignment.rules import placed
from leads.models import AssignmentRule, TeamRules


class UnableToUse(ValueError):
    """The rules cannot be used; the text says why."""


@transaction.atomic
def save_rule(
    *,
    agreement: Agreement,
    rule: AssignmentRule | None,
    name: str,
    when: Any,
    method: str,
    people: Sequence[User],
    by: User,
    now: datetime,
) -> AssignmentRule:
    """Write a rule. ``when`` is a rule over attributes, or None.

    A new one stands behind all others, but above the first that is for every lead unless it is
    so itself.
    """
    rules = _locked(agreement)
    entries = list(rules.entries.all())
    is_new = rule is None
    rule = rule or AssignmentRule(rules=rules, place=len(entries) + 1)
    rule.name, rule.when, rule.method = name, when, method
    rule.save()
    if is_new:
        _number(placed(rule, entries))
    rule.people.set(people)
    about = {"rule": name, "when": when, "method": method}
    _record("saved", rules, by, now, **about, people=[person.name for person in people])
    return rule


@transaction.atomic
def move_rule(*, rule: AssignmentRule, is_up: bool, by: User, now: datetime) -> None:
    """Let a rule change places with the one before or behind it, if there is one."""
    rules = _locked(rule.rules.agreement)
    entries = list(rules.entries.all())
    place = next((at for at, each in enumerate(entries) if each.pk == rule.pk), 0)
    target = place + (-1 if is_up else 1)
    if not 0 <= target < len(entries):
        return
    entries[place], entries[target] = entries[target], entries[place]
    _number(entries)
    _record("moved", rules, by, now, rule=rule.name, place=target + 1)


@transaction.atomic
def remove_rule(*, rule: AssignmentRule, by: User, now: datetime) -> None:
    """Remove a rule; what it assigned says still by which rule. Without any, none is in use."""
    rules, name = _locked(rule.rules.agreement), rule.name
    rule.delete()
    entries = list(rules.entries.all())
    _number(entries)
    _record("removed", rules, by, now, rule=name)
    if not entries and rules.in_use_since:
        _set_use(rules, None, by, now)


@transaction.atomic
def use_rules(*, agreement: Agreement, is_in_use: bool, by: User, now: datetime) -> None:
    """Let the rules assign what is offered from now on, or leave that to people again.

    Raises UnableToUse while there is no rule.
    """
    rules = _locked(agreement)
    if is_in_use == (rules.in_use_since is not None):
        return
    if is_in_use and not rules.entries.exists():
        raise UnableToUse(_("There is no rule yet: write one first."))
    _set_use(rules, now if is_in_use else None, by, now)


@transaction.atomic
def leave_to(*, agreement: Agreement, source: str, is_left: bool, by: User, now: datetime) -> None:
    """Leave to a system who gets what it offers, or let the rules give it to somebody."""
    rules = _locked(agreement)
    if rules.left_to.get(source) == is_left:
        return
    rules.left_to[source] = is_left
    rules.save(update_fields=["left_to"])
    _record("left" if is_left else "taken_over", rules, by, now, source=source)


def _set_use(rules: TeamRules, since: datetime | None, by: User, now: datetime) -> None:
    rules.in_use_since = since
    rules.save(update_fields=["in_use_since"])
    _record("used" if since else "set_aside", rules, by, now)


def _locked(agreement: Agreement) -> TeamRules:
    TeamRules.objects.get_or_create(agreement=agreement)
    return TeamRules.objects.select_for_update(no_key=True).get(agreement=agreement)


def _number(entries: Sequence[AssignmentRule]) -> None:
    for place, entry in enumerate(entries, start=1):
        entry.place = place
    AssignmentRule.objects.bulk_update(entries, ["place"])


def _record(deed: str, rules: TeamRules, by: User, now: datetime, **about: Any) -> None:
    Audit.objects.record(f"leads.team_rules.{deed}", rules.agreement, by=by, now=now, **about)
