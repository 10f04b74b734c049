"""The demo's people, teams and agreement."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from agreements.actions import people
from agreements.models import AgreementVersion, Membership, User
from agreements.models.contracts import Party
from agreements.starters import load_starter
from leads.adoption import adopt_and_settle

DEMO_SLUG = "acme-inbound"
_DOMAIN = "acme.example"


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who may sign in to the demo, with the password made for them."""

    user: User
    what: str
    password: str


@transaction.atomic
def make_company(*, effective_date: date, now: datetime) -> tuple[AgreementVersion, list[Invited]]:
    """Make the company's people and adopt their agreement, in force from a local date on."""
    invited = [
        _invite("Marina Castro", "director", now=now, language="pt-br", is_director=True),
        _invite("Otto Lins", "administrator", now=now, is_admin=True),
        _invite("Helena Prado", "marketing lead", now=now, language="pt-br"),
        _invite("Rafael Nunes", "sales lead", now=now, language="pt-br"),
        _invite("Júlia Teles", "marketing member", now=now, language="pt-br"),
        _invite("Ana Souza", "rep", now=now),
        _invite("Bruno Lima", "rep", now=now, language="pt-br"),
        _invite("Carla Dias", "rep", now=now, language="es"),
        _invite("Diego Rocha", "rep", now=now, language="pt-br"),
    ]
    by_name = {one.user.name: one.user for one in invited}
    version = adopt_and_settle(
        slug=DEMO_SLUG,
        told=_terms(effective_date.year),
        effective_date=effective_date,
        by=by_name["Otto Lins"],
        now=now,
        signers={
            Party.MARKETING: by_name["Helena Prado"],
            Party.SALES: by_name["Rafael Nunes"],
        },
    )
    _seat(
        version,
        Party.MARKETING,
        lead="Helena Prado",
        members=["Júlia Teles"],
        by_name=by_name,
        now=now,
    )
    reps = [one.user.name for one in invited if one.what == "rep"]
    _seat(version, Party.SALES, lead="Rafael Nunes", members=reps, by_name=by_name, now=now)
    return version, invited


def _invite(name: str, what: str, *, now: datetime, **fields: Any) -> Invited:
    local_part = name.split(maxsplit=1)[0].lower().replace("ú", "u")
    user, password = people.add(
        name=name,
        email=f"{local_part}@{_DOMAIN}",
        time_zone="America/Sao_Paulo",
        by=None,
        now=now,
        **fields,
    )
    return Invited(user, what, password)


def _terms(year: int) -> dict[str, Any]:
    document = load_starter("inbound-pt")
    return document | {
        "agreement": {
            "name": "Acme Brasil – Inbound",
            "parties": {Party.MARKETING: "Marketing BR", Party.SALES: "Vendas BR"},
        },
        "calendars_here": {
            document["calendar"]: {
                "name": "Comercial SP",
                "country": "BR",
                "region": "SP",
                "years": list(range(year - 1, year + 4)),
            }
        },
    }


def _seat(
    version: AgreementVersion,
    party: str,
    *,
    lead: str,
    members: list[str],
    by_name: dict[str, User],
    now: datetime,
) -> None:
    team = version.agreement.team_of(party)
    people.seat(user=by_name[lead], team=team, role=Membership.Role.LEAD, by=None, now=now)
    for name in members:
        people.seat(user=by_name[name], team=team, role=Membership.Role.MEMBER, by=None, now=now)
