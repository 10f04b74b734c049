"""Beginning an agreement and its drafts: who may, in which ways, and that nothing typed is lost."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agreements.actions import drafts, starting
from agreements.models import Agreement, AgreementVersion, Audit, Team, User
from agreements.starters import load_starter, starter_text
from agreements.terms import terms_hash
from tests.factories import RECORDED_AT as NOW
from tests.factories import example_terms, make_user, make_version
from tests.leads.pages import text_of
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

NEW = "/agreements/new/"
BEGIN = "/agreements/acme/draft/new/"
WHO_AGREES = {
    "name": "Inbound Brasil",
    "new_sales": "Vendas",
    "time_zone": "America/Sao_Paulo",
    "currency": "brl",
}
BAD = "schema: 1\ntime_zone: UTC\ncalender: x\n"


@pytest.fixture
def helena(team: Team) -> User:
    """She leads a marketing team that is in no agreement yet."""
    return make_user("Helena", team=team, role="lead", time_zone="America/Sao_Paulo")


def post(client: Client, address: str = BEGIN, **data: Any) -> Any:
    return client.post(address, data)


def the_draft() -> AgreementVersion:
    return AgreementVersion.objects.get(status="draft")


def upload(content: str | bytes, name: str = "terms.yaml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


# -- an agreement


def test_it_works(client: Client, helena: User, team: Team) -> None:
    client.force_login(helena)
    assert client.get(NEW).status_code == 200

    response = post(client, NEW, marketing=team.pk, **WHO_AGREES)

    agreement = Agreement.objects.get()
    assert response.headers["Location"] == "/agreements/inbound-brasil/draft/new/"
    assert (agreement.slug, agreement.name) == ("inbound-brasil", "Inbound Brasil")
    assert (agreement.marketing_team, agreement.sales_team.name) == (team, "Vendas")
    assert (agreement.time_zone, agreement.currency) == ("America/Sao_Paulo", "BRL")
    assert Audit.objects.filter(action="agreements.team.made").count() == 1
    assert client.get(response.headers["Location"]).status_code == 200


def test_nobody_is_refused_before_both_teams_are_named(client: Client, helena: User) -> None:
    client.force_login(helena)

    page = text_of(post(client, NEW, **WHO_AGREES | {"new_sales": ""}))

    assert "Choose a team, or name a new one beside it." in page
    assert "An agreement is started by the lead" not in page


def test_menu_leads_who_may_to_a_new_agreement(
    client: Client, helena: User, acme: Agreement
) -> None:
    ana = make_user("Ana", team=acme.sales_team, role="rep")
    document = reverse("agreements:document", args=["acme"])
    seen = {}
    for person in (helena, ana, make_user("Otto", is_admin=True)):
        client.force_login(person)
        seen[person.name] = f'href="{NEW}"' in client.get(document).content.decode()

    assert seen == {"Helena": True, "Ana": False, "Otto": True}


def test_the_reader_is_offered_the_currency_of_their_zone(client: Client, helena: User) -> None:
    client.force_login(helena)
    offered = []
    for zone in ("America/Bogota", "UTC"):
        User.objects.filter(pk=helena.pk).update(time_zone=zone)
        page = client.get(NEW).content.decode()
        offered += re.findall(r'name="currency" value="([A-Z]+)"', page)
    assert offered == ["COP", "USD"]


def test_address_that_is_taken_gets_a_number(helena: User, acme: Agreement, team: Team) -> None:
    for name, slug in (("Acme", "acme-2"), ("New", "new-2"), ("¿?", "agreement")):
        made = starting.start_agreement(
            name=name,
            marketing=team,
            sales=acme.sales_team,
            time_zone="UTC",
            currency="EUR",
            by=helena,
            now=NOW,
        )
        assert made.slug == slug


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Give the agreement a name."),
        ({"marketing": "", "new_sales": "Vendas"}, "Choose a team, or name a new one beside it."),
        ({"new_marketing": "Other"}, "not both"),
        ({"new_sales": "growth"}, "An agreement needs two teams"),
        ({"new_sales": "Taken"}, "There is a team called “Taken” already"),
        ({"currency": "12x"}, "Write the three letters of a currency"),
        ({"time_zone": "Mars/Olympus"}, "“Mars/Olympus” is not a time zone"),
        ({"time_zone": "mérida"}, "Do you mean America/Merida?"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: Client, helena: User, team: Team, change: dict[str, str], sentence: str
) -> None:
    Team.objects.create(slug="taken", name="Taken")
    client.force_login(helena)
    typed = {"marketing": str(team.pk), **WHO_AGREES, **change}

    response = client.post(NEW, typed)

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert 'value="brl"' in response.content.decode() or "currency" in change
    assert not Agreement.objects.exists()


def test_whoever_leads_no_side_is_refused(client: Client, helena: User) -> None:
    client.force_login(helena)
    other = Team.objects.create(slug="other", name="Other")
    response = post(client, NEW, marketing=other.pk, **WHO_AGREES)
    assert response.status_code == 422
    assert "started by the lead of one of its teams" in text_of(response)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ({"is_admin": True}, 200),
        ({"is_director": True}, 403),
        ({}, 403),
    ],
)
def test_who_may_start_one(client: Client, who: dict[str, Any], status: int) -> None:
    client.force_login(make_user("Zoe", **who))
    assert client.get(NEW).status_code == status


@pytest.mark.parametrize(("role", "status"), [("member", 403), ("integration", 403), ("lead", 200)])
def test_only_leads_of_teams_start_one(client: Client, team: Team, role: str, status: int) -> None:
    client.force_login(make_user("Zoe", team=team, role=role))
    assert client.get(NEW).status_code == status


# -- a draft


@pytest.mark.parametrize("kind", ["multilevel", "service", "customer"])
@pytest.mark.parametrize("language", ["en", "es", "pt"])
def test_from_a_starter(
    client: Client, helena: User, acme: Agreement, kind: str, language: str
) -> None:
    client.force_login(helena)
    response = post(client, do="starter", kind=kind, language=language)

    draft = the_draft()
    assert response.headers["Location"] == "/agreements/acme/draft/"
    assert draft.parsed_terms().kind == kind
    assert (draft.terms["time_zone"], draft.terms["currency"]) == ("America/Sao_Paulo", "BRL")
    assert "calendar" not in draft.terms
    assert draft.copied_from is None


def test_starter_is_shown_before_it_is_taken(client: Client, helena: User, acme: Agreement) -> None:
    client.force_login(helena)
    html = client.get(BEGIN, {"kind": "service", "language": "es"}).content.decode()
    assert "publicado: 30 minutos a 24 horas" in html
    assert "First follow-up within" in html
    # Without a choice, the reader's language.
    User.objects.filter(pk=helena.pk).update(language="pt-br")
    assert "publicado: 1 a 5 minutos" in client.get(BEGIN).content.decode()


def test_from_a_copy_of_the_version_in_force(client: Client) -> None:
    version = make_version()
    client.force_login(make_user("Zoe", is_admin=True))
    html = client.get(BEGIN).content.decode()
    assert re.search(r"<option value=\"\d+\">\s*Version 1, in force", html)

    post(client, do="copy", version=version.pk)

    draft = the_draft()
    assert draft.terms == version.terms
    assert draft.copied_from == version


def test_first_text_begins_with_questions_and_a_later_one_with_a_copy(
    client: Client, helena: User, acme: Agreement
) -> None:
    make_version(slug="other")
    client.force_login(make_user("Zoe", is_admin=True))
    first = client.get(BEGIN).content.decode()
    later = client.get("/agreements/other/draft/new/").content.decode()
    assert first.index('value="interview"') < first.index('value="copy"')
    assert later.index('value="copy"') < later.index('value="interview"')
    assert "zone, currency and parties are those of this one" in first


def test_from_a_copy_of_another_agreement(client: Client, helena: User, acme: Agreement) -> None:
    other = make_version(example_terms(time_zone="Europe/Madrid", currency="EUR"), slug="other")
    client.force_login(make_user("Zoe", is_admin=True))

    post(client, do="copy", version=other.pk)

    draft = the_draft()
    assert draft.agreement == acme
    assert (draft.terms["time_zone"], draft.terms["currency"]) == ("America/Sao_Paulo", "BRL")
    assert draft.terms["commitments"] == other.terms["commitments"]
    assert draft.copied_from is None


def test_what_one_may_not_read_is_not_copied(client: Client, helena: User, acme: Agreement) -> None:
    other = make_version(slug="other")
    client.force_login(helena)
    assert "Other" not in client.get(BEGIN).content.decode()
    assert post(client, do="copy", version=other.pk).status_code == 404
    assert post(client, do="copy", version="x").status_code == 404
    assert post(client, do="something").status_code == 404


def test_from_a_file(client: Client, helena: User, acme: Agreement) -> None:
    client.force_login(helena)
    post(client, do="file", file=upload(starter_text("service-pt")))
    assert the_draft().terms_hash == terms_hash(load_starter("service-pt"))


def test_from_a_pasted_text(client: Client, helena: User, acme: Agreement) -> None:
    client.force_login(helena)
    post(client, do="file", text=starter_text("service-pt").replace("\n", "\r\n"))
    assert the_draft().terms_hash == terms_hash(load_starter("service-pt"))


def test_file_with_problems_is_told_line_by_line_and_may_still_begin(
    client: Client, helena: User, acme: Agreement
) -> None:
    client.force_login(helena)
    response = post(client, do="file", file=upload(BAD))

    assert response.status_code == 422
    assert "Line 3 calender Unknown key “calender”; did you mean “calendar”?" in text_of(response)
    assert BAD in response.content.decode()
    assert not AgreementVersion.objects.exists()

    # The second button says only this; all else is what the form itself sends.
    client.post(BEGIN, form_values(response.content.decode(), "bring") | {"anyway": ["1"]})
    assert the_draft().terms["calender"] == "x"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a: 1\n" * 2_000_001, "The file is larger than 1 MB"),
        (b"a: &x [1]\nb: [*x, *x]", "Line 1 uses an anchor or alias"),
        (b"\xff\xfe\xfd", "The file is not UTF-8 text"),
        (b"a: [1", "cannot be read as YAML"),
        (b"a: !!python/object:os.system x", "Line 1 uses a tag"),
        (b"", "Choose a file, or paste its text."),
    ],
)
def test_file_that_cannot_be_read_is_refused(
    client: Client, helena: User, acme: Agreement, content: bytes, sentence: str
) -> None:
    client.force_login(helena)
    response = post(client, do="file", file=upload(content), anyway="1")
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert not AgreementVersion.objects.exists()


def test_what_no_database_keeps_is_told(client: Client, helena: User, acme: Agreement) -> None:
    client.force_login(helena)
    response = post(client, do="file", text='{"schema": 1, "a": "\\u0000"}', anyway="1")
    assert response.status_code == 422
    assert "a character that cannot be stored" in text_of(response)


def test_one_text_at_a_time(client: Client, helena: User, acme: Agreement) -> None:
    drafts.start(agreement=acme, terms=example_terms(), by=helena, now=NOW)
    client.force_login(helena)
    assert "Version 1 is on the table already" in text_of(client.get(BEGIN))
    for way in ("starter", "interview"):
        response = post(client, do=way)
        assert response.status_code == 409
        assert "Version 1 is on the table already" in text_of(response)
    assert AgreementVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("side", "role", "status"),
    [
        ("", "admin", 200),
        ("", "director", 403),
        ("marketing", "lead", 200),
        ("sales", "lead", 200),
        ("marketing", "member", 403),
        ("sales", "member", 403),
        ("sales", "integration", 403),
        ("", "stranger", 404),
    ],
)
def test_who_begins_a_text(
    client: Client, acme: Agreement, side: str, role: str, status: int
) -> None:
    team = acme.team_of(side) if side else None
    client.force_login(
        make_user(
            "Zoe",
            team=team,
            role=role,
            is_director=role == "director",
            is_admin=role == "admin",
        )
    )
    may = status == 200
    assert client.get(BEGIN).status_code == status
    # Who may, is led to where one begins first.
    assert client.get(f"{BEGIN}funnel/").status_code == (302 if may else status)
    assert post(client, do="starter").status_code == (302 if may else status)
    assert AgreementVersion.objects.exists() is may


def test_what_was_typed_is_there_after_signing_in_again(
    client: Client, helena: User, acme: Agreement
) -> None:
    response = post(client, do="file", text=BAD)
    assert response.headers["Location"] == f"{reverse('account_login')}?next={BEGIN}"
    client.post(response.headers["Location"], {"login": helena.email, "password": "a long secret"})
    assert "calender: x" in client.get(BEGIN).content.decode()
