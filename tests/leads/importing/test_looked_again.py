"""What is kept about a file beside it, after the rows of somebody forgotten were emptied in it."""

import pytest
from django.test import Client
from django.utils import translation

from agreements.models import AgreementVersion, User
from leads.importing.kept_reasons import in_words
from leads.models import FileImport
from leads.personal.raw_files import search_files
from tests.leads.importing.file_imports import JOAO, PAULO, bring, table, take_in_whole
from tests.leads.pages import NOW, text_of
from tests.leads.personal.forgotten_files import forget, tell_of_paulo

pytestmark = pytest.mark.django_db


def test_it_works(client: Client, version: AgreementVersion, admin: User) -> None:
    """The others' cells are shown as before; of a word of the forgotten no meaning stays."""
    tell_of_paulo(version)
    rows = [[*PAULO[:6], "Paulo's own"], JOAO, ["3", "Rui", "Alves", "rui@example.com", *JOAO[4:]]]
    brought = bring(version.agreement, admin, table(*rows))
    words = {"6": {"Paulo's own": "mql", "Ana": "mql"}}
    FileImport.objects.update(draft=brought.draft | {"values": words})
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    brought.refresh_from_db()
    assert brought.found is not None
    samples = {each["name"]: each["samples"] for each in brought.found["columns"]}
    assert samples["Email"] == ["joao@example.com", "rui@example.com"]
    assert brought.found["rows"] == 3
    assert brought.draft["values"] == {"6": {"Ana": "mql"}}
    assert "Paulo" not in str(brought.found)
    client.force_login(admin)
    shown = text_of(client.get(f"/agreements/acme/imports/{brought.pk}/"))
    assert "joao@example.com" in shown


def test_of_a_file_that_began_with_the_person_no_column_has_a_name(
    client: Client, version: AgreementVersion, admin: User
) -> None:
    tell_of_paulo(version)
    content = b"9;Paulo Souza;paulo@example.com\n10;Rui;rui@example.com\n"
    brought = bring(version.agreement, admin, content)
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    brought.refresh_from_db()
    assert "Paulo" not in str(brought.found)
    client.force_login(admin)
    assert client.get(f"/agreements/acme/imports/{brought.pk}/").status_code == 200


def test_of_reasons_only_what_they_quote_of_cells_that_are_gone_goes(
    version: AgreementVersion, admin: User
) -> None:
    tell_of_paulo(version)
    short, wrong = (
        [*JOAO, "more"],
        ["4", "P.", "S.", "paulo@example.com", "31/02/2026 10:00", "", ""],
    )
    nameless = ["", *JOAO[1:]]
    other = ["5", "R.", "S.", "rui@example.com", "01/09/2026 10:00", "31/02/2026 11:00", ""]
    done = take_in_whole(version.agreement, admin, table(JOAO, short, wrong, nameless, other))
    before = done.delivery.summary or {}
    assert len(before["reasons"]) == 4
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    done.delivery.refresh_from_db()
    after = done.delivery.summary or {}
    quoting = [each for each in before["reasons"] if "value" in each["params"]]
    quoted = [each["params"]["value"] for each in quoting]
    assert quoted == ["31/02/2026 10:00", "31/02/2026 11:00"]
    quoting[0]["params"]["value"] = "[forgotten]"
    assert after["reasons"] == before["reasons"]
    with translation.override("es"):
        assert in_words(after["reasons"])[1]["reason"].startswith("“[olvidado]” en")


def test_sentences_kept_before_there_were_codes_go(version: AgreementVersion, admin: User) -> None:
    tell_of_paulo(version)
    wrong = ["4", "P.", "S.", "paulo@example.com", "31/02/2026 10:00", "", ""]
    done = take_in_whole(version.agreement, admin, table(JOAO, wrong))
    kept = {"reason": "“31/02/2026 10:00” in “Create Date” is not a time.", "rows": 1}
    done.delivery.summary = {**(done.delivery.summary or {}), "reasons": [kept | {"first_line": 3}]}
    done.delivery.save(update_fields=["summary"])
    forget("Paulo Souza", admin)
    assert search_files(now=NOW) == 1
    done.delivery.refresh_from_db()
    assert (done.delivery.summary or {})["reasons"] == [
        {"reason": "[forgotten]", "rows": 1, "first_line": 3}
    ]
