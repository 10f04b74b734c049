"""Promises are sentences with fields in them: typed, compared with before, added and moved."""

from typing import Any

import pytest
from django.test import Client

from agreements.actions import drafts
from agreements.editor.commitments import catalogue
from agreements.editor.new_commitment import new_commitment, next_key
from agreements.models import AgreementVersion, User
from agreements.starters import load_starter
from agreements.terms import MEASURES
from tests.factories import RECORDED_AT as NOW
from tests.factories import make_user, make_version
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

ADDRESS = "/agreements/acme/draft/commitments/"
TERMS = load_starter("inbound-en")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def in_force() -> AgreementVersion:
    return make_version(TERMS)


@pytest.fixture
def helena(client: Client, in_force: AgreementVersion) -> User:
    user = make_user("Helena", team=in_force.agreement.marketing_team, role="lead")
    client.force_login(user)
    return user


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User) -> AgreementVersion:
    return drafts.start(agreement=in_force.agreement, terms=dict(TERMS), by=helena, now=NOW)


def sent(client: Client, changes: dict[str, Any]) -> dict[str, Any]:
    """What the form would send after some values were typed anew."""
    values: dict[str, Any] = form_values(client.get(ADDRESS).content.decode(), "section")
    return values | changes


def commitments(version: AgreementVersion) -> dict[str, dict[str, Any]]:
    version.refresh_from_db()
    return {entry["key"]: entry for entry in version.terms["commitments"]}


def keys(version: AgreementVersion) -> list[str]:
    return list(commitments(version))


def place(key: str) -> str:
    """The name of a commitment's fields in the form."""
    order = [entry["key"] for entry in TERMS["commitments"]]
    return f"commitments.{order.index(key) + 1}"


def words(page: str) -> str:
    """The sentences of a page as they are read, without their fields."""
    return " ".join(page.split())


def test_it_works(client: Client, draft: AgreementVersion) -> None:
    page = words(client.get(ADDRESS).content.decode())
    assert "First follow-up within" in page
    assert "VIP:" in page
    assert "attempts over" in page

    changes = {
        f"{place('S1')}.within.amount": "2",
        f"{place('S1')}.target": "95",
        f"{place('S2')}.tiers": ["vip", "premium"],
        f"{place('S5')}.count": "5",
        f"{place('M1')}.weight": "35",
        f"{place('M2')}.warn_at": "85.5",
        f"{place('S8')}.period": "month",
        f"{place('S7')}.consequence": "We look at it together.",
    }
    assert client.post(ADDRESS, sent(client, changes)).status_code == 302

    now = commitments(draft)
    assert (now["S1"]["within"], now["S1"]["target"]) == ("2h", "95%")
    assert now["S2"]["tiers"] == ["vip", "premium"]
    assert (now["S5"]["count"], now["S5"]["channels"]) == (5, 2)
    assert (now["M1"]["weight"], now["M2"]["warn_at"]) == (35, "85.5%")
    assert (now["M1"]["target"], now["S8"]["period"]) == ("funnel", "month")
    assert now["S7"]["consequence"] == "We look at it together."
    assert now["M3"] == TERMS["commitments"][2]


def test_it_tells_what_the_version_before_said(client: Client, draft: AgreementVersion) -> None:
    said = {p.key: p.said for _, _, side in client.get(ADDRESS).context["parties"] for p in side}
    assert {each.status for each in said.values()} == {"same"}

    changes = {
        f"{place('S1')}.within.amount": "2",
        f"{place('S2')}.tiers": ["vip", "premium"],
        f"{place('M2')}.weight": "20",
        f"{place('S7')}.consequence": "We talk.",
        f"{place('S5')}.count": "5",
        f"{place('M1')}.target": "300",
        "do": "add commitments satisfaction sales",
    }
    values = sent(client, changes)
    del values[f"{place('M1')}.target.instead"]
    client.post(ADDRESS, values)

    page = client.get(ADDRESS)
    said = {p.key: p.said for _, _, side in page.context["parties"] for p in side}
    told = {key: each.words.replace("\N{NO-BREAK SPACE}", " ") for key, each in said.items()}
    assert told["S1"] == "4 h"
    assert told["S2"] == "VIP"
    assert told["M2"] == "weight 30"
    assert told["S7"] == "other details"
    assert told["S5"] == "6 attempts"
    assert told["M1"] == "the funnel's target a month"
    assert (said["S9"].status, said["S3"].status) == ("new", "same")
    assert said["S1"].changed == ("within",)
    assert page.content.decode().count(">differs from version 1<") == 4
    assert commitments(draft)["M1"]["target"] == 300


def test_it_saves_itself_with_what_follows(client: Client, draft: AgreementVersion) -> None:
    changes = {f"{place('M1')}.weight": "35", f"{place('S1')}.within.amount": "2", "quiet": "1"}
    text = client.post(ADDRESS, sent(client, changes), headers=HTMX).content.decode()
    assert "Weights together: 95." in text
    assert "Weights together: 100." in text
    assert 'id="said-1"' in text
    assert "<select" not in text
    assert commitments(draft)["M1"]["weight"] == 35


@pytest.mark.parametrize(
    "nonsense",
    [
        [
            ("S1", "target", "120", "“120%” is not a rate"),
            ("S1", "within.amount", "0", "A duration of nothing cannot be promised"),
            ("S5", "count", "0", "0 is out of range"),
            ("M1", "weight", "-1", "-1 is under zero"),
            ("M2", "warn_at", "130", "“130%” is not a rate"),
            ("S2", "valid_up_to", "some", "“some” is not a number"),
        ],
        [
            ("S1", "target", "-5", "“-5%” is not a rate"),
            ("S1", "within.amount", "soon", "“soonh” is not a duration"),
        ],
        [("S1", "target", "most", "“most” is not a rate")],
        [
            ("S5", "channels", "9", "6 attempts cannot use 9 channels"),
            ("S7", "from", "customer", "does not come before"),
            ("S8", "period", "week", "one of a month, quarter or year"),
        ],
    ],
)
def test_nonsense_is_kept_and_told(
    client: Client, draft: AgreementVersion, nonsense: list[tuple[str, str, str, str]]
) -> None:
    typed = {f"{place(key)}.{field}": text for key, field, text, _told in nonsense}
    client.post(ADDRESS, sent(client, typed))
    page = client.get(ADDRESS).content.decode()
    section = page.split('id="section"')[1].split("editor-save")[0]
    shown = form_values(page, "section")
    assert {name: shown[name] for name in typed} == {name: [text] for name, text in typed.items()}
    assert [told for *_, told in nonsense if told not in section] == []
    assert draft.number == 2


def test_a_field_that_the_measure_does_not_use_is_shown_to_be_emptied(
    client: Client, draft: AgreementVersion
) -> None:
    assert f"{place('S1')}.count" not in sent(client, {})
    odd = [
        entry | {"count": 3} if entry["key"] == "S1" else entry for entry in TERMS["commitments"]
    ]
    AgreementVersion.objects.filter(pk=draft.pk).update(terms={**TERMS, "commitments": odd})

    page = client.get(ADDRESS).content.decode()
    assert "does not use “count”; remove it" in page.split('id="section"')[1]
    client.post(ADDRESS, sent(client, {f"{place('S1')}.count": ""}))
    assert "count" not in commitments(draft)["S1"]


def test_a_promise_by_value(client: Client, draft: AgreementVersion) -> None:
    client.post(ADDRESS, sent(client, {"do": "add commitments stage_value marketing"}))
    added = "commitments.14"
    assert keys(draft)[-1] == "M6"
    changes = {f"{added}.values.each": "fair: 120\nsearch: 80.5", f"{added}.target": "40,000"}
    client.post(ADDRESS, sent(client, changes | {f"{added}.values.otherwise": "10"}))
    assert commitments(draft)["M6"] | {"weight": 1} == {
        "key": "M6",
        "party": "marketing",
        "measure": "stage_value",
        "stage": "mql",
        "values": {"by": "source", "each": {"fair": 120, "search": "80.5"}, "otherwise": 10},
        "target": 40000,
        "weight": 1,
    }
    assert "None. The text can be proposed" in client.get(ADDRESS).content.decode()


def test_every_measure_can_be_promised(client: Client, draft: AgreementVersion) -> None:
    """Each is begun as the deed begins it, and all are read and sent back on one page."""
    entries, numbers = list(TERMS["commitments"]), {"marketing": 5, "sales": 8}
    for measure in sorted(MEASURES):
        party = MEASURES[measure].party or "sales"
        numbers[party] += 1
        begun = new_commitment(measure, party, {**TERMS, "commitments": entries})
        key = f"{party[0].upper()}{numbers[party]}"
        assert (begun["key"], begun["measure"], begun["party"]) == (key, measure, party)
        entries.append(begun)
    AgreementVersion.objects.filter(pk=draft.pk).update(terms={**TERMS, "commitments": entries})

    page = client.get(ADDRESS)

    problems = {each.code for each in page.context["problems"] if hasattr(each, "code")}
    assert "needs" not in problems
    client.post(ADDRESS, form_values(page.content.decode(), "section"))
    assert list(commitments(draft).values()) == entries


def test_what_is_added_has_the_next_free_key() -> None:
    entries = [{"key": "M2"}, {"key": "M10"}, {"key": "S1"}, {"key": "Mx"}, None]
    assert next_key("marketing", entries) == "M11"
    assert next_key("sales", entries) == "S2"
    assert next_key("sales", []) == "S1"
    assert new_commitment("acceptance", "sales", {"commitments": "x", "funnel": []})["key"] == "S1"


def test_moving_passes_the_neighbour_of_the_same_party(
    client: Client, draft: AgreementVersion
) -> None:
    client.post(ADDRESS, sent(client, {"do": "add commitments handover marketing"}))
    assert keys(draft)[-2:] == ["S8", "M6"]
    client.post(ADDRESS, sent(client, {"do": "up commitments.14"}))
    order = keys(draft)
    assert [key for key in order if key[0] == "M"] == ["M1", "M2", "M3", "M4", "M6", "M5"]
    assert order[-1] == "M5"
    client.post(ADDRESS, sent(client, {"do": "up commitments.6"}))
    assert keys(draft) == order
    client.post(ADDRESS, sent(client, {"do": "remove commitments.14"}))
    assert keys(draft) == order[:-1]


@pytest.mark.parametrize(
    "deed", ["add commitments", "add commitments love sales", "up commitments.99"]
)
def test_a_deed_on_what_is_not_there(client: Client, draft: AgreementVersion, deed: str) -> None:
    client.post(ADDRESS, sent(client, {"do": deed}))
    assert keys(draft)[:13] == [entry["key"] for entry in TERMS["commitments"]]


def test_an_agreement_of_one_side_is_warned_of(client: Client, draft: AgreementVersion) -> None:
    own = [entry for entry in TERMS["commitments"] if entry["party"] == "marketing"]
    AgreementVersion.objects.filter(pk=draft.pk).update(terms={**TERMS, "commitments": own})
    page = client.get(ADDRESS).content.decode()
    assert "Marketing promises something, sales nothing yet" in page
    assert "Sales promises nothing yet." in page

    broken = [{**own[0], "weight": -1}]
    AgreementVersion.objects.filter(pk=draft.pk).update(terms={**TERMS, "commitments": broken})
    assert "sales nothing yet" in client.get(ADDRESS).content.decode()
    AgreementVersion.objects.filter(pk=draft.pk).update(terms={**TERMS, "commitments": []})
    assert "Nobody promises anything yet" in client.get(ADDRESS).content.decode()


def test_the_catalogue_has_every_measure_in_words(client: Client, draft: AgreementVersion) -> None:
    offered = [offer.measure.name for _, offers in catalogue() for offer in offers]
    assert sorted(offered) == sorted(MEASURES)
    page = client.get(ADDRESS).content.decode()
    for measure in MEASURES.values():
        for text in (measure.definition, measure.gamed_by, measure.shown_by):
            assert text in page, measure.name
    assert 'value="add commitments acceptance sales"' in page
    assert 'value="add commitments acceptance marketing"' not in page
    assert draft.number == 2


def test_sixty_promises_are_kept(client: Client, draft: AgreementVersion) -> None:
    many = [
        {
            **TERMS["commitments"][5],
            "key": f"S{number}",
            "where": {"field": "a", "operator": "is", "value": number},
        }
        for number in range(1, 61)
    ]
    AgreementVersion.objects.filter(pk=draft.pk).update(terms={**TERMS, "commitments": many})
    assert client.post(ADDRESS, sent(client, {"commitments.60.weight": "7"})).status_code == 302
    assert commitments(draft)["S60"]["weight"] == 7
    assert keys(draft) == [entry["key"] for entry in many]
