"""Who may do what: every rule and every page, for each role, as tables.

`docs/reference/roles.md` tells the same in words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements import permissions as of_agreements
from agreements.models import Agreement, Membership, Team, User
from agreements.permissions import (
    check_user_can_administer,
    check_user_can_close_month,
    check_user_can_comment,
    check_user_can_correct_comment,
    check_user_can_decide_suggestion,
    check_user_can_edit,
    check_user_can_end,
    check_user_can_see_figures_of_reps,
    check_user_can_sign,
    check_user_can_start,
    check_user_can_suggest,
    check_user_can_take_back_suggestion,
    refusal,
)
from leads import permissions as of_leads
from leads.actions import exceptions
from leads.ingest import ingest
from leads.models import Breach, BreachException, Handoff, Lead
from leads.permissions import (
    check_user_can_ask_exception,
    check_user_can_assign,
    check_user_can_decide_exception,
    check_user_can_import,
    check_user_can_merge,
    check_user_can_offer,
    check_user_can_organise,
    check_user_can_record_absence,
    check_user_can_sign_blackout,
    check_user_can_tell,
    check_user_can_undo_import,
    check_user_can_work,
    refusal_to_work,
)
from leads.queue import desk_of
from leads.registry import readable_leads
from tests.factories import Teller, example_terms, make_rep, make_user, make_version
from tests.leads.pages import NOW, offer, stop_time, text_of

pytestmark = pytest.mark.django_db

# The rep is Ana; Bruno is another one. A stranger leads the sales team of another agreement.
RULES = """
                               | admin | director | marketing lead | sales lead | marketing member | rep | integration | stranger
read the agreement             | yes   | yes      | yes            | yes        | yes              | yes | yes         | –
read a lead never offered      | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
read a handoff in the queue    | yes   | yes      | yes            | yes        | yes              | yes | yes         | –
read a handoff of Ana          | yes   | yes      | yes            | yes        | yes              | yes | yes         | –
read a handoff of Bruno        | yes   | yes      | yes            | yes        | yes              | –   | yes         | –
start an agreement of the two  | yes   | –        | yes            | yes        | –                | –   | –           | –
edit a draft, propose          | yes   | –        | yes            | yes        | –                | –   | –           | –
sign a version for marketing   | –     | –        | yes            | –          | –                | –   | –           | –
sign a version for sales       | –     | –        | –              | yes        | –                | –   | –           | –
end the agreement              | yes   | –        | yes            | yes        | –                | –   | –           | –
comment on a text              | yes   | –        | yes            | yes        | –                | –   | –           | –
correct one's own comment      | yes   | –        | yes            | yes        | –                | –   | –           | –
correct another's comment      | –     | –        | –              | –          | –                | –   | –           | –
suggest another value          | –     | –        | yes            | yes        | –                | –   | –           | –
take back for marketing        | –     | –        | yes            | –          | –                | –   | –           | –
take back for sales            | –     | –        | –              | yes        | –                | –   | –           | –
decide what marketing suggests | –     | –        | –              | yes        | –                | –   | –           | –
decide what sales suggests     | –     | –        | yes            | –          | –                | –   | –           | –
tell of a lead by a call       | yes   | –        | yes            | yes        | –                | –   | yes         | –
offer a lead                   | yes   | –        | yes            | –          | yes              | –   | yes         | –
work a handoff in the queue    | yes   | –        | –              | yes        | –                | yes | –           | –
work a handoff of Ana          | yes   | –        | –              | yes        | –                | yes | –           | –
work a handoff of Bruno        | yes   | –        | –              | yes        | –                | –   | –           | –
work on behalf of Bruno        | –     | –        | –              | –          | –                | –   | yes         | –
work on behalf of an outsider  | –     | –        | –              | –          | –                | –   | –           | –
assign one nobody holds        | yes   | –        | –              | yes        | –                | –   | yes         | –
reassign a handoff of Ana      | yes   | –        | –              | yes        | –                | –   | –           | –
organise the sales team        | yes   | –        | –              | yes        | –                | –   | –           | –
record one's own absence       | –     | –        | –              | yes        | –                | yes | –           | –
record an absence of Bruno     | yes   | –        | –              | yes        | –                | –   | –           | –
ask to excuse marketing        | –     | –        | yes            | –          | –                | –   | –           | –
ask to excuse sales            | –     | –        | –              | yes        | –                | yes | –           | –
decide on excusing marketing   | –     | yes      | –              | yes        | –                | –   | –           | –
decide on excusing sales       | –     | yes      | yes            | –          | –                | –   | –           | –
sign a blackout for marketing  | –     | –        | yes            | –          | –                | –   | –           | –
sign a blackout for sales      | –     | –        | –              | yes        | –                | –   | –           | –
figures of single reps         | yes   | yes      | –              | yes        | –                | –   | –           | –
close a month                  | yes   | yes      | –              | –          | –                | –   | –           | –
import a file                  | yes   | –        | yes            | yes        | –                | –   | –           | –
undo an import                 | yes   | –        | yes            | yes        | –                | –   | –           | –
merge leads                    | yes   | –        | yes            | yes        | –                | –   | –           | –
people, calendars, tokens      | yes   | –        | –              | –          | –                | –   | –           | –
"""  # noqa: E501 - it is read as a table

PAGES = """
                               | admin | director | marketing lead | sales lead | marketing member | rep | integration | stranger
the document                   | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
a version                      | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
its text as YAML               | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the dashboard                  | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
what is behind a figure        | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the breaches                   | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the live figures               | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the back-test                  | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the criteria, tested           | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the rates' history             | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the queue                      | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the imports of files           | 200   | 403      | 200            | 200        | 403              | 403 | 403         | 404
the registry                   | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
the registry as a file         | 200 | 200      | 200            | 200        | 200              | 200 | 200         | 404
what became of offers          | 200 | 200      | 200            | 200        | 200              | 403 | 200         | 404
many given away or recycled    | 200 | 403      | 403            | 200        | 403              | 403 | 403         | 404
many offers withdrawn          | 200 | 403      | 200            | 403        | 200              | 403 | 200         | 404
possible duplicates            | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
what looks like one of Bruno   | 200   | 200      | 200            | 200        | 200              | 404 | 200         | 404
a merge compared               | 200   | 403      | 200            | 200        | 403              | 404 | 403         | 404
a lead never offered           | 200   | 200      | 200            | 200        | 200              | 404 | 200         | 404
a lead in the queue            | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
a lead of Ana                  | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
a lead of Bruno                | 200   | 200      | 200            | 200        | 200              | 404 | 200         | 404
who holds how much             | 200   | 403      | 403            | 200        | 403              | 403 | 403         | 404
what waits in the team's queue | 200   | 403      | 403            | 200        | 403              | 403 | 403         | 404
the rules of the team          | 200   | 403      | 403            | 200        | 403              | 403 | 403         | 404
a new rule of the team         | 200   | 403      | 403            | 200        | 403              | 403 | 403         | 404
absences                       | 200   | 403      | 403            | 200        | 403              | 200 | 403         | 404
who gets one of Ana            | 200   | 403      | 403            | 200        | 403              | 403 | 403         | 404
who gets one of Bruno          | 200   | 403      | 403            | 200        | 403              | 404 | 403         | 404
deeds about one in the queue   | 303   | 403      | 403            | 303        | 403              | 303 | 403         | 404
deeds about one of Ana         | 303   | 403      | 403            | 303        | 403              | 303 | 403         | 404
deeds about one of Bruno       | 303   | 403      | 403            | 303        | 403              | 404 | 403         | 404
"""  # noqa: E501 - it is read as a table

DEEDS = {
    "accept": {},
    "reject": {"reject-reason": "wrong_data"},
    "log": {"log-channel": "call", "log-outcome": "no_answer"},
}


def columns_of(table: str) -> dict[str, dict[str, str]]:
    """Read a table as role, row and cell."""
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in table.split("\n")[1:-1]]
    return {role: {row[0]: row[place] for row in rows} for place, role in enumerate(head) if place}


RULES_OF, PAGES_OF = columns_of(RULES), columns_of(PAGES)


@dataclass(frozen=True)
class Scene:
    """An agreement, three handoffs, a lead never offered, and an exception asked by each party."""

    agreement: Agreement
    person: User
    bruno: User
    never_offered: Lead
    queued: Handoff
    anas: Handoff
    brunos: Handoff
    asked: dict[str, BreachException]

    def breach_of(self, party: str) -> Breach:
        """A breach charged to a party."""
        return self.asked[party].breach


def person_in(role: str, agreement: Agreement) -> User:
    """Somebody of a column; the rep is Ana."""
    elsewhere = make_version(slug="elsewhere").agreement
    fields: dict[str, tuple[Team | None, str]] = {
        "marketing lead": (agreement.marketing_team, "lead"),
        "marketing member": (agreement.marketing_team, "member"),
        "sales lead": (agreement.sales_team, "lead"),
        "rep": (agreement.sales_team, "member"),
        "integration": (agreement.sales_team, "integration"),
        "stranger": (elsewhere.sales_team, "lead"),
    }
    team, membership = fields.get(role, (None, ""))
    name = "Ana" if role == "rep" else "Zoe"
    return make_user(
        name, team=team, role=membership, is_admin=role == "admin", is_director=role == "director"
    )


@pytest.fixture
def scene(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The scene as somebody of the role asked for enters it."""
    stop_time(monkeypatch)
    reasons = {
        "exceptions": [{"key": "outage", "name": "Outage"}],
        "rejection": [{"key": "wrong_data", "name": "Wrong data"}],
    }
    agreement = make_version(example_terms(reasons=reasons)).agreement
    person = person_in(request.param, agreement)
    bruno = make_rep("Bruno", agreement)
    ana = person if person.name == "Ana" else make_rep("Ana", agreement)
    lately = NOW - timedelta(minutes=22)
    return Scene(
        agreement=agreement,
        person=person,
        bruno=bruno,
        never_offered=never_offered(agreement),
        queued=offer(agreement.versions.get(), "Queued", lately),
        anas=offer(agreement.versions.get(), "Anas", lately, holder=ana),
        brunos=offer(agreement.versions.get(), "Brunos", lately, holder=bruno),
        asked={"marketing": asked_about(agreement, "M4"), "sales": asked_about(agreement, "S2")},
    )


def never_offered(agreement: Agreement) -> Lead:
    ingest(agreement=agreement, facts=[Teller("Never").stage("mql", NOW)], by=None, now=NOW)
    return Lead.objects.get(identities__external_id="Never")


def asked_about(agreement: Agreement, clause: str) -> BreachException:
    """An exception somebody asked for, about a clause that was breached a week ago."""
    offered_at = NOW - timedelta(days=7)
    tell = Teller(f"Late {clause}")
    facts = [tell.event("offered", offered_at)]
    facts += [tell.event("assigned", offered_at, to_queue=True)] if clause != "M4" else []
    ingest(agreement=agreement, facts=facts, by=None, now=NOW)
    breach = Breach.objects.get(clause_key=clause, handoff__external_id=f"Late {clause}-H1")
    somebody = make_user(f"Who asked about {clause}")
    return exceptions.ask(breach=breach, reason="outage", by=somebody, now=NOW)


def may(check: Callable[..., None]) -> Callable[..., bool]:
    return lambda *about, **more: not refusal(check, *about, **more)


def reads(handoff: Handoff, person: User) -> bool:
    return Handoff.objects.visible_to(person).filter(pk=handoff.pk).exists()


def reads_lead(scene: Scene) -> bool:
    try:
        desk = desk_of(scene.person, scene.agreement.slug)
    except Agreement.DoesNotExist:
        return False
    return readable_leads(desk).filter(pk=scene.never_offered.pk).exists()


work, assign, sign = (
    may(check_user_can_work), may(check_user_can_assign), may(check_user_can_sign_blackout),
)  # fmt: skip
ask, decide = may(check_user_can_ask_exception), may(check_user_can_decide_exception)

ASKED: dict[str, Callable[[Scene], bool]] = {
    "read the agreement": lambda s: Agreement.objects.visible_to(s.person).contains(s.agreement),
    "read a lead never offered": reads_lead,
    "read a handoff in the queue": lambda s: reads(s.queued, s.person),
    "read a handoff of Ana": lambda s: reads(s.anas, s.person),
    "read a handoff of Bruno": lambda s: reads(s.brunos, s.person),
    "start an agreement of the two": lambda s: may(check_user_can_start)(
        s.person, s.agreement.marketing_team, s.agreement.sales_team
    ),
    "edit a draft, propose": lambda s: may(check_user_can_edit)(s.agreement, s.person),
    "sign a version for marketing": lambda s: may(check_user_can_sign)(
        s.agreement, s.person, "marketing"
    ),
    "sign a version for sales": lambda s: may(check_user_can_sign)(s.agreement, s.person, "sales"),
    "end the agreement": lambda s: may(check_user_can_end)(s.agreement, s.person),
    "comment on a text": lambda s: may(check_user_can_comment)(s.agreement, s.person),
    "correct one's own comment": lambda s: may(check_user_can_correct_comment)(
        s.agreement, s.person, s.person
    ),
    "correct another's comment": lambda s: may(check_user_can_correct_comment)(
        s.agreement, s.person, User()
    ),
    "suggest another value": lambda s: may(check_user_can_suggest)(s.agreement, s.person),
    "take back for marketing": lambda s: may(check_user_can_take_back_suggestion)(
        s.agreement, s.person, "marketing"
    ),
    "take back for sales": lambda s: may(check_user_can_take_back_suggestion)(
        s.agreement, s.person, "sales"
    ),
    "decide what marketing suggests": lambda s: may(check_user_can_decide_suggestion)(
        s.agreement, s.person, "marketing"
    ),
    "decide what sales suggests": lambda s: may(check_user_can_decide_suggestion)(
        s.agreement, s.person, "sales"
    ),
    "tell of a lead by a call": lambda s: may(check_user_can_tell)(s.agreement, s.person),
    "offer a lead": lambda s: may(check_user_can_offer)(s.agreement, s.person),
    "work a handoff in the queue": lambda s: work(s.queued, s.person),
    "work a handoff of Ana": lambda s: work(s.anas, s.person),
    "work a handoff of Bruno": lambda s: work(s.brunos, s.person),
    "work on behalf of Bruno": lambda s: work(s.anas, s.person, on_behalf_of=s.bruno),
    "work on behalf of an outsider": lambda s: work(
        s.anas, s.person, on_behalf_of=s.asked["sales"].asked_by
    ),
    "assign one nobody holds": lambda s: assign(s.queued, s.person),
    "reassign a handoff of Ana": lambda s: assign(s.anas, s.person),
    "organise the sales team": lambda s: may(check_user_can_organise)(s.agreement, s.person),
    "record one's own absence": lambda s: may(check_user_can_record_absence)(
        s.agreement, s.person, s.person
    ),
    "record an absence of Bruno": lambda s: may(check_user_can_record_absence)(
        s.agreement, s.person, s.bruno
    ),
    "ask to excuse marketing": lambda s: ask(s.breach_of("marketing"), s.person),
    "ask to excuse sales": lambda s: ask(s.breach_of("sales"), s.person),
    "decide on excusing marketing": lambda s: decide(s.asked["marketing"], s.person),
    "decide on excusing sales": lambda s: decide(s.asked["sales"], s.person),
    "sign a blackout for marketing": lambda s: sign(s.agreement, "marketing", s.person),
    "sign a blackout for sales": lambda s: sign(s.agreement, "sales", s.person),
    "figures of single reps": lambda s: may(check_user_can_see_figures_of_reps)(
        s.agreement, s.person
    ),
    "close a month": lambda s: may(check_user_can_close_month)(s.person),
    "import a file": lambda s: may(check_user_can_import)(s.agreement, s.person),
    "undo an import": lambda s: may(check_user_can_undo_import)(s.agreement, s.person),
    "merge leads": lambda s: may(check_user_can_merge)(s.agreement, s.person),
    "people, calendars, tokens": lambda s: may(check_user_can_administer)(s.person),
}


def page(name: str, **about: Any) -> str:
    return reverse(name, kwargs={"slug": "acme"} | about)


READ: dict[str, Callable[[Scene], str]] = {
    "the document": lambda _: page("agreements:document"),
    "a version": lambda _: page("agreements:version", number=1),
    "its text as YAML": lambda _: page("agreements:version-yaml", number=1),
    "the dashboard": lambda _: page("metrics:dashboard"),
    "what is behind a figure": lambda _: page("metrics:behind", key="S2"),
    "the breaches": lambda _: page("metrics:breaches"),
    "the live figures": lambda _: page("metrics:live"),
    "the back-test": lambda _: page("metrics:back-test"),
    "the criteria, tested": lambda _: page("leads:criteria-test"),
    "the rates' history": lambda _: page("metrics:rate-history"),
    "the queue": lambda _: page("leads:queue"),
    "the imports of files": lambda _: page("leads:imports"),
    "the registry": lambda _: page("leads:list"),
    "the registry as a file": lambda _: page("leads:export", form="csv"),
    "what became of offers": lambda _: page("leads:became"),
    "many given away or recycled": lambda _: f"{page('leads:bulk')}?deed=recycle",
    "many offers withdrawn": lambda _: f"{page('leads:bulk')}?deed=withdraw",
    "possible duplicates": lambda _: page("leads:duplicates"),
    "what looks like one of Bruno": lambda s: page("leads:alike", pk=s.brunos.lead_id),
    "a merge compared": lambda s: page("leads:merge", pk=s.anas.lead_id, other=s.brunos.lead_id),
    "a lead never offered": lambda s: page("leads:detail", pk=s.never_offered.pk),
    "a lead in the queue": lambda s: page("leads:detail", pk=s.queued.lead_id),
    "a lead of Ana": lambda s: page("leads:detail", pk=s.anas.lead_id),
    "a lead of Bruno": lambda s: page("leads:detail", pk=s.brunos.lead_id),
    "who holds how much": lambda _: page("leads:team"),
    "what waits in the team's queue": lambda _: page("leads:team-queue"),
    "the rules of the team": lambda _: page("leads:assignment"),
    "a new rule of the team": lambda _: page("leads:assignment-rule-new"),
    "absences": lambda _: page("leads:absences"),
    "who gets one of Ana": lambda s: page("leads:reassign", pk=s.anas.pk),
    "who gets one of Bruno": lambda s: page("leads:reassign", pk=s.brunos.pk),
}
DONE: dict[str, Callable[[Scene], Handoff]] = {
    "deeds about one in the queue": lambda s: s.queued,
    "deeds about one of Ana": lambda s: s.anas,
    "deeds about one of Bruno": lambda s: s.brunos,
}


def test_no_rule_is_left_out() -> None:
    rules = {name for module in (of_agreements, of_leads) for name in vars(module)}
    asked = Path(__file__).parent.glob("test_permissions*.py")
    told = "".join(file.read_text() for file in asked)
    assert not {name for name in rules if name.startswith("check_user_can_") and name not in told}
    assert set(RULES_OF["admin"]) == set(ASKED)


@pytest.mark.parametrize(("scene", "role"), [(role, role) for role in RULES_OF], indirect=["scene"])
def test_every_rule(scene: Scene, role: str) -> None:
    found = {row: "yes" if asked(scene) else "–" for row, asked in ASKED.items()}
    assert found == RULES_OF[role]


@pytest.mark.parametrize(("scene", "role"), [(role, role) for role in PAGES_OF], indirect=["scene"])
def test_every_page(client: Client, scene: Scene, role: str) -> None:
    client.force_login(scene.person)
    found = {row: str(client.get(address(scene)).status_code) for row, address in READ.items()}
    for row, handoff_of in DONE.items():
        found[row] = ", ".join(sorted(deeds_about(client, handoff_of(scene), scene.person)))
    assert found == PAGES_OF[role]


def deeds_about(client: Client, handoff: Handoff, person: User) -> set[str]:
    """Try each deed and return the answers; a refusal says why, and stands on the page too."""
    shown = client.get(page("leads:detail", pk=handoff.lead_id))
    answers = set()
    for deed, form in DEEDS.items():
        response = client.post(page(f"leads:{deed}", pk=handoff.pk), form)
        answers.add(str(response.status_code))
        if response.status_code == 403:
            why = refusal_to_work(handoff, person)
            assert why
            assert why in text_of(response)
            assert why in text_of(shown)
            assert 'aria-disabled="true"' in shown.content.decode()
    return answers


@pytest.mark.parametrize("scene", ["marketing member"], indirect=True)
def test_roles_add_up(scene: Scene) -> None:
    Membership.objects.create(team=scene.agreement.sales_team, user=scene.person, role="lead")

    marketing, sales = RULES_OF["marketing member"], RULES_OF["sales lead"]
    found = {row for row, asked in ASKED.items() if asked(scene)}
    assert found == {row for row in ASKED if "yes" in (marketing[row], sales[row])}


@pytest.mark.parametrize("scene", ["stranger"], indirect=True)
def test_an_integration_may_be_linked_to_either_team(scene: Scene) -> None:
    team = scene.agreement.marketing_team
    Membership.objects.create(team=team, user=scene.person, role="integration")

    found = {row: "yes" if asked(scene) else "–" for row, asked in ASKED.items()}
    assert found == RULES_OF["integration"]


@pytest.mark.parametrize("scene", ["integration"], indirect=True)
def test_whom_only_a_system_knows_can_be_named(scene: Scene) -> None:
    """As the owners are that a file names."""
    known_there = User.objects.create(name="Carla", email=None, is_active=False)
    assert not refusal(check_user_can_work, scene.anas, scene.person, on_behalf_of=known_there)
    assert "Name the person" in refusal_to_work(scene.anas, scene.person)


@pytest.mark.parametrize("scene", ["director"], indirect=True)
def test_nobody_decides_what_they_asked_for(scene: Scene) -> None:
    exception = scene.asked["sales"]
    exception.asked_by = scene.person
    assert "lead of the other party decides" in refusal(
        check_user_can_decide_exception, exception, scene.person
    )
