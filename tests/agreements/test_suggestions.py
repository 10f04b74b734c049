"""One party suggests another value; only the other one takes or refuses it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import translation

from agreements import starters
from agreements.actions import drafts, signing, suggestions
from agreements.actions.suggestions import Outdated, UnableToDecide, UnableToSuggest
from agreements.editing import (
    SECTIONS,
    clauses_in,
    part_hash,
    part_of,
    value_at,
    with_value,
    without,
)
from agreements.models import AgreementVersion, Suggestion, User
from agreements.suggesting import Suggesting
from agreements.talk import suggestion_words
from tests.at_once import run_together
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_user
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

PAGE = "/agreements/acme/draft/comments/"
SUGGEST = "/agreements/acme/draft/suggest/"
WITHIN = "commitments.S1.within"
COMMITMENTS = next(each for each in SECTIONS if each.name == "commitments")
OBJECTIVES: list[dict[str, Any]] = [
    {"key": "revenue", "statement": "Win customers", "measure": "revenue", "target": 500000},
]


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User, rafael: User) -> AgreementVersion:
    return drafts.start(
        agreement=in_force.agreement,
        terms=example_terms(objectives=OBJECTIVES),
        by=helena,
        now=NOW,
        copied_from=in_force,
    )


@pytest.fixture
def suggested(draft: AgreementVersion, rafael: User) -> Suggestion:
    return suggest(draft, rafael)


def suggest(
    draft: AgreementVersion, by: User, path: str = WITHIN, after: Any = "2h", party: str = "sales"
) -> Suggestion:
    return suggestions.suggest(
        version=draft, path=path, after=after, party=party, by=by, now=NOW, note="Faster wins"
    )


def save(draft: AgreementVersion, path: str, value: Any, by: User) -> None:
    draft.refresh_from_db()
    part = part_of(draft.terms, COMMITMENTS)
    drafts.save_section(
        version=draft,
        section=COMMITMENTS,
        part=without(part, path) if value is None else with_value(part, path, value),
        seen_hash=part_hash(part),
        by=by,
        now=NOW,
    )


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def terms(version: AgreementVersion) -> dict[str, Any]:
    version.refresh_from_db()
    document: dict[str, Any] = version.terms
    return document


def test_it_works(draft: AgreementVersion, helena: User, rafael: User) -> None:
    his, hers = signed_in(rafael), signed_in(helena)
    chosen = his.post(PAGE, {"do": "suggest", "path": "objectives.revenue"})
    sent: dict[str, Any] = form_values(text_of(his.get(chosen["Location"])), "suggest")
    sent |= {"objectives.1.target": "600,000", "note": "We won more last year"}
    assert his.post(chosen["Location"], sent).status_code == 302

    one = draft.suggestions.get()
    assert (one.path, one.before, one.after, one.party) == (
        "objectives.revenue.target", 500000, 600000, "sales",
    )  # fmt: skip
    text = text_of(hers.get(PAGE))
    assert "Rafael (Sales) suggests for" in text
    assert "500,000" in text
    assert "600,000" in text
    assert "We won more last year" in text
    assert terms(draft)["objectives"][0]["target"] == 500000

    assert hers.post(PAGE, {"do": f"take {one.pk}"}).status_code == 302

    one.refresh_from_db()
    assert terms(draft)["objectives"][0]["target"] == 600000
    assert (one.outcome, one.decided_by) == ("taken", helena)
    assert draft.edits.get().edited_by == helena
    assert "1 suggestion decided on" in text_of(hers.get(PAGE))


def test_refuse_with_a_reason(suggested: Suggestion, helena: User) -> None:
    client = signed_in(helena)
    refused = client.post(PAGE, {"do": f"refuse {suggested.pk}", "text": " "})
    assert refused.status_code == 422
    assert "Say why" in text_of(refused)

    client.post(PAGE, {"do": f"refuse {suggested.pk}", "text": "Not in August"})
    suggested.refresh_from_db()
    assert (suggested.outcome, suggested.reason) == ("refused", "Not in August")
    assert "Not in August" in text_of(client.get(PAGE))


def test_only_the_other_party_decides(suggested: Suggestion, rafael: User) -> None:
    client = signed_in(rafael)
    assert "What sales suggests, the lead of marketing takes or refuses." in text_of(
        client.get(PAGE)
    )
    for do in (f"take {suggested.pk}", f"refuse {suggested.pk}"):
        assert client.post(PAGE, {"do": do, "text": "x"}).status_code == 403
    admin = signed_in(make_user("Admin", is_admin=True))
    assert admin.post(PAGE, {"do": f"take {suggested.pk}"}).status_code == 403
    suggested.refresh_from_db()
    assert not suggested.outcome


def test_outdated(
    draft: AgreementVersion, suggested: Suggestion, helena: User, rafael: User
) -> None:
    save(draft, WITHIN, "3h", helena)
    client = signed_in(helena)
    text = text_of(client.get(PAGE))
    assert "Outdated: the text says something else by now" in text
    assert f'value="take {suggested.pk}"' not in text
    assert "Suggest it anew" in text_of(signed_in(rafael).get(PAGE))

    answer = client.post(PAGE, {"do": f"take {suggested.pk}"})
    assert answer.status_code == 422
    assert "suggest it anew" in text_of(answer)
    assert terms(draft)["commitments"][1]["within"] == "3h"
    with pytest.raises(Outdated):
        suggestions.take(suggestion=suggested, by=helena, now=NOW)


def test_a_clause_that_is_gone(
    draft: AgreementVersion, suggested: Suggestion, helena: User
) -> None:
    save(draft, "commitments.S1", None, helena)
    assert "the clause is no longer in the text" in text_of(signed_in(helena).get(PAGE))
    with pytest.raises(Outdated):
        suggestions.take(suggestion=suggested, by=helena, now=NOW)
    suggestions.refuse(suggestion=suggested, reason="It is gone", by=helena, now=NOW)


def test_a_value_that_was_not_there(draft: AgreementVersion, helena: User, rafael: User) -> None:
    path = "commitments.S1.consequence"
    one = suggest(draft, rafael, path, "We talk about it")
    assert one.before is None
    suggestions.take(suggestion=one, by=helena, now=NOW)
    assert terms(draft)["commitments"][1]["consequence"] == "We talk about it"

    draft.refresh_from_db()
    gone = suggest(draft, rafael, path, None)
    suggestions.take(suggestion=gone, by=helena, now=NOW)
    assert "consequence" not in terms(draft)["commitments"][1]


def test_an_outdated_absence(draft: AgreementVersion, helena: User, rafael: User) -> None:
    one = suggest(draft, rafael, "commitments.S1.consequence", "We talk about it")
    save(draft, "commitments.S1.consequence", "Nothing", helena)
    with pytest.raises(Outdated):
        suggestions.take(suggestion=one, by=helena, now=NOW)


@pytest.mark.parametrize(
    ("path", "after", "why"),
    [
        (WITHIN, "4h", "what the text says already"),
        (WITHIN, "soon", "is not a duration"),
        ("commitments.S9.within", "2h", "no longer in the text"),
        ("commitments.S1.target", "140%", "is not a rate"),
    ],
)
def test_what_cannot_be_suggested(
    draft: AgreementVersion, rafael: User, path: str, after: Any, why: str
) -> None:
    with pytest.raises(UnableToSuggest, match=why):
        suggest(draft, rafael, path, after)
    assert not draft.suggestions.exists()


def test_nonsense_stays_typed_beside_its_sentence(draft: AgreementVersion, rafael: User) -> None:
    client = signed_in(rafael)
    address = f"{SUGGEST}?clause=objectives.revenue"
    sent: dict[str, Any] = form_values(text_of(client.get(address)), "suggest")
    response = client.post(address, sent | {"objectives.1.target": "lots", "note": "Because"})

    assert response.status_code == 422
    assert 'value="lots"' in text_of(response)
    assert "is not a number" in text_of(response)
    assert "Because" in text_of(response)
    unchanged = client.post(address, sent)
    assert unchanged.status_code == 422
    assert "Nothing differs yet" in text_of(unchanged)


def test_a_clause_nobody_knows(draft: AgreementVersion, rafael: User) -> None:
    response = signed_in(rafael).get(f"{SUGGEST}?clause=commitments.S9", follow=True)
    assert "no longer in the text" in text_of(response)


def test_who_suggests(draft: AgreementVersion) -> None:
    for person, status in (
        (make_user("Admin", is_admin=True), 403),
        (make_user("Rep", team=draft.agreement.sales_team), 403),
        (make_user("Stranger"), 404),
    ):
        address = f"{SUGGEST}?clause=objectives.revenue"
        assert signed_in(person).get(address).status_code == status, person.name


def test_who_leads_both_says_for_whom(draft: AgreementVersion, helena: User) -> None:
    draft.agreement.sales_team.memberships.create(user=helena, role="lead")
    client = signed_in(helena)
    address = f"{SUGGEST}?clause=objectives.revenue"
    sent: dict[str, Any] = form_values(text_of(client.get(address)), "suggest")
    sent |= {"objectives.1.target": "1", "party": "sales"}
    client.post(address, sent)
    assert draft.suggestions.get().party == "sales"
    assert client.post(address, sent | {"party": "nobody"}).status_code == 403


def test_a_frozen_text_is_not_changed(
    draft: AgreementVersion, suggested: Suggestion, helena: User, rafael: User
) -> None:
    signing.propose(version=draft, party="marketing", by=helena, now=NOW)
    with pytest.raises(drafts.UnableToSave):
        suggestions.take(suggestion=suggested, by=helena, now=NOW)
    assert "waits for signatures" in text_of(signed_in(helena).get(PAGE))

    late = suggest(draft, rafael, "commitments.S2.within", "3h")
    copy = signing.decline(version=draft, party="sales", reason="No", by=rafael, now=NOW)
    late.refresh_from_db()
    suggestions.take(suggestion=late, by=helena, now=NOW)
    assert terms(copy)["commitments"][2]["within"] == "3h"
    with pytest.raises(UnableToSuggest, match="declined"):
        suggest(draft, rafael)


def test_in_words(draft: AgreementVersion, suggested: Suggestion) -> None:
    (sentence,) = suggestion_words(suggested, draft.terms)
    assert "4\N{NO-BREAK SPACE}h" in str(sentence)
    assert "2\N{NO-BREAK SPACE}h" in str(sentence)


# -- every kind of place of a starter


def shape_of(value: Any) -> Any:
    """What something says something about, whatever it says."""
    if isinstance(value, Mapping):
        return {key: shape_of(each) for key, each in value.items()} | {
            key: value[key] for key in ("measure", "operator") if key in value
        }
    return type(value).__name__


def clauses_of(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each section, and the first two clauses of each shape, one to be read in each language."""
    languages: dict[str, Iterator[str]] = {}
    for section in SECTIONS:
        yield section.name, "pt-br"
        for clause in clauses_in(document, section):
            place = clause.rpartition(".")[0]
            shape = f"{place} {shape_of(value_at(document, clause))}"
            for language in islice(languages.setdefault(shape, iter(("pt-br", "en"))), 1):
                yield clause, language


def test_nothing_typed_suggests_nothing(
    in_force: AgreementVersion, rafael: User, helena: User
) -> None:
    client = signed_in(rafael)
    document = starters.load_starter("inbound-en")
    draft = drafts.start(agreement=in_force.agreement, terms=document, by=helena, now=NOW)
    read: Counter[str] = Counter()
    for clause, language in clauses_of(document):
        User.objects.filter(pk=rafael.pk).update(language=language)
        page = client.get(f"{SUGGEST}?clause={clause}")
        assert page.status_code == 200, clause
        sent = QueryDict(urlencode(form_values(page.content.decode(), "suggest"), doseq=True))
        with translation.override(language):
            assert Suggesting.read(draft, clause, sent).changes() == [], clause
        read[language] += bool(sent)
    assert min(read["en"], read["pt-br"]) > 10


# -- at once


@pytest.mark.django_db(transaction=True)
def test_taken_and_refused_at_once(suggested: Suggestion, helena: User) -> None:
    def take() -> None:
        suggestions.take(suggestion=suggested, by=helena, now=NOW)

    def refuse() -> None:
        suggestions.refuse(suggestion=suggested, reason="No", by=helena, now=NOW)

    raised = run_together(take, refuse)

    assert len(raised) == 1
    assert isinstance(raised[0], UnableToDecide)
    suggested.refresh_from_db()
    version = AgreementVersion.objects.get(pk=suggested.version_id)
    within = version.terms["commitments"][1]["within"]
    assert within == ("2h" if suggested.outcome == "taken" else "4h")
    assert suggested.get_outcome_display().lower() in str(raised[0])


@pytest.mark.django_db(transaction=True)
def test_two_for_one_place_at_once(draft: AgreementVersion, helena: User, rafael: User) -> None:
    one, two = suggest(draft, rafael), suggest(draft, rafael, after="3h")
    raised = run_together(
        lambda: suggestions.take(suggestion=one, by=helena, now=NOW),
        lambda: suggestions.take(suggestion=two, by=helena, now=NOW),
    )
    assert [type(each) for each in raised] == [Outdated]
    assert terms(draft)["commitments"][1]["within"] in ("2h", "3h")
    assert draft.edits.count() == 1
