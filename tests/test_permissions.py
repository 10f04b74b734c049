"""Who may do what: every rule, for each role, as a table.

`docs/reference/roles.md` tells the same in words.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from agreements import permissions as of_agreements
from agreements.models import Agreement, Membership, User
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
from leads.models import Handoff
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
from leads.queue.handoffs import desk_of
from leads.registry.leads import readable_leads
from tests.roles import Scene, columns_of, enter_scene, may

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

RULES_OF = columns_of(RULES)


@pytest.fixture
def scene(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The scene as somebody of the role asked for enters it."""
    return enter_scene(request.param, monkeypatch)


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
