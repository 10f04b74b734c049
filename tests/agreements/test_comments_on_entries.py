"""A comment stands on its entry wherever that moves, and its author corrects it in the open."""

from typing import Any

import pytest

from agreements import starters
from agreements.actions import comments, drafts
from agreements.actions.comments import UnableToComment
from agreements.editing import part_hash, part_of, section_of_path, with_value
from agreements.models import AgreementVersion, Comment, User
from agreements.open_talk import open_talk
from agreements.talk import Places, talk_about
from tests.agreements.pages import signed_in, text_of
from tests.factories import RECORDED_AT as NOW

pytestmark = pytest.mark.django_db

PAGE = "/agreements/acme/draft/comments/"
ASSUMPTIONS = ["The team stays as it is.", "The budget is 10,000 a month.", "The fair happens."]


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User, rafael: User) -> AgreementVersion:
    terms = starters.load_starter("inbound-en") | {"assumptions": ASSUMPTIONS}
    return drafts.start(agreement=in_force.agreement, terms=terms, by=helena, now=NOW)


def write(draft: AgreementVersion, by: User, path: str, text: str = "Really?") -> Comment:
    return comments.write(version=draft, path=path, text=text, by=by, now=NOW)


def save(draft: AgreementVersion, path: str, value: Any, by: User) -> None:
    draft.refresh_from_db()
    section = section_of_path(path)
    drafts.save_section(
        version=draft,
        section=section,
        part=part_of(with_value(draft.terms, path, value), section),
        seen_hash=part_hash(part_of(draft.terms, section)),
        by=by,
        now=NOW,
    )
    draft.refresh_from_db()


def place_of(draft: AgreementVersion, comment: Comment) -> tuple[str, str, bool, str]:
    place = Places(draft.terms).of(comment)
    return place.path, place.name, place.is_gone, place.was


def test_it_works(draft: AgreementVersion, rafael: User, helena: User) -> None:
    said = write(draft, rafael, "assumptions.2")
    assert place_of(draft, said) == ("assumptions.2", f"“{ASSUMPTIONS[1]}”", False, "")

    save(draft, "assumptions", [ASSUMPTIONS[1], "New people come.", ASSUMPTIONS[0]], helena)
    assert place_of(draft, said)[:2] == ("assumptions.1", f"“{ASSUMPTIONS[1]}”")
    assert open_talk(draft).by_clause == {"assumptions.1": 1}


def test_what_it_read_then_is_told(draft: AgreementVersion, rafael: User, helena: User) -> None:
    said = write(draft, rafael, "assumptions.2")
    save(draft, "assumptions", ["First.", "The budget is 12,000 a month."], helena)
    assert place_of(draft, said)[1:] == (
        "“The budget is 12,000 a month.”", False, f"“{ASSUMPTIONS[1]}”",
    )  # fmt: skip
    assert f"Then it read: “{ASSUMPTIONS[1]}”" in text_of(signed_in(helena).get(PAGE))


def test_an_entry_that_is_gone(draft: AgreementVersion, rafael: User, helena: User) -> None:
    """It is said of the section then, with what the entry was called."""
    said = write(draft, rafael, "assumptions.2")
    save(draft, "assumptions", [ASSUMPTIONS[0], ASSUMPTIONS[2]], helena)
    _path, name, is_gone, _was = place_of(draft, said)
    assert (name, is_gone) == (f"“{ASSUMPTIONS[1]}”", True)
    text = text_of(signed_in(helena).get(f"{PAGE}?section=objectives"))
    assert "no longer in the text" in text
    assert ASSUMPTIONS[1] in text
    assert open_talk(draft).by_section == {"objectives": 1}

    save(draft, "assumptions", [*ASSUMPTIONS[::-1]], helena)
    assert place_of(draft, said)[2] is False
    comments.answer(comment=said, text="It is back", by=helena, now=NOW)


@pytest.mark.parametrize("clause", ["roles.1", "escalation.2", "handoff.scoring.1"])
def test_whatever_has_no_key(draft: AgreementVersion, rafael: User, clause: str) -> None:
    page = signed_in(rafael).get(PAGE)
    assert f'<option value="{clause}"' in text_of(page)
    write(draft, rafael, clause)
    assert open_talk(draft).by_clause == {clause: 1}
    assert talk_about(draft, rafael).conversations[0].place.path == clause


def test_the_editor_counts_it_on_its_row(
    draft: AgreementVersion, rafael: User, helena: User
) -> None:
    for clause in ("roles.2", "funnel.stages.mql"):
        write(draft, rafael, clause)
        section = section_of_path(clause).name
        page = signed_in(helena).get(f"/agreements/acme/draft/{section}/")
        rows = next(each for each in page.context["fields"] if hasattr(each, "entries"))
        assert [row.talk for row in rows.entries].count(1) == 1
        assert rows.entries[1].talk == 1


# -- corrected


def test_its_author_corrects_it(draft: AgreementVersion, rafael: User, helena: User) -> None:
    said = write(draft, rafael, "roles.1", "Who is hte SDR?")
    his, hers = signed_in(rafael), signed_in(helena)
    do = f"correct {said.pk}"
    assert f'value="{do}"' in text_of(his.get(PAGE))
    assert f'value="{do}"' not in text_of(hers.get(PAGE))
    assert his.post(PAGE, {"do": do, "text": "Who is the SDR?"}).status_code == 302

    text = text_of(hers.get(PAGE))
    assert "Who is the SDR?" in text
    assert "Corrected; what it said before" in text
    assert "Who is hte SDR?" in text
    assert hers.post(PAGE, {"do": do, "text": "Me?"}).status_code == 403
    assert said.corrections.get().before == "Who is hte SDR?"


def test_what_is_no_correction(draft: AgreementVersion, rafael: User, helena: User) -> None:
    said = write(draft, rafael, "roles.1")
    comments.correct(comment=said, text=" Really? ", by=rafael, now=NOW)
    assert not said.corrections.exists()
    refused = signed_in(rafael).post(PAGE, {"do": f"correct {said.pk}", "text": " "})
    assert refused.status_code == 422
    assert "Write what you have to say." in text_of(refused)
    drafts.discard(version=draft, by=helena, now=NOW)
    with pytest.raises(UnableToComment, match="stays as it is"):
        comments.correct(comment=said, text="Late", by=rafael, now=NOW)
