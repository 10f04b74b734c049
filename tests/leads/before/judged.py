"""What tests of the lists before the handoff, and of offers from them, start from."""

from datetime import timedelta

from agreements.models import AgreementVersion, User
from leads.actions import handoffs
from leads.before.readiness import judge_leads
from leads.models import Handoff, Lead
from tests.leads.before.test_readiness import tell
from tests.leads.pages import NOW

PAGE = "/agreements/acme/leads/before/"
OFFER = "/agreements/acme/leads/offer/"


def judged(version: AgreementVersion, **leads: dict[str, object]) -> None:
    """Have leads with these attributes been judged."""
    for name, attributes in leads.items():
        tell(version, name, NOW - timedelta(days=40), **attributes)
    judge_leads(now=NOW)


def offered(version: AgreementVersion, name: str, by: User, note: str = "") -> Handoff:
    """Offer a lead."""
    lead = Lead.objects.get(name=name)
    return handoffs.offer(lead=lead, agreement=version.agreement, by=by, now=NOW, note=note)


def key_of(name: str) -> int:
    """Return the key of a lead."""
    return Lead.objects.get(name=name).pk
