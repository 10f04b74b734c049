"""How the demo's sales team works: its rules, in use, and who is away when."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agreements.models import AgreementVersion, User
from leads.actions import absences, team_rules

_BEFOREHAND = timedelta(days=14)


def organise(
    version: AgreementVersion, *, lead: User, reps: dict[str, User], now: datetime
) -> None:
    """Write the team's rules and use them from now on, and record its absences beforehand.

    The absences go by the local day of ``now``: one is over, one runs, one is to come.
    """
    _write_rules(version, lead, reps, now)
    today = version.agreement.local_date(now)
    monday = today - timedelta(days=today.weekday())
    for name, first, last in (
        ("Bruno Lima", monday - timedelta(days=21), monday - timedelta(days=17)),
        ("Diego Rocha", today - timedelta(days=1), today + timedelta(days=2)),
        ("Carla Dias", monday + timedelta(days=14), monday + timedelta(days=18)),
    ):
        _record(reps[name], first, last, lead, now)


def _write_rules(
    version: AgreementVersion, lead: User, reps: dict[str, User], now: datetime
) -> None:
    rules: tuple[dict[str, Any], ...] = (
        {"name": "Quem já atendeu", "method": "earlier_owner", "when": None, "people": []},
        {
            "name": "Minas e Goiás",
            "method": "round_robin",
            "when": {"field": "state", "operator": "one_of", "value": ["MG", "GO"]},
            "people": [reps["Ana Souza"], reps["Carla Dias"]],
        },
        {"name": "Todos os outros", "method": "load", "when": None, "people": []},
    )
    by: dict[str, Any] = {"agreement": version.agreement, "by": lead, "now": now}
    for rule in rules:
        team_rules.save_rule(rule=None, **rule, **by)
    team_rules.use_rules(is_in_use=True, **by)


def _record(rep: User, first: date, last: date, lead: User, now: datetime) -> None:
    """Record that somebody is away on these local days, both included."""
    zone = ZoneInfo(rep.time_zone)
    starts_at, ends_at = (
        datetime.combine(day, time(), tzinfo=zone) for day in (first, last + timedelta(days=1))
    )
    told = min(now, starts_at - _BEFOREHAND)
    absences.record(user=rep, starts_at=starts_at, ends_at=ends_at, by=lead, now=told)
