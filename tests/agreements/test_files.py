"""A version's text taken along: as YAML, JSON and PDF, and brought back in."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements import pdf
from agreements.actions import drafts, signing
from agreements.brought import bring
from agreements.models import AgreementVersion
from agreements.starters import load_starter, starter_names
from agreements.terms import document_from_yaml, terms_hash
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_rep, make_user, make_version

pytestmark = pytest.mark.django_db

TRICKS = [
    '#panic("caught")',
    "*bold* _slanted_ `raw` $ x $ @reference <label> // comment",
    'quote " and backslash \\ and \\u{41} and #{ 1 + 1 }',
    "= heading\n- list\n+ list\n/ term: x",
    '#import "@preview/x:1.0.0"',
    "[ unbalanced ( {",
    "emoji 😀, ção, ñandú, «¿?»",
    "x" * 400,
]


def address(name: str, number: int = 1) -> str:
    return reverse(f"agreements:version-{name}", args=["acme", number])


def draft_of(version: AgreementVersion, terms: dict[str, Any]) -> AgreementVersion:
    somebody = make_user("Helena", is_admin=True)
    return drafts.start(agreement=version.agreement, terms=terms, by=somebody, now=NOW)


def page_called(version: AgreementVersion, name: str) -> bytes:
    """Set the first page of a version whose agreement has that name."""
    version.agreement.name = name
    return pdf.pages_of(version, status="in_force", now=NOW)[0]


def test_it_works(client: Client) -> None:
    version = make_version(load_starter("inbound-pt"))
    client.force_login(make_rep("Ana", version.agreement))

    response = client.get(address("pdf"))

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'attachment; filename="acme-v1.pdf"'
    assert response.content.startswith(b"%PDF-")


@pytest.mark.parametrize("name", starter_names())
@pytest.mark.parametrize("ending", ["yaml", "json"])
def test_what_goes_out_comes_in_with_the_same_hash(client: Client, name: str, ending: str) -> None:
    version = make_version(load_starter(name))
    client.force_login(make_rep("Ana", version.agreement))

    brought = bring(client.get(address(ending)).content)

    assert brought.document is not None
    assert terms_hash(brought.document) == version.terms_hash


def test_json_is_read_by_others(client: Client) -> None:
    version = make_version(load_starter("inbound-es"))
    client.force_login(make_rep("Ana", version.agreement))
    content = client.get(address("json")).content
    assert list(json.loads(content))[:3] == ["schema", "kind", "time_zone"]
    assert "Básico" in content.decode()


def test_unfinished_draft_is_taken_along_too(client: Client) -> None:
    version = make_version()
    terms = example_terms(commitments=[{"key": "S1", "party": "sales"}])
    draft = draft_of(version, terms)
    client.force_login(make_rep("Ana", version.agreement))

    assert document_from_yaml(client.get(address("yaml", 2)).content) == terms
    assert client.get(address("pdf", 2)).content.startswith(b"%PDF-")
    told = pdf.told_of(draft, status="draft")
    assert told["stamp"] == "DRAFT"
    assert any("“measure” is missing" in each for each in told["problems"])
    assert told["sections"][0]["title"] == "Parties and time"


def test_pages_say_who_signed_what_and_when() -> None:
    terms = load_starter("inbound-en")
    draft = draft_of(make_version(terms, closures={"us-ny": {}}), terms)
    helena, rafael = make_user("Helena Prado"), make_user("Rafael Nunes")
    signing.propose(version=draft, party="marketing", by=helena, now=NOW)
    for party, person, method in (
        ("marketing", helena, "second_factor"), ("sales", rafael, "password"),
    ):  # fmt: skip
        signing.sign(
            version=draft,
            party=party,
            seen_hash=draft.terms_hash,
            method=method,
            by=person,
            now=NOW + timedelta(days=1),
        )
    draft.refresh_from_db()

    told = pdf.told_of(draft, status="in_force")

    marketing, sales = told["signatures"]["parties"]
    assert marketing == {
        "party": "Marketing · Acme marketing",
        "who": "Helena Prado",
        "when": "1 January 2026, 19:00:00 EST",
        "how": "with second factor",
    }
    assert (sales["who"], sales["how"]) == ("Rafael Nunes", "with password")
    assert told["hash"] == draft.terms_hash
    assert (told["stamp"], told["status"]) == (None, "In force")
    assert told["about"] == "Version 2. In force from 1 January 2026 until both sign another."


def test_draft_says_when_it_is_meant_to_be_in_force() -> None:
    draft = draft_of(make_version(), example_terms())
    draft.wanted_from_date = date(2026, 7, 1)
    told = pdf.told_of(draft, status="draft")
    assert told["about"] == "Version 2. Draft, meant to be in force from 1 July 2026."
    assert told["signatures"]["sentence"] == "Nobody has signed this text."


def test_pages_show_what_the_document_shows() -> None:
    version = make_version(load_starter("inbound-en"))
    told = pdf.told_of(version, status="in_force")
    titles = [section["title"] for section in told["sections"]]
    assert titles[:3] == ["Parties and time", "Objectives", "Funnel and handoff"]
    keys = [clause["key"] for section in told["sections"] for clause in section["clauses"]]
    assert keys == [each.key for each in version.parsed_terms().commitments]
    assert told["sections"][2]["table"]["is_figures"] is True


def test_no_text_is_markup() -> None:
    terms = load_starter("inbound-en")
    terms["objectives"] = [
        {"key": f"trick{number}", "statement": trick} for number, trick in enumerate(TRICKS)
    ]
    terms["commitments"][0]["statement"] = TRICKS[0]
    version = make_version(terms)
    version.agreement.name = TRICKS[0]
    version.agreement.marketing_team.name = TRICKS[2]
    assert pdf.pdf_of(version, status="in_force", now=NOW).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Αθήνα", "Πάτρα"),
        ("Київ", "Рига"),
        ("東京", "大阪"),
        ("张伟", "王芳"),
        ("김철수", "이영희"),
        ("سارة", "أحمد"),
        ("דוד", "משה"),
        ("आशा", "उषा"),
        ("มานี", "ชูใจ"),
        ("🚀", "🎯"),
        ("👩‍💻", "👩‍🔬"),
    ],
)
def test_names_are_set_in_the_script_they_are_written_in(one: str, other: str) -> None:
    version = make_version()
    assert len(one) == len(other)
    assert page_called(version, one) != page_called(version, other)


def test_sign_that_no_font_has_is_set_as_a_box() -> None:
    version = make_version()
    first, second, nothing = (
        page_called(version, sign) for sign in ("\U00050000", "\U00050001", " ")
    )
    assert first == second != nothing


def test_sixty_commitments_and_the_longest_names_are_set() -> None:
    terms = load_starter("service-pt")
    terms["commitments"] = [
        {
            "key": f"{party[0].upper()}{number}",
            "party": party,
            "measure": "stage_volume",
            "stage": "mql",
            "target": number,
            "statement": "Passar leads que já não são só números, com atenção. " * 6,
        }
        for party in ("marketing", "sales")
        for number in range(1, 31)
    ]
    version = make_version(terms)
    version.agreement.name = "Instituto de Pesquisas e Desenvolvimento " * 4
    pages = pdf.pages_of(version, status="in_force", now=NOW)
    assert 8 < len(pages) < 20
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_text_beyond_any_agreement_is_refused(client: Client) -> None:
    terms = load_starter("service-en")
    terms["assumptions"] = ["We take this for granted. " * 150] * 150
    version = make_version(terms)
    client.force_login(make_rep("Ana", version.agreement))

    response = client.get(address("pdf"), follow=True)

    assert response.redirect_chain == [(reverse("agreements:version", args=["acme", 1]), 302)]
    assert "too long for a PDF" in response.content.decode()


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_pages_speak_the_readers_language(client: Client, language: str) -> None:
    version = make_version(load_starter("inbound-es"))
    client.force_login(make_user("Marina", is_director=True, language=language))
    assert b"/Lang" in client.get(address("pdf")).content
    assert version.number == 1


@pytest.mark.parametrize("ending", ["yaml", "json", "pdf"])
def test_a_stranger_finds_nothing(client: Client, ending: str) -> None:
    make_version()
    other = make_version(slug="other")
    client.force_login(make_rep("Ana", other.agreement))
    assert client.get(address(ending)).status_code == 404
    client.logout()
    assert client.get(address(ending)).status_code == 302
