"""What tests of the registry share: leads that arrive, and those that its page lists."""

from typing import Any

from django.test import Client

from agreements.models import AgreementVersion
from leads.ingest import ingest
from tests.factories import Teller, example_terms, make_version
from tests.leads.pages import NOW

LEADS = "/agreements/acme/leads/"


def arrive(version: AgreementVersion, lead: str, stage: str = "lead", **attributes: Any) -> None:
    tell = Teller(lead)
    facts = [tell.attributes(NOW, **({"name": lead} | attributes)), tell.stage(stage, NOW)]
    ingest(agreement=version.agreement, facts=facts, by=None, now=NOW)


def make_scored() -> AgreementVersion:
    """Return a version of another agreement, whose criteria give forty points for a request."""
    scoring = [{"points": 40, "when": {"field": "request", "operator": "present"}}]
    return make_version(example_terms(handoff={"scoring": scoring, "threshold": 30}), slug="scored")


def names_of(response: Any) -> list[str]:
    return [str(row.lead) for row in response.context["rows"]]


def found(client: Client, query: str) -> list[str]:
    return names_of(client.get(f"{LEADS}?{query}", follow=True))
