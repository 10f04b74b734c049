"""Names with signs that JSON escapes: found in calls, and in the audit, however they came."""

import json
from typing import Any

import pytest

from agreements.models import AgreementVersion, Audit
from leads.actions import forgetting
from leads.ingest import ingest
from leads.models import Delivery, Lead
from leads.personal.blanking import FORGOTTEN
from tests.calls import Caller
from tests.factories import Teller, make_user
from tests.leads.pages import NOW

pytestmark = pytest.mark.django_db

NAME = 'João "Zé" de\\Souza'
REFUSED: dict[str, Any] = {"attributes": {"nick": NAME}, "stages": [{"stage": "no such stage"}]}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(REFUSED, ensure_ascii=False),
        json.dumps(REFUSED, ensure_ascii=True),
        json.dumps(REFUSED, ensure_ascii=False)[:-1],
        json.dumps(REFUSED, ensure_ascii=True)[:-1],
    ],
)
def test_a_name_is_found_however_it_is_escaped(version: AgreementVersion, body: str) -> None:
    agreement = version.agreement
    told = Teller("9").attributes(NOW, name=NAME)
    ingest(agreement=agreement, facts=[told], by=None, now=NOW)
    crm = Caller(make_user("CRM", team=agreement.sales_team, role="integration"))
    assert crm.put("/leads/erp/777/", body).status_code in {400, 422}
    boss = make_user("Ada", is_admin=True)
    Audit.objects.record("x.y", agreement, by=boss, now=NOW, found=[NAME, "Rui"])
    assert crm.put("/leads/erp/778/", body.replace("Souza", "Sousa")).status_code in {400, 422}

    forgetting.forget(lead=Lead.objects.get(), reason="Asked.", by=boss, now=NOW)

    emptied, other = Delivery.objects.filter(kind="call").order_by("pk")
    assert emptied.payload is not None
    assert emptied.payload["body"] == ""
    assert other.payload is not None
    assert "Sousa" in other.payload["body"]
    assert Audit.objects.get(action="x.y").data["found"] == [FORGOTTEN, "Rui"]
