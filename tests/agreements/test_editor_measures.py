"""A commitment takes another measure or unit in place, and is compared with the right version."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg2.extras import DateTimeTZRange

from agreements.actions import drafts
from agreements.editor.said import former_version
from agreements.models import AgreementVersion, User
from agreements.starters import load_starter
from agreements.wording import target_text
from tests.agreements.pages import signed_in, text_at, text_of
from tests.factories import RECORDED_AT as NOW
from tests.factories import make_version
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

ADDRESS = "/agreements/acme/draft/commitments/"
TERMS = load_starter("inbound-en")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def in_force() -> AgreementVersion:
    return make_version(TERMS)


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User) -> AgreementVersion:
    return drafts.start(agreement=in_force.agreement, terms=dict(TERMS), by=helena, now=NOW)


@pytest.fixture
def hers(helena: User, draft: AgreementVersion) -> Client:
    assert draft.status == "draft"
    return signed_in(helena)


def place(key: str) -> str:
    order = [entry["key"] for entry in TERMS["commitments"]]
    return f"commitments.{order.index(key) + 1}"


def sent(client: Client, changes: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = dict(form_values(client.get(ADDRESS).content.decode(), "section"))
    return values | changes


def stored(version: AgreementVersion, key: str) -> dict[str, Any]:
    version.refresh_from_db()
    return next(entry for entry in version.terms["commitments"] if entry["key"] == key)


def test_it_works(hers: Client, draft: AgreementVersion) -> None:
    before = stored(draft, "S1")
    changes = {f"{place('S1')}.measure": "persistence", "quiet": "1"}
    response = hers.post(ADDRESS, sent(hers, changes), headers=HTMX)

    assert response["HX-Reswap"] == "outerHTML"
    assert f'name="{place("S1")}.count"' in response.content.decode()
    assert stored(draft, "S1") == before | {"measure": "persistence", "count": 6}


def test_what_is_left_over_is_told_and_taken_out(hers: Client, draft: AgreementVersion) -> None:
    before = stored(draft, "S5")
    assert {"count", "channels", "within"} <= before.keys()
    hers.post(ADDRESS, sent(hers, {f"{place('S5')}.measure": "acceptance_rate"}))

    assert stored(draft, "S5") == before | {"measure": "acceptance_rate"}
    text = text_at(hers, ADDRESS)
    for key in ("count", "channels", "within"):
        assert f"“Share accepted” does not use “{key}”; remove it." in text
    hers.post(ADDRESS, sent(hers, {"do": f"clear {place('S5')}"}))
    kept = {key: value for key, value in before.items() if key not in ("count", "channels")}
    assert stored(draft, "S5") == {
        **{key: value for key, value in kept.items() if key != "within"},
        "measure": "acceptance_rate",
    }
    assert "does not use" not in text_at(hers, ADDRESS).split('id="section"')[1]


def test_a_target_of_another_kind_stays_as_it_was_typed(
    hers: Client, draft: AgreementVersion
) -> None:
    hers.post(ADDRESS, sent(hers, {f"{place('M2')}.measure": "satisfaction"}))
    assert stored(draft, "M2")["target"] == "90%"
    assert "“90%” is not a number" in text_at(hers, ADDRESS)
    hers.post(ADDRESS, sent(hers, {f"{place('M2')}.measure": "acceptance_rate"}))
    assert stored(draft, "M2") == next(e for e in TERMS["commitments"] if e["key"] == "M2")


def test_only_what_a_party_can_promise_is_offered(hers: Client) -> None:
    page = hers.get(ADDRESS).content.decode()
    select = page.split(f'name="{place("M1")}.measure"')[1].split("</select>")[0]
    assert 'value="handover"' in select
    assert 'value="acceptance"' not in select


@pytest.mark.parametrize("deed", ["clear commitments.99", "clear commitments.0", "clear roles"])
def test_nothing_is_taken_out_elsewhere(hers: Client, draft: AgreementVersion, deed: str) -> None:
    hers.post(ADDRESS, sent(hers, {"do": deed}))
    assert not draft.edits.exists()


def test_a_unit_of_ones_own(hers: Client, draft: AgreementVersion) -> None:
    values = sent(hers, {})
    assert f"{place('M1')}.unit" in values
    assert f"{place('S1')}.unit" not in values

    values |= {f"{place('M1')}.unit": "companies", f"{place('M1')}.target": "300"}
    del values[f"{place('M1')}.target.instead"]
    hers.post(ADDRESS, values)
    assert (stored(draft, "M1")["unit"], stored(draft, "M1")["target"]) == ("companies", 300)
    terms = draft.parsed_terms()
    assert target_text(terms.commitment("M1"), terms) == "300 companies"
    assert "300 companies" in text_at(hers, "/agreements/acme/draft/preview/")
    assert "companies" in text_at(hers, ADDRESS)

    hers.post(ADDRESS, sent(hers, {f"{place('M1')}.unit": ""}))
    assert "unit" not in stored(draft, "M1")


def test_marks_follow_what_saves_itself(hers: Client) -> None:
    name = f"{place('S1')}.within.amount"
    mark = f'id="changed-f-{place("S1").replace(".", "-")}-within" class="promise-changed'
    text = text_of(hers.post(ADDRESS, sent(hers, {name: "2", "quiet": "1"}), headers=HTMX))
    assert "differs from version 1" in text.split(mark)[1].split("</span>")[0]

    text = text_of(hers.post(ADDRESS, sent(hers, {name: "4", "quiet": "1"}), headers=HTMX))
    assert "differs" not in text.split(mark)[1].split("</span>")[0]


def test_it_is_compared_with_the_version_in_force(
    hers: Client, draft: AgreementVersion, in_force: AgreementVersion
) -> None:
    now = timezone.now()
    AgreementVersion.objects.filter(pk=draft.pk).update(number=3)
    coming = in_force.agreement.versions.create(
        number=2,
        status="signed",
        terms=in_force.terms,
        terms_hash=in_force.terms_hash,
        effective=DateTimeTZRange(now + timedelta(days=30), None, "[)"),
        recorded_at=NOW,
    )
    ends = DateTimeTZRange(in_force.effective_from, now + timedelta(days=30), "[)")
    AgreementVersion.objects.filter(pk=in_force.pk).update(effective=ends)
    assert former_version(draft, now) == in_force
    assert "Blue differs from version 1, which is in force." in text_at(hers, ADDRESS)

    ended = DateTimeTZRange(in_force.effective_from, now - timedelta(days=30), "[)")
    AgreementVersion.objects.filter(pk=in_force.pk).update(effective=ended)
    assert former_version(draft, now) == coming
    assert "version 2, the latest that both signed." in text_at(hers, ADDRESS)
    assert "Marked: not so in version 2." in text_at(hers, "/agreements/acme/draft/preview/")


def test_forty_promises_take_no_more_queries(hers: Client, draft: AgreementVersion) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert hers.get(ADDRESS).status_code == 200
        return len(captured)

    few = queries()
    rule = {"field": "source", "operator": "is"}
    share = TERMS["commitments"][1]
    many = [share | {"key": f"M{at}", "where": rule | {"value": str(at)}} for at in range(1, 41)]
    AgreementVersion.objects.filter(pk=draft.pk).update(terms={**TERMS, "commitments": many})
    assert queries() <= few
    assert 'href="#promise-40"' in hers.get(ADDRESS).content.decode()
