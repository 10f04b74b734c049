"""What calls said of a person who is forgotten is emptied, whether it was taken in or refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agreements.models import Agreement, User
from leads.actions import forgetting
from leads.calls.deliveries import process_waiting
from leads.ingest import ingest
from leads.models import Delivery, LeadIdentity
from tests.calls import Caller
from tests.factories import Teller
from tests.leads.pages import NOW
from tests.leads.personal.forgetting.people import PERSON, PERSONAL, forget, lines_with, told

pytestmark = pytest.mark.django_db

BAD = {"attributes": PERSON, "stages": [{"stage": "no such stage"}]}


def test_calls_are_emptied_of_the_person_alone(
    agreement: Agreement, rep: User, admin: User, crm: Caller
) -> None:
    rows = [
        {"source": "hubspot", "external_id": str(number), "attributes": attributes}
        for number, attributes in enumerate([PERSON, {"name": "Rui Barbosa"}])
    ]
    crm.post("/leads/", {"leads": rows})
    crm.put("/leads/hubspot/0/", {"attributes": PERSON | {"email": "not told"}})
    lead = LeadIdentity.objects.get(external_id="0").lead
    forgetting.forget(lead=lead, reason="Asked.", by=admin, now=NOW)
    assert lines_with(PERSONAL) == []
    assert "rui barbosa" in str(Delivery.objects.order_by("pk")[0].payload).lower()
    crm.put("/leads/hubspot/0/", {"attributes": PERSON})
    assert lines_with(PERSONAL) == []


@pytest.mark.parametrize(
    "body",
    [
        BAD,
        {"attributes": {"nick": "Ximenandra Qwertzuiop"}, "stages": BAD["stages"]},
        {"attributes": {"fax": "(11) 98765 4321"}, "stages": BAD["stages"]},
        {"attributes": {"call": "0055 11 98765.4321"}, "stages": BAD["stages"]},
        '{"attributes": {"email": "Ximenandra.Qwertzuiop@ZYXWVUTSRQ.example"',
        (
            r'{"attributes": {"name": "\u0058imenandra Qwertzuiop", "phone": "+5511987654321"}, '
            '"stages": 1}'
        ),
    ],
)
def test_what_was_refused_is_emptied(
    agreement: Agreement, rep: User, admin: User, crm: Caller, body: Any
) -> None:
    """A call that was refused and has another name for the person."""
    handoff = told(agreement, rep)
    assert crm.put("/leads/erp/777/", body).status_code in {400, 422}
    assert crm.put("/leads/erp/778/", BAD | {"attributes": {"name": "Rui"}}).status_code == 422
    forget(handoff, admin)
    assert lines_with(PERSONAL) == []
    assert "rui" in str(Delivery.objects.latest("pk").payload).lower()


def test_what_is_refused_later_is_emptied(
    agreement: Agreement, rep: User, admin: User, crm: Caller
) -> None:
    tell = Teller("5511987654321", "chat")
    named_by_phone = [tell.attributes(NOW, **PERSON), tell.stage("mql", NOW)]
    ingest(agreement=agreement, facts=named_by_phone, by=None, now=NOW)
    lead = LeadIdentity.objects.get(source="chat").lead
    forgetting.forget(lead=lead, reason="Asked.", by=admin, now=NOW)

    by_id = BAD | {"attributes": {"name": "Ximenandra"}}
    assert crm.put("/leads/chat/5511987654321/", by_id).status_code == 422
    assert crm.put("/leads/erp/777/", BAD).status_code == 422
    rows = [
        {"source": "chat", "external_id": "5511987654321", **by_id},
        {"source": "erp", "external_id": "777", **BAD},
        {"source": "erp", "external_id": "778", "attributes": {"name": "Rui"}},
        {"source": "erp", "external_id": "779", **BAD, "attributes": {"name": "Zoe"}},
    ]
    assert crm.post("/leads/", {"leads": rows}).json()["rejected"] == 3
    crm.post("/agreements/acme/follow-ups/", {
        "source": "chat", "external_id": "C1", "channel": "call", "outcome": "?",
        "lead": {"source": "chat", "external_id": "5511987654321"}, "note": "Ximenandra",
    })  # fmt: skip

    assert lines_with((*PERSONAL, "5511987654321")) == []
    kept = str(Delivery.objects.filter(kind="call").order_by("pk")[2].payload).lower()
    assert ("rui" in kept, "zoe" in kept) == (True, True)


def test_what_is_refused_in_the_background_is_emptied(
    agreement: Agreement, rep: User, admin: User, crm: Caller
) -> None:
    forget(told(agreement, rep), admin)
    rows = [{"source": "crm", "external_id": "ximenandra.qwertzuiop@zyxwvutsrq.example", **BAD}]
    for asked in ({"leads": rows}, {"leads": [rows[0] | {"stages": []}]}):
        crm.post("/leads/", asked, prefer="respond-async")
    assert lines_with(PERSONAL), "they wait as they came"

    assert process_waiting(now=timezone.now() + timedelta(minutes=5)) == 2

    assert lines_with(PERSONAL) == []
    assert [each.summary for each in Delivery.objects.filter(kind="call")] == [{"status": 200}] * 2
