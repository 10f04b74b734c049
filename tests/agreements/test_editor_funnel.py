"""The funnel is typed as stages with rates; the grid follows, and keeps what was set by hand."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.actions import comments, drafts
from agreements.editor.fields import ShownRows
from agreements.models import Absence, AgreementVersion, User
from tests.agreements.pages import text_at
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_rep
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

ADDRESS = "/agreements/acme/draft/funnel/"
FUNNEL: dict[str, Any] = {
    "rates": {"lead": "20%", "mql": "60%", "sal": "1", "sql": "40%", "opportunity": "20%"},
    "goal": {"revenue": 500000, "average_deal": 25000},
}


@pytest.fixture
def draft(in_force: AgreementVersion, helena: User) -> AgreementVersion:
    return drafts.start(
        agreement=in_force.agreement, terms=example_terms(funnel=FUNNEL), by=helena, now=NOW
    )


@pytest.fixture
def editor(client: Client, helena: User, draft: AgreementVersion) -> Client:
    assert draft.number == 2
    client.force_login(helena)
    return client


def shown(client: Client) -> dict[str, Any]:
    return dict(form_values(client.get(ADDRESS).content.decode(), "section"))


def stages_of(client: Client) -> ShownRows:
    (stages,) = (
        group["rows"] for group in client.get(ADDRESS).context["groups"] if "rows" in group
    )
    assert isinstance(stages, ShownRows)
    return stages


def funnel(version: AgreementVersion) -> dict[str, Any]:
    version.refresh_from_db()
    found: dict[str, Any] = version.terms["funnel"]
    return found


def test_it_works(editor: Client, draft: AgreementVersion) -> None:
    page = editor.get(ADDRESS)
    years = {row.key: int(row.year) for row in page.context["grid"].rows}
    assert years == {
        "lead": 2084, "mql": 417, "sal": 250, "sql": 250, "opportunity": 100, "customer": 20,
        "revenue": 500000,
    }  # fmt: skip

    editor.post(ADDRESS, shown(editor) | {"goal.kind": "customers", "goal.amount": "40"})

    assert funnel(draft) == FUNNEL | {"goal": {"customers": 40, "average_deal": 25000}}
    rows = editor.get(ADDRESS).context["grid"].rows
    assert {row.key: int(row.year) for row in rows}["mql"] == 834


def test_stages_carry_their_rates(editor: Client, draft: AgreementVersion) -> None:
    sent = shown(editor) | {
        "stages.4.name": "Conversa qualificada",
        "stages.2.rate": "55,5",
        "do": "remove stages.5",
    }
    editor.post(ADDRESS, sent)
    found = funnel(draft)
    assert [each["key"] for each in found["stages"]] == ["lead", "mql", "sal", "sql", "customer"]
    assert found["stages"][3]["name"] == "Conversa qualificada"
    assert found["rates"] == {"lead": "20%", "mql": "55,5", "sal": "1", "sql": "40%"}
    errors = stages_of(editor).entries[1].fields[3].errors
    assert len(errors) == 1


def test_a_new_stage_gets_its_key_from_its_name(editor: Client, draft: AgreementVersion) -> None:
    editor.post(ADDRESS, shown(editor) | {"do": "add stages"})
    assert stages_of(editor).entries[6].fields[0].errors
    editor.post(ADDRESS, shown(editor) | {"stages.7.name": "Renovação"})
    assert funnel(draft)["stages"][-1] == {
        "key": "renovacao",
        "party": "sales",
        "name": "Renovação",
    }


def test_a_cell_is_set_by_hand(editor: Client, draft: AgreementVersion) -> None:
    editor.post(ADDRESS, shown(editor) | {"cell.mql.nov": "60"})
    editor.post(ADDRESS, shown(editor) | {"cell.mql.nov.note": "The fair"})

    assert funnel(draft)["targets"] == {"mql": {"nov": {"value": 60, "note": "The fair"}}}
    grid = editor.get(ADDRESS).context["grid"]
    assert [(cell.name, cell.value, cell.note) for cell in grid.by_hand] == [
        ("cell.mql.nov", "60", "The fair")
    ]
    mql = next(row for row in grid.rows if row.key == "mql")
    assert int(mql.year) == 417
    assert sum(int(cell.value) for cell in mql.cells) == 417
    revenue = next(row for row in grid.rows if row.key == "revenue")
    assert all(re.fullmatch(r"\d{2},\d{3}", cell.value) for cell in revenue.cells)

    editor.post(ADDRESS, shown(editor) | {"cell.mql.nov": "61"})
    assert funnel(draft)["targets"] == {"mql": {"nov": {"value": 61, "note": "The fair"}}}

    editor.post(ADDRESS, shown(editor) | {"cell.mql.nov": ""})
    assert "targets" not in funnel(draft)


def test_all_cells_are_computed_again(editor: Client, draft: AgreementVersion) -> None:
    editor.post(ADDRESS, shown(editor) | {"cell.mql.nov": "60", "cell.lead.jan": "1"})
    assert set(funnel(draft)["targets"]) == {"mql", "lead"}
    editor.post(ADDRESS, shown(editor) | {"do": "reset targets"})
    assert "targets" not in funnel(draft)


@pytest.mark.parametrize("typed", ["-5", "many", "999999"])
def test_nonsense_in_a_cell_is_kept_and_told(
    editor: Client, draft: AgreementVersion, typed: str
) -> None:
    editor.post(ADDRESS, shown(editor) | {"cell.mql.nov": typed})
    assert str(funnel(draft)["targets"]["mql"]["nov"]) == typed
    page = editor.get(ADDRESS)
    assert page.status_code == 200
    assert page.context["grid"].errors
    (cell,) = page.context["grid"].by_hand
    assert (cell.name, cell.value.replace(",", "")) == ("cell.mql.nov", typed)

    editor.post(ADDRESS, shown(editor) | {"cell.mql.nov": "60"})
    assert funnel(draft)["targets"] == {"mql": {"nov": 60}}
    assert not editor.get(ADDRESS).context["grid"].errors


def test_the_season(editor: Client, draft: AgreementVersion) -> None:
    months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    season = {f"goal.seasonality.{month}": "1" for month in months}
    editor.post(ADDRESS, shown(editor) | season | {"goal.seasonality.dec": "13"})
    assert funnel(draft)["goal"]["seasonality"]["dec"] == 13
    customers = next(
        row for row in editor.get(ADDRESS).context["grid"].rows if row.key == "customer"
    )
    assert customers.cells[11].value == "10"


def test_what_saves_itself_computes_the_grid(editor: Client) -> None:
    sent = shown(editor) | {"goal.amount": "1,000,000", "quiet": "1"}
    text = editor.post(ADDRESS, sent, headers={"HX-Request": "true"}).content.decode()
    assert 'id="grid"' in text
    assert "hx-swap-oob" in text
    assert "834" in text


def test_the_capacity(editor: Client, draft: AgreementVersion) -> None:
    address = "/agreements/acme/draft/capacity/"
    assert "no members" in editor.get(address).content.decode()
    rep = make_rep("Ana", draft.agreement)
    page = editor.get(address)
    work = page.context["fullest"]
    # 250 accepted a year; 4 attempts of 10 min and 40 % × 30 min of conversation each.
    assert work.check.needed == work.handoffs * 52
    assert work.reps == 1
    assert "it fits" in page.content.decode()

    with CaptureQueriesContext(connection) as queries:
        editor.get(address)
    assert sum("agreements_absence" in each["sql"] for each in queries) == 1

    Absence.objects.create(user=rep, starts_at=NOW, ends_at=NOW.replace(year=2036), recorded_at=NOW)
    assert "does not fit" in editor.get(address).content.decode()


@pytest.mark.parametrize(
    ("sections", "why"),
    [
        ({"hours": None}, "the agreement has none yet"),
        ({"hours": {"mon-fri": "9 to 6"}}, "something is wrong with them or with their zone"),
        ({"time_zone": "Mars/Olympus"}, "something is wrong with them or with their zone"),
        ({"calendar": "always", "hours": None}, "open day and night"),
        ({"capacity": {"selling_share": "lots"}}, "What an attempt and a conversation take"),
        ({"funnel": {}}, "As soon as the funnel has targets"),
        ({"commitments": "none", "currency": None}, "it fits"),
    ],
)
def test_the_capacity_says_what_it_lacks(
    editor: Client, draft: AgreementVersion, sections: dict[str, Any], why: str
) -> None:
    make_rep("Ana", draft.agreement)
    terms = example_terms(**({"funnel": FUNNEL} | sections))
    draft.terms = {key: value for key, value in terms.items() if value is not None}
    draft.save()
    assert why in text_at(editor, "/agreements/acme/draft/capacity/")


def test_a_rate_there_was_is_planned(editor: Client, draft: AgreementVersion) -> None:
    stage = 'id="history-funnel.stages.sal"'
    assert stage in editor.get(ADDRESS).content.decode()

    editor.post(
        ADDRESS,
        shown(editor) | {"stages.1.rate": "25", "do": "take funnel.stages.opportunity.rate 21.7%"},
    )
    assert funnel(draft)["rates"] == FUNNEL["rates"] | {"lead": "25%", "opportunity": "21.7%"}

    # What means the same leaves the text as it is, and a stage that is gone stays gone.
    for taken in ("opportunity.rate 21.70%", "renewal.rate 5%", "sal.rate"):
        before = funnel(draft)
        editor.post(ADDRESS, shown(editor) | {"do": f"take funnel.stages.{taken}"})
        assert funnel(draft) == before


def asked_of(client: Client) -> list[list[str]]:
    """The names of the fields of each stage."""
    return [[field.field.name for field in entry.fields] for entry in stages_of(client).entries]


def test_the_last_stage_leads_nowhere(editor: Client) -> None:
    all_fields = ["name", "party", "role", "rate", "lag"]
    assert asked_of(editor) == [all_fields] * 5 + [["name", "party", "role"]]
    editor.post(ADDRESS, shown(editor) | {"do": "add stages"})
    assert asked_of(editor) == [all_fields] * 6 + [["name", "party", "role"]]


def test_a_stage_that_becomes_the_last_keeps_its_rate(
    editor: Client, draft: AgreementVersion
) -> None:
    editor.post(ADDRESS, shown(editor) | {"do": "down stages.5"})
    assert funnel(draft)["rates"] == FUNNEL["rates"]
    last = stages_of(editor).entries[-1]
    assert [(field.field.name, field.value) for field in last.fields[3:]] == [("rate", "20")]
    assert "is the last stage" in last.fields[3].errors[0]

    editor.post(ADDRESS, shown(editor) | {"do": "up stages.6"})
    assert funnel(draft)["rates"] == FUNNEL["rates"]
    assert not editor.get(ADDRESS).context["problems"]

    editor.post(ADDRESS, shown(editor) | {"do": "down stages.5"})
    editor.post(ADDRESS, shown(editor) | {"stages.6.rate": ""})
    assert "opportunity" not in funnel(draft)["rates"]
    assert asked_of(editor)[-1] == ["name", "party", "role"]


def test_two_stages_of_one_name(editor: Client) -> None:
    editor.post(ADDRESS, shown(editor) | {"stages.5.name": " sql "})
    page = editor.get(ADDRESS)
    names = [entry.fields[0].errors for entry in stages_of(editor).entries]
    assert names == [[], [], [], [], [
        "Another stage is called “SQL” already; give this one a name of its own."
    ], []]  # fmt: skip
    assert [entry.problems for entry in page.context["nav"] if entry.is_current] == [1]


def test_what_is_said_of_a_stage_is_counted_beside_it(
    editor: Client, draft: AgreementVersion, helena: User
) -> None:
    editor.post(ADDRESS, shown(editor) | {"stages.4.name": "Ripe"})
    draft.refresh_from_db()
    comments.write(version=draft, path="funnel.stages.sql", text="Why?", by=helena, now=NOW)
    talk = [entry.talk for entry in stages_of(editor).entries]
    assert talk == [0, 0, 0, 1, 0, 0]
