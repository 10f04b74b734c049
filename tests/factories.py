"""Make what tests start from; each spells out only what the test reads."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from agreements.actions import contracts, drafts, signing
from agreements.models import Agreement, AgreementVersion, Membership, Team, User
from leads.told import Named, ToldAttributes, ToldEvent, ToldFollowUp, ToldStage

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
RECORDED_AT = datetime(2026, 1, 1, tzinfo=UTC)


def local(text: str, zone: ZoneInfo = SAO_PAULO) -> datetime:
    """Read a local time such as ``"2026-09-04 17:40"`` in São Paulo."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def example_terms(**sections: Any) -> dict[str, Any]:
    """The terms of the first worked example; sections given replace those of the same name."""
    return {
        "schema": 1,
        "time_zone": "America/Sao_Paulo",
        "currency": "BRL",
        "calendar": "office",
        "hours": {"mon-fri": "09:00-12:00, 13:00-18:00"},
        "funnel": {
            "stages": [
                {"key": "lead", "name": "Lead", "party": "marketing"},
                {"key": "mql", "name": "MQL", "party": "marketing", "role": "mql"},
                {"key": "sql", "name": "SQL", "party": "sales", "role": "sql"},
                {"key": "customer", "name": "Customer", "party": "sales", "role": "customer"},
            ]
        },
        "reasons": {
            "rejection": [{"key": "wrong_data", "name": "Wrong data"}],
            "recycling": [{"key": "not_reached", "name": "Not reached"}],
        },
        "commitments": [
            _clock("M4", "marketing", "routing", within="5min"),
            _clock("S1", "sales", "acceptance", within="4h"),
            _clock("S2", "sales", "first_follow_up", within="4h"),
            _clock("S3", "sales", "persistence", within="10bd", count=6, channels=2),
            _clock("S4", "sales", "disposition", within="15bd"),
        ],
    } | sections


def _clock(key: str, party: str, measure: str, **promise: Any) -> dict[str, Any]:
    return {"key": key, "party": party, "measure": measure, "target": "0.90", **promise}


EXAMPLE_CLOSURES = {
    "office": {
        "closures": {
            "2026-09-07": "Independence",
            "2026-10-12": "Our Lady",
            "2026-11-02": "All Souls",
            "2026-11-20": "Black Consciousness",
        }
    }
}


def make_version(
    terms: Mapping[str, Any] | None = None,
    *,
    slug: str = "acme",
    effective_date: date = date(2026, 1, 1),
    closures: Mapping[str, Any] = EXAMPLE_CLOSURES,
    now: datetime = RECORDED_AT,
) -> AgreementVersion:
    """An agreement with one version in force."""
    return contracts.adopt(
        slug=slug,
        terms=terms or example_terms(),
        effective_date=effective_date,
        by=None,
        now=now,
        name=slug.title(),
        closures=closures,
    )


def make_draft(
    version: AgreementVersion, by: User, *, now: datetime = RECORDED_AT, **more: Any
) -> AgreementVersion:
    """A draft that follows a version and changes one thing in it."""
    return drafts.start(
        agreement=version.agreement,
        terms=example_terms(late_logging="2bd"),
        by=by,
        now=now,
        copied_from=version,
        **more,
    )


def propose(
    version: AgreementVersion, by: User, *, party: str = "marketing", now: datetime = RECORDED_AT
) -> AgreementVersion:
    """Put a draft on the table for signature."""
    signing.propose(version=version, party=party, by=by, now=now)
    version.refresh_from_db()
    return version


def make_user(name: str, *, team: Team | None = None, role: str = "member", **fields: Any) -> User:
    """A person who may sign in, and their place in a team."""
    user = User.objects.create_user(
        f"{name.lower().replace(' ', '.')}@example.com", "a long secret", name=name, **fields
    )
    if team is not None:
        Membership.objects.create(team=team, user=user, role=role)
    return user


def make_rep(name: str, agreement: Agreement) -> User:
    """A rep of the agreement's sales team."""
    return make_user(name, team=agreement.sales_team)


class Teller:
    """Tells facts about one lead, each with an id of its own."""

    def __init__(self, lead: str = "L1", source: str = "crm") -> None:
        self.lead = Named(source, lead)
        self.source = source
        self._told = 0

    def _about(self, at: datetime, fields: dict[str, Any]) -> dict[str, Any]:
        self._told += 1
        about = {
            "lead": self.lead,
            "source": self.source,
            "external_id": f"{self.lead.external_id}-{self._told}",
            "occurred_at": at,
        }
        return about | fields

    def event(self, event: str, at: datetime, handoff: str = "H1", **fields: Any) -> ToldEvent:
        """Something done about a handoff of the lead."""
        named = Named(self.source, f"{self.lead.external_id}-{handoff}")
        return ToldEvent(event=event, handoff=named, **self._about(at, fields))

    def follow_up(self, outcome: str, at: datetime, **fields: Any) -> ToldFollowUp:
        """A follow-up that a system saw, by telephone unless said otherwise."""
        known = {"channel": "call", "evidence": "system"} | fields
        return ToldFollowUp(outcome=outcome, **self._about(at, known))

    def stage(self, stage: str, at: datetime, **fields: Any) -> ToldStage:
        """An entry into a stage."""
        return ToldStage(stage=stage, **self._about(at, fields))

    def attributes(self, at: datetime, **attributes: Any) -> ToldAttributes:
        """What somebody told of the lead."""
        return ToldAttributes(attributes=attributes, **self._about(at, {}))
