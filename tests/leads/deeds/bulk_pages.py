"""The pages of a deed to many leads, as somebody uses them."""

from datetime import timedelta
from typing import Any

from django.test import Client

from agreements.models import AgreementVersion, User
from leads.deeds.seen import seen_now, written
from leads.models import Handoff
from tests.factories import make_user
from tests.leads.pages import NOW, offer

BULK = "/agreements/acme/leads/bulk/"


def sign_in(client: Client, version: AgreementVersion, side: str, role: str = "lead") -> User:
    team = getattr(version.agreement, f"{side}_team")
    user = make_user(f"{side} {role}", team=team, role=role, time_zone="America/Sao_Paulo")
    client.force_login(user)
    return user


def offered(version: AgreementVersion, *names: str, holder: User | None = None) -> list[Handoff]:
    return [offer(version, name, NOW - timedelta(hours=1), holder=holder) for name in names]


def preview(client: Client, deed: str, *chosen: Handoff, **asked: str) -> Any:
    """Choose leads as the list does: what is chosen stands in no address."""
    leads: dict[str, Any] = {"lead": [each.lead_id for each in chosen]}
    return client.post(BULK, {"deed": deed} | leads | asked)


def shown_on(page: Any) -> list[str]:
    """Return what the page of a deed tells of the handoffs that it shows."""
    return [each.seen for each in page.context["possible"]]


def do(client: Client, deed: str, *chosen: Handoff, **told: Any) -> Any:
    shown = [written(pk, seen) for pk, seen in seen_now(chosen).items()]
    return client.post(BULK, {"deed": deed, "handoff": shown} | told)


def statuses(*chosen: Handoff) -> list[str]:
    for each in chosen:
        each.refresh_from_db()
    return [each.status for each in chosen]
