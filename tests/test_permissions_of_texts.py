"""Who may comment, suggest, propose, sign, decline, take back, renew and end: by role, as a table.

Beside `test_permissions`, whose rules and people these are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client

from agreements.actions import comments, drafts, signing, suggestions
from agreements.models import AgreementVersion, User
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_user, make_version
from tests.leads.pages import text_of
from tests.page_forms import form_values
from tests.roles import columns_of, person_in

pytestmark = pytest.mark.django_db

# Marketing proposed version 2. An administrator takes back only what they proposed themselves.
DRAFT = """
                                | admin | director | marketing lead | sales lead | marketing member | rep | integration | stranger
read the comments               | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
edit a section                  | 200   | 403      | 200            | 200        | 403              | 403 | 403         | 404
comment                         | 302   | 403      | 302            | 302        | 403              | 403 | 403         | 404
answer a comment                | 302   | 403      | 302            | 302        | 403              | 403 | 403         | 404
correct another's comment       | 403   | 403      | 403            | 403        | 403              | 403 | 403         | 404
correct one's own comment       | 302   | 403      | 302            | 302        | 403              | 403 | 403         | 404
resolve a comment               | 302   | 403      | 302            | 302        | 403              | 403 | 403         | 404
suggest another value           | 403   | 403      | 200            | 200        | 403              | 403 | 403         | 404
suggest changes of a section    | 403   | 403      | 302            | 302        | 403              | 403 | 403         | 404
refuse what marketing suggests  | 403   | 403      | 403            | 422        | 403              | 403 | 403         | 404
refuse what sales suggests      | 403   | 403      | 422            | 403        | 403              | 403 | 403         | 404
take what marketing suggests    | 403   | 403      | 403            | 302        | 403              | 403 | 403         | 404
take what sales suggests        | 403   | 403      | 302            | 403        | 403              | 403 | 403         | 404
take back marketing's           | 403   | 403      | 302            | 403        | 403              | 403 | 403         | 404
take back sales's               | 403   | 403      | 403            | 302        | 403              | 403 | 403         | 404
look at what is to be proposed  | 200   | 403      | 200            | 200        | 403              | 403 | 403         | 404
look at what discarding means   | 200   | 403      | 200            | 200        | 403              | 403 | 403         | 404
propose                         | 302   | 403      | 302            | 302        | 403              | 403 | 403         | 404
"""  # noqa: E501 - it is read as a table

PROPOSED = """
                                | admin | director | marketing lead | sales lead | marketing member | rep | integration | stranger
read the proposed text          | 200   | 200      | 200            | 200        | 200              | 200 | 200         | 404
look at what is to be signed    | 403   | 403      | 200            | 200        | 403              | 403 | 403         | 404
sign with a wrong password      | 403   | 403      | 422            | 422        | 403              | 403 | 403         | 404
decline without a reason        | 403   | 403      | 422            | 422        | 403              | 403 | 403         | 404
take the proposal back          | 403   | 403      | 200            | 403        | 403              | 403 | 403         | 404
end the agreement, unnamed      | 422   | 403      | 422            | 422        | 403              | 403 | 403         | 404
renew what ends                 | 302   | 403      | 302            | 302        | 403              | 403 | 403         | 404
sign                            | 403   | 403      | 302            | 302        | 403              | 403 | 403         | 404
"""  # noqa: E501 - it is read as a table

SUGGEST = "draft/suggest/?clause=objectives"
DRAFT_OF, PROPOSED_OF = columns_of(DRAFT), columns_of(PROPOSED)


@dataclass(frozen=True)
class Scene:
    """A draft with a conversation and a suggestion of each party, and who looks at it."""

    draft: AgreementVersion
    client: Client
    comment: int
    suggested: dict[str, int]
    person: User

    def get(self, address: str) -> HttpResponse:
        """Open a page of the agreement."""
        return cast("HttpResponse", self.client.get(f"/agreements/acme/{address}"))

    def post(self, address: str, **sent: str) -> HttpResponse:
        """Send a form of the agreement."""
        return cast("HttpResponse", self.client.post(f"/agreements/acme/{address}", sent))

    def talk(self, do: str, text: str = "") -> HttpResponse:
        """Do something about what is said."""
        return self.post("draft/comments/", do=do, text=text, path="commitments.S1")

    def own_comment(self) -> int:
        """Something the person said, if only while they might."""
        draft, by = self.draft, self.person
        return comments.write(version=draft, path="roles", text="Hm", by=by, now=NOW).pk

    def suggested_anew(self, party: str) -> int:
        """Something the party suggests that nobody has decided on."""
        path, writer = "commitments.S3.within", User.objects.get(name="Writer")
        return suggestions.suggest(
            version=self.draft, path=path, after="9bd", party=party, by=writer, now=NOW
        ).pk


@pytest.fixture
def scene(request: pytest.FixtureRequest) -> Scene:
    """The scene as somebody of the role asked for enters it."""
    agreement = make_version().agreement
    person = person_in(request.param, agreement)
    client = Client()
    client.force_login(person)
    writer = make_user("Writer")
    draft = drafts.start(agreement=agreement, terms=example_terms(), by=writer, now=NOW)
    comment = comments.write(version=draft, path="commitments", text="Why?", by=writer, now=NOW)
    return Scene(draft, client, comment.pk, suggested_by_both(draft, writer), person)


def suggested_by_both(draft: AgreementVersion, writer: User) -> dict[str, int]:
    return {
        party: suggestions.suggest(
            version=draft, path=path, after="2h", party=party, by=writer, now=NOW
        ).pk
        for party, path in (
            ("marketing", "commitments.S1.within"),
            ("sales", "commitments.S2.within"),
        )
    }


Asked = dict[str, Callable[[Scene], HttpResponse]]

ON_DRAFT: Asked = {
    "read the comments": lambda s: s.get("draft/comments/"),
    "edit a section": lambda s: s.get("draft/objectives/"),
    "comment": lambda s: s.talk("write", "Me too"),
    "answer a comment": lambda s: s.talk(f"answer {s.comment}", "Because"),
    "correct another's comment": lambda s: s.talk(f"correct {s.comment}", "Not mine"),
    "correct one's own comment": lambda s: s.talk(f"correct {s.own_comment()}", "Better"),
    "resolve a comment": lambda s: s.talk(f"resolve {s.comment}"),
    "suggest another value": lambda s: s.get("draft/suggest/?clause=commitments.S1"),
    "suggest changes of a section": lambda s: s.post(SUGGEST, assumptions="Nobody leaves"),
    "refuse what marketing suggests": lambda s: s.talk(f"refuse {s.suggested['marketing']}"),
    "refuse what sales suggests": lambda s: s.talk(f"refuse {s.suggested['sales']}"),
    "take what marketing suggests": lambda s: s.talk(f"take {s.suggested['marketing']}"),
    "take what sales suggests": lambda s: s.talk(f"take {s.suggested['sales']}"),
    "take back marketing's": lambda s: s.talk(f"withdraw {s.suggested_anew('marketing')}"),
    "take back sales's": lambda s: s.talk(f"withdraw {s.suggested_anew('sales')}"),
    "look at what is to be proposed": lambda s: s.get("draft/propose/"),
    "look at what discarding means": lambda s: s.get("draft/discard/"),
    "propose": lambda s: s.post("draft/propose/", do="propose", seen=text_on_table(s).terms_hash),
}
ON_PROPOSED: Asked = {
    "read the proposed text": lambda s: s.get("document/2/"),
    "look at what is to be signed": lambda s: s.get("versions/2/sign/"),
    "sign with a wrong password": lambda s: sign(s, "guessed"),
    "decline without a reason": lambda s: s.post("versions/2/decline/", reason=""),
    "take the proposal back": lambda s: s.get("versions/2/withdraw/"),
    "end the agreement, unnamed": lambda s: s.post("end/", name=""),
    "renew what ends": lambda s: s.post("versions/1/renew/"),
    "sign": lambda s: sign(s, "a long secret"),
}


def text_on_table(scene: Scene) -> AgreementVersion:
    return scene.draft.agreement.versions.open().get()


def sign(scene: Scene, password: str) -> HttpResponse:
    """Sign for the party whose lead looks at it; the form offers no other."""
    page = scene.get("versions/2/sign/").content.decode()
    party = form_values(page, "sign").get("party", ["marketing"])[0]
    seen = scene.draft.terms_hash
    return scene.post("versions/2/sign/", seen=seen, party=party, password=password)


def answers(scene: Scene, asked: Asked) -> dict[str, str]:
    """Ask for everything; what is refused is refused with a sentence."""
    found = {}
    for row, ask in asked.items():
        response = ask(scene)
        found[row] = str(response.status_code)
        if response.status_code == 403:
            assert "Your role in this agreement does not allow it." not in text_of(response), row
    return found


def test_no_row_is_left_out() -> None:
    assert set(DRAFT_OF["admin"]) == set(ON_DRAFT)
    assert set(PROPOSED_OF["admin"]) == set(ON_PROPOSED)


@pytest.mark.parametrize(("scene", "role"), [(role, role) for role in DRAFT_OF], indirect=["scene"])
def test_a_draft(scene: Scene, role: str) -> None:
    assert answers(scene, ON_DRAFT) == DRAFT_OF[role]


@pytest.mark.parametrize(
    ("scene", "role"), [(role, role) for role in PROPOSED_OF], indirect=["scene"]
)
def test_a_proposed_text(scene: Scene, role: str) -> None:
    somebody = make_user("Somebody")
    signing.propose(version=scene.draft, party="marketing", by=somebody, now=NOW)
    assert answers(scene, ON_PROPOSED) == PROPOSED_OF[role]


@pytest.mark.parametrize("scene", ["admin"], indirect=True)
def test_what_an_administrator_proposed(scene: Scene) -> None:
    wanted: dict[str, Any] = {"from_date": date(2199, 1, 1), "to_date": None}
    somebody = make_user("Somebody")
    drafts.set_wanted_period(version=scene.draft, by=somebody, now=NOW, **wanted)
    signing.propose(version=scene.draft, party=None, by=somebody, now=NOW)
    assert scene.get("versions/2/withdraw/").status_code == 200
    assert scene.get("versions/2/sign/").status_code == 403
