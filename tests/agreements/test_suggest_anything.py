"""Whatever the text says can be suggested otherwise, in the editor's own fields."""

import json
from typing import Any

import pytest

from agreements import starters
from agreements.actions import drafts, suggestions
from agreements.actions.suggestions import Outdated, UnableToDecide
from agreements.editing import part_hash, part_of, section_of_path, value_at, with_value
from agreements.models import AgreementVersion, Suggestion, User
from agreements.talk import Places, suggestion_words
from tests.agreements.pages import signed_in, text_of
from tests.factories import RECORDED_AT as NOW
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

PAGE = "/agreements/acme/draft/comments/"
SUGGEST = "/agreements/acme/draft/suggest/?clause="


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User, rafael: User) -> AgreementVersion:
    document = starters.load_starter("inbound-en")
    return drafts.start(agreement=in_force.agreement, terms=document, by=helena, now=NOW)


def shown(by: User, clause: str) -> dict[str, Any]:
    return form_values(signed_in(by).get(SUGGEST + clause).content.decode(), "suggest")


def send(by: User, clause: str, typed: dict[str, Any]) -> Any:
    return signed_in(by).post(SUGGEST + clause, {**shown(by, clause), **typed})


def terms(version: AgreementVersion) -> dict[str, Any]:
    version.refresh_from_db()
    document: dict[str, Any] = version.terms
    return document


def save(draft: AgreementVersion, path: str, value: Any, by: User) -> None:
    section, document = section_of_path(path), terms(draft)
    part = part_of(document, section)
    drafts.save_section(
        version=draft,
        section=section,
        part=part_of(with_value(document, path, value), section),
        seen_hash=part_hash(part),
        by=by,
        now=NOW,
    )


@pytest.mark.parametrize(
    ("clause", "typed", "place", "after"),
    [
        ("tiers.vip", {"tiers.1.when.1.value": "PT"}, "tiers.vip.when", None),
        ("handoff.scoring.2", {"handoff.scoring.2.points": "35"}, "handoff.scoring.2.points", 35),
        ("handoff", {"handoff.threshold": "70"}, "handoff.threshold", 70),
        ("handoff", {"handoff.bypass.1.value": "chat"}, "handoff.bypass", None),
        ("roles.1", {"roles.1.responsible": "SDR"}, "roles.1.responsible", "SDR"),
        ("escalation.2", {"escalation.2.at": "+2h"}, "escalation.2.at", "+2h"),
        ("assumptions.1", {"assumptions": "Nobody leaves"}, "assumptions", ["Nobody leaves"]),
        ("funnel.stages.mql", {"stages.2.rate": "55"}, "funnel.rates.mql", None),
        ("parties", {"hours.fri": "09:00-14:00"}, "hours", None),
        ("commitments.S1", {"commitments.6.weight": "7"}, "commitments.S1.weight", 7),
        ("reasons", {"pause.max.amount": "3", "pause.max.unit": "bd"}, "pause.max", "3bd"),
        ("review", {"review.minutes": "40"}, "review.minutes", 40),
    ],
)
def test_it_works(
    draft: AgreementVersion,
    helena: User,
    rafael: User,
    clause: str,
    typed: dict[str, Any],
    place: str,
    after: Any,
) -> None:
    names = shown(rafael, clause)
    missing = {name for name in typed if name not in names}
    assert not missing, sorted(names)
    response = send(rafael, clause, typed)
    assert response.status_code == 302

    one = draft.suggestions.get()
    assert one.path == place
    assert after is None or one.after == after
    signed_in(helena).post(PAGE, {"do": f"take {one.pk}"})
    assert value_at(terms(draft), place) == one.after


def test_a_line_is_suggested_in_steps(draft: AgreementVersion, rafael: User) -> None:
    """Buttons of the rule builder change what is typed, and nothing in the draft."""
    client = signed_in(rafael)
    before = terms(draft)
    sent = shown(rafael, "tiers.vip") | {"do": "add tiers.1.when", "note": "Ask for more"}
    page = client.post(SUGGEST + "tiers.vip", sent)
    assert page.status_code == 200
    assert "Ask for more" in text_of(page)
    again: dict[str, Any] = form_values(page.content.decode(), "suggest")
    new = max(name for name in again if name.startswith("tiers.1.when") and "field" in name)
    again |= {new: "country", new.replace("field", "value"): "BR", "do": "suggest"}
    assert client.post(SUGGEST + "tiers.vip", again).status_code == 302

    assert terms(draft) == before
    assert "country" in json.dumps(draft.suggestions.get().after)


def test_entries_are_added_and_taken_out(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    client = signed_in(rafael)
    page = client.post(SUGGEST + "roles", shown(rafael, "roles") | {"do": "remove roles.1"})
    page = client.post(
        SUGGEST + "roles", form_values(page.content.decode(), "suggest") | {"do": "add roles"}
    )
    sent: dict[str, Any] = form_values(page.content.decode(), "suggest")
    last = max(int(name.split(".")[1]) for name in sent if name.endswith(".activity"))
    roles = terms(draft)["roles"]
    assert last == len(roles)
    who = ("responsible", "accountable")
    sent |= {f"roles.{last}.activity": "Train"} | {f"roles.{last}.{each}": "Ana" for each in who}
    response = client.post(SUGGEST + "roles", sent)
    assert response.status_code == 302

    suggestions.take(suggestion=draft.suggestions.get(), by=helena, now=NOW)
    activities = [each["activity"] for each in terms(draft)["roles"]]
    assert activities == [*(each["activity"] for each in roles[1:]), "Train"]


def test_what_only_holds_together_is_one(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    """A stage that is taken out takes the rate to the next one along."""
    client = signed_in(rafael)
    sent = shown(rafael, "funnel") | {"do": "remove stages.5"}
    page = client.post(SUGGEST + "funnel", sent)
    sent = form_values(page.content.decode(), "suggest")
    response = client.post(SUGGEST + "funnel", sent)
    assert response.status_code == 302
    for one in draft.suggestions.all():
        suggestions.take(suggestion=one, by=helena, now=NOW)
    assert "opportunity" not in {each["key"] for each in terms(draft)["funnel"]["stages"]}


def test_what_others_changed_meanwhile_is_no_suggestion(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    sent = shown(rafael, "commitments.S1")
    save(draft, "commitments.S1.weight", 9, helena)
    client = signed_in(rafael)
    client.post(SUGGEST + "commitments.S1", sent | {"commitments.6.consequence": "We talk"})
    assert [each.path for each in draft.suggestions.all()] == ["commitments.S1.consequence"]
    assert terms(draft)["commitments"][5]["weight"] == 9


# -- entries that move


def points(draft: AgreementVersion, rafael: User) -> Suggestion:
    return suggestions.suggest(
        version=draft,
        path="handoff.scoring.2.points",
        after=99,
        party="sales",
        by=rafael,
        now=NOW,
    )


def test_an_entry_is_found_where_it_moved(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    one = points(draft, rafael)
    scoring = terms(draft)["handoff"]["scoring"]
    save(draft, "handoff.scoring", [scoring[1], scoring[0], *scoring[2:]], helena)
    suggestions.take(suggestion=one, by=helena, now=NOW)
    now = terms(draft)["handoff"]["scoring"]
    assert now[0] == {**scoring[1], "points": 99}
    assert now[1:] == [scoring[0], *scoring[2:]]


def test_an_entry_that_is_gone_is_outdated(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    one = points(draft, rafael)
    scoring = terms(draft)["handoff"]["scoring"]
    save(draft, "handoff.scoring", [scoring[0]], helena)
    with pytest.raises(Outdated):
        suggestions.take(suggestion=one, by=helena, now=NOW)
    text = text_of(signed_in(helena).get(PAGE))
    assert "the clause is no longer in the text" in text
    (sentence,) = suggestion_words(one, terms(draft))
    assert "99" in str(sentence)


def test_what_else_changed_in_the_place_is_merged(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    """The order of the tiers is suggested, and a tier is renamed meanwhile."""
    tiers = terms(draft)["tiers"]
    last = tiers[-1]
    one = suggestions.suggest(
        version=draft,
        path="tiers",
        after=[*reversed(tiers[:-1]), last],
        party="sales",
        by=rafael,
        now=NOW,
    )
    save(draft, f"tiers.{tiers[0]['key']}.name", "Very important", helena)
    suggestions.take(suggestion=one, by=helena, now=NOW)
    now = terms(draft)["tiers"]
    assert [each["key"] for each in now] == [each["key"] for each in [*reversed(tiers[:-1]), last]]
    assert "Very important" in {each["name"] for each in now}


def test_what_was_changed_likewise_is_taken(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    one = points(draft, rafael)
    save(draft, "handoff.scoring.2.points", 99, helena)
    suggestions.take(suggestion=one, by=helena, now=NOW)
    one.refresh_from_db()
    assert one.outcome == "taken"
    assert draft.edits.count() == 1


# -- taken back


def test_taken_back(draft: AgreementVersion, helena: User, rafael: User) -> None:
    one = points(draft, rafael)
    assert f'value="withdraw {one.pk}"' not in text_of(signed_in(helena).get(PAGE))
    client = signed_in(rafael)
    assert f'value="withdraw {one.pk}"' in text_of(client.get(PAGE))
    assert client.post(PAGE, {"do": f"withdraw {one.pk}"}).status_code == 302

    one.refresh_from_db()
    assert (one.outcome, one.decided_by) == ("withdrawn", rafael)
    assert "Taken back" in text_of(signed_in(helena).get(PAGE))
    with pytest.raises(UnableToDecide, match="taken back"):
        suggestions.take(suggestion=one, by=helena, now=NOW)
    again = client.post(PAGE, {"do": f"withdraw {one.pk}"})
    assert again.status_code == 422
    assert "was first" in text_of(again)


def test_decided_after_the_text_is_settled(
    draft: AgreementVersion, helena: User, rafael: User
) -> None:
    one = points(draft, rafael)
    drafts.discard(version=draft, by=helena, now=NOW)
    with pytest.raises(UnableToDecide, match="stays as it is"):
        suggestions.refuse(suggestion=one, reason="No", by=helena, now=NOW)
    with pytest.raises(UnableToDecide, match="stays as it is"):
        suggestions.take_back(suggestion=one, by=rafael, now=NOW)


# -- nonsense


@pytest.mark.parametrize("sent", ["[1]", "{", '{"commitments": []}'])
def test_what_is_no_part_is_refused(draft: AgreementVersion, rafael: User, sent: str) -> None:
    response = send(rafael, "roles", {"typed_so_far": sent})
    assert response.status_code == 400


def test_nonsense_in_a_rule_stays_typed(draft: AgreementVersion, rafael: User) -> None:
    response = send(rafael, "handoff.scoring.2", {"handoff.scoring.2.points": "lots"})
    assert response.status_code == 422
    assert 'value="lots"' in text_of(response)
    assert not draft.suggestions.exists()


def test_every_entry_has_a_name(draft: AgreementVersion) -> None:
    for _title, places in Places(terms(draft)).groups():
        assert all(place.name for place in places)
