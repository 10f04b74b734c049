"""What of a file cannot be read comes back to be corrected, and what cannot be done is told."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agreements.models import Audit
from leads.models import Delivery, FollowUp, Lead
from tests.factories import make_user, make_version
from tests.leads.importing.files import (
    ANA,
    HEADER,
    MAPPING,
    NOBODY,
    many_rows,
    run,
    state_after,
    write,
)
from tests.leads.state import state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("here")]


def test_rows_that_cannot_be_read_go_to_a_file_that_can_be_sent_again() -> None:
    make_version()
    rows = many_rows(20)
    expected = state_after(lambda: run(write(*rows)))
    bad = [list(row) for row in rows]
    bad[3][3] = "someday"
    bad[7][3] = "sometime"
    bad[11] = bad[11][:4]

    summary = run(write(*bad), "--rejects", "bad.csv")

    assert (summary["taken"], summary["rejected"]) == (17, 3)
    assert summary["rejects"] == "bad.csv"
    assert summary["reasons"] == [
        {
            "reason": "“someday” in “offered” is not a time; write it as 2026-03-31T16:05:00.",
            "rows": 2,
            "first_line": 5,
        },
        {"reason": "The row has 4 cells, but the header has 9.", "rows": 1, "first_line": 13},
    ]
    with Path("bad.csv").open(encoding="utf-8-sig", newline="") as file:
        rejected = list(csv.reader(file, delimiter=";"))
    assert rejected[0] == ["rejected_line", "rejected_reason", *HEADER]
    assert [row[0] for row in rejected[1:]] == ["5", "9", "13"]
    assert rejected[1][2:] == bad[3]
    corrected = [rejected[0], *([*row[:2], *rows[int(row[0]) - 2]] for row in rejected[1:])]
    with Path("corrected.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(corrected)
    assert run("corrected.csv")["rejected"] == 0
    assert state() == expected


def test_a_row_the_database_does_not_take_is_found_among_the_others() -> None:
    make_version()
    Path("map.yaml").write_text(MAPPING.replace("delimiter", "encoding: unicode_escape, delimiter"))
    rows = many_rows(30)
    rows[17][1] = "\\ud800"

    summary = run(write(*rows))

    assert (summary["taken"], summary["rejected"]) == (29, 1)
    assert summary["reasons"][0]["first_line"] == 19
    assert "The database does not take it" in summary["reasons"][0]["reason"]


def test_a_zero_character_is_refused() -> None:
    make_version()
    summary = run(write([*ANA[:1], "Pau\0lo" + "x" * 400, *ANA[2:]], NOBODY))
    assert summary["taken"] == 1
    assert summary["reasons"][0]["reason"] == "The row holds a zero character; remove it."


def test_the_summary_is_for_people_too(capsys: pytest.CaptureFixture[str]) -> None:
    make_version()
    name = write(ANA, NOBODY, ["3"])
    call_command("import_facts", name, "--mapping", "map.yaml", "--agreement", "acme")
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "Rows: 3, taken 2, rejected 1.",
        "Facts: 9 new, 0 revised, 0 repeated.",
        "  attributes: 2 new, 0 revised, 0 repeated",
        "  deal: 1 new, 0 revised, 0 repeated",
        "  event: 3 new, 0 revised, 0 repeated",
        "  follow_up: 1 new, 0 revised, 0 repeated",
        "  stage: 2 new, 0 revised, 0 repeated",
        "Leads: 2 new.",
        "Rejected rows: 1, first in line 4: The row has 1 cells, but the header has 9.",
        "The rejected rows are in leads.rejects.csv: correct them and import that file.",
    ]
    assert told.err == ""


@pytest.mark.parametrize(
    ("file", "told_mapping", "slug", "options", "sentence"),
    [
        (
            "leads.csv", "map.yaml", "other", (),
            "There is no agreement “other”: choose one of acme.",
        ),
        (
            "missing.csv", "map.yaml", "acme", (),
            ("missing.csv cannot be opened: No such file or directory. Check its name and "
            "permissions."),
        ),
        (
            "leads.csv", "missing.yaml", "acme", (),
            ("missing.yaml cannot be opened: No such file or directory. Check its name and "
            "permissions."),
        ),
        (
            "other.csv", "map.yaml", "acme", (),
            ("map.yaml does not fit:\nThe file has no column “answered”; its columns are id, nome. "
            "Correct the mapping."),
        ),
        (
            "latin.csv", "map.yaml", "acme", (),
            ("latin.csv is not utf-8 (byte 62 is not): save it as UTF-8, or name its encoding in "
            "the mapping, as in “file: {encoding: windows-1252}”."),
        ),
        (
            "leads.csv", "map.yaml", "acme", ("--rejects", "leads.csv"),
            "Rejected rows cannot replace the file they come from: name another one.",
        ),
        (
            "leads.csv", "stage.yaml", "acme", (),
            ("stage.yaml: facts.1.stage: The agreement has no stage “sal”; choose one of lead, "
            "mql, sql, customer."),
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_in_a_sentence(
    file: str, told_mapping: str, slug: str, options: tuple[str, ...], sentence: str
) -> None:
    make_version()
    write(ANA)
    write(NOBODY, name="latin.csv", encoding="latin-1")
    Path("other.csv").write_text("id;nome\n1;a\n")
    Path("stage.yaml").write_text(MAPPING.replace("stage: mql", "stage: sal"))

    with pytest.raises(CommandError) as raised:
        call_command("import_facts", file, "--mapping", told_mapping, "--agreement", slug, *options)

    assert str(raised.value).startswith(sentence)
    assert raised.value.returncode == 1
    assert not Delivery.objects.exists()
    assert not Lead.objects.exists()


def test_without_any_agreement_it_says_how_to_come_by_one() -> None:
    with pytest.raises(CommandError, match=r"`manage\.py adopt_agreement`"):
        run(write(ANA))


def test_who_imports_is_kept() -> None:
    agreement = make_version().agreement
    helena = make_user("Helena", team=agreement.marketing_team, role="lead")

    run(write(ANA), "--by", "Helena@example.com")

    assert Delivery.objects.get().received_by == helena
    assert Audit.objects.get(action="leads.file.imported").actor_id == helena.pk
    assert FollowUp.objects.get().recorded_by == helena


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("ana@example.com", "Only the leads of the two parties and administrators import files."),
        ("who@example.com", "Nobody has the e-mail address who@example.com."),
    ],
)
def test_who_may_not_import_is_told(email: str, sentence: str) -> None:
    make_user("Ana", team=make_version().agreement.sales_team)

    for options in ((), ("--dry-run",)):
        with pytest.raises(CommandError, match=sentence):
            run(write(ANA), "--by", email, *options)

    assert not Delivery.objects.exists()
