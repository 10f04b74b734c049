"""Of which import rejected rows are that are brought again: known, asked, and said."""

from codecs import BOM_UTF8

import pytest
from django.test import Client

from leads.importing import rows_again
from leads.importing.corrected_files import corrections_of
from leads.models import Delivery, FileImport
from tests.leads.importing.corrected_files import CONTENT, bring, rejects_of, take_in, work
from tests.leads.pages import text_of
from tests.page_forms import form_values

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("marta")]


def week(*people: bytes, sure: bytes = b"x" * 8) -> bytes:
    """Return an export with many columns that say the same of everybody, and three bad dates."""
    same = b"".join(b",Owner %d" % number for number in range(10))
    rows = [b"id,email,name,created,tel" + same.replace(b"Owner", b"column")]
    for number, name in enumerate([*people, *(b"%s%d" % (people[0], each) for each in range(20))]):
        day = b"soon" if number < 3 else b"2026-09-01"
        rows.append(b"%s%d,%s@x.pt,%s,%s,+351 %d" % (sure, number, name, name, day, number) + same)
    return b"\n".join(rows) + b"\n"


WEEK_45 = week(b"Ana", b"Rui", b"Eva", sure=b"45")
WEEK_46 = week(b"Lia", b"Gil", b"Noa", sure=b"46")


def corrects_of(page: str) -> str:
    file_import = FileImport.objects.get(pk=int(page.split("/")[-2]))
    return str(file_import.corrects or "")


@pytest.mark.parametrize(
    ("name", "has_reasons"),
    [("w45.rejects.csv", True), ("w46.rejects.csv", True), ("mended.csv", False)],
)
def test_it_works(client: Client, name: str, *, has_reasons: bool) -> None:
    """Not by what all rows say, nor by a name."""
    first = take_in(client, "w45.csv", WEEK_45)
    rejects = rejects_of(client, first).replace(b"soon", b"2026-09-02")
    if not has_reasons:
        rows = [row.split(b",") for row in rejects.splitlines()]
        rejects = b"\n".join(b",".join([row[0], *row[-15:]]) for row in rows)
    second = take_in(client, "w46.csv", WEEK_46)
    assert corrects_of(take_in(client, name, rejects)) == "w45.csv"
    assert "Every row that was rejected came in by them." in text_of(client.get(first))
    assert "Corrected rows" not in text_of(client.get(second))


def say_origin(client: Client, page: str, corrects: str) -> str:
    client.post(f"{page}corrects/", {"corrects": corrects})
    work()
    return text_of(client.get(page))


def test_rows_of_another_week_are_like_those_of_no_import(client: Client) -> None:
    """However much all rows of both weeks have alike."""
    first = take_in(client, "w45.csv", WEEK_45)
    rejects = rejects_of(client, first)
    take_in(client, "w46.csv", WEEK_46)
    FileImport.objects.filter(pk=int(first.split("/")[-2])).update(rejects="")
    page = bring(client, "w45.rejects.csv", rejects)
    assert corrects_of(page) == ""
    assert "like those of no import" in text_of(client.get(page))


@pytest.mark.parametrize("name", ["w45.rejects.csv", "w45.rejects (2).csv", "mended.csv"])
def test_where_two_fit_alike_the_name_decides_or_it_is_asked(client: Client, name: str) -> None:
    first = take_in(client, "w45.csv", WEEK_45)
    take_in(client, "w46.csv", WEEK_45.replace(b"+351 1,", b"+351 9,"))
    page = bring(client, name, rejects_of(client, first).replace(b"soon", b"2026-09-02"))
    told = text_of(client.get(page))
    if name == "mended.csv":
        assert corrects_of(page) == ""
        assert "The rows fit “w46.csv” and “w45.csv” nearly alike." in told
        # Nobody answers by the button alone.
        unsaid = form_values(client.get(page).content.decode(), "import-origin")
        assert unsaid["corrects"] == [""]
        refused = client.post(f"{page}corrects/", unsaid, follow=True)
        assert "Choose the import that rejected the rows." in text_of(refused)
        assert corrects_of(page) == ""
    else:
        assert corrects_of(page) == "w45.csv"


def test_one_that_was_undone_or_corrected_by_the_other_counts_less(client: Client) -> None:
    undone = take_in(client, "w45.csv", WEEK_45)
    rejects = rejects_of(client, undone)
    client.post(f"{undone}undo/")
    work()
    again = take_in(client, "anew.csv", WEEK_45)
    assert corrects_of(bring(client, "w45.rejects.csv", rejects)) == "anew.csv"
    half = take_in(client, "half.csv", rejects.replace(b"soon", b"2026-09-02", 2), on=again)
    assert corrects_of(bring(client, "rest.csv", rejects_of(client, half))) == "half.csv"


def test_rows_of_two_imports_are_asked_about(client: Client) -> None:
    """Whichever of the two has more of them, and also where both rejected the same lines."""
    first = take_in(client, "w45.csv", WEEK_45)
    second = take_in(client, "w46.csv", WEEK_46)
    rows = rejects_of(client, first).splitlines() + rejects_of(client, second).splitlines()[1:]
    for brought in (rows, rows[:-2]):
        page = bring(client, "both.csv", b"\n".join(brought).replace(b"soon", b"2026-09-02"))
        assert corrects_of(page) == ""
        told = text_of(client.get(page))
        assert "The file brings rejected rows of “w45.csv” and “w46.csv”." in told.replace(
            "“w46.csv” and “w45.csv”", "“w45.csv” and “w46.csv”"
        )
        assert "It is read like one import alone" in told


def test_one_row_of_another_import_among_many_is_noticed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where more cells are in a file than are kept, the page says that not all were compared."""
    good = "".join(f"{number},Lia{number},2026-09-01\n" for number in range(900, 920))
    bad = "".join(f",Ana{number},2026-09-01\n" for number in range(450))
    first = take_in(client, "w45.csv", f"id,name,created\n{bad}{good}".encode())
    second = take_in(client, "w46.csv", f"id,name,created\n,Rui,2026-09-01\n{good}".encode())
    rows = rejects_of(client, first).splitlines()
    rows.insert(204, rejects_of(client, second).splitlines()[1])
    told = text_of(client.get(bring(client, "both.csv", b"\n".join(rows))))
    assert "The file brings rejected rows of “w46.csv” and “w45.csv”." in told
    sampled = "Not all of its rows were compared with those that were rejected"
    assert sampled not in told
    monkeypatch.setattr(rows_again, "_MOST_CELLS", 1)
    page = bring(client, "both.csv", b"\n".join(rows))
    assert corrects_of(page) == "w45.csv"
    assert sampled in text_of(client.get(page))


def test_of_which_import_it_is_can_be_said_while_it_is_a_draft(client: Client) -> None:
    first = take_in(client, "w45.csv", WEEK_45)
    second = take_in(client, "w46.csv", WEEK_46)
    mended = rejects_of(client, first).replace(b"soon", b"2026-09-02").removeprefix(BOM_UTF8)
    page = bring(client, "mended.csv", mended)
    assert "of another import, or of none" in text_of(client.get(page))
    told = say_origin(client, page, second.split("/")[-2])
    assert "It brings rejected rows of w46.csv again" in told
    told = say_origin(client, page, "none")
    assert "again and is read like it" not in told
    assert "It brings rejected rows of an import after all" in told
    assert "Which import rejected these rows?" in told
    said = form_values(client.get(page).content.decode(), "import-origin")
    assert said["corrects"] == ["none"]
    client.post(f"{page}columns/", {"encoding": "windows-1252", "go": "save"})
    work()
    assert corrects_of(page) == ""
    assert "w45.csv again" in say_origin(client, page, first.split("/")[-2])
    client.post(f"{page}columns/", {"go": "check"})
    work()
    assert "Which import rejected these rows?" not in text_of(client.get(page))
    say_origin(client, page, "none")
    assert corrects_of(page) == "w45.csv"


def test_a_file_without_lines_can_be_said_to_be_of_none(client: Client) -> None:
    first = take_in(client, "w45.csv", WEEK_45)
    page = bring(client, "bare.csv", WEEK_46, on=first)
    assert corrects_of(page) == "w45.csv"
    say_origin(client, page, "none")
    assert corrects_of(page) == ""
    assert "w45.csv again" in say_origin(client, page, first.split("/")[-2])


@pytest.mark.parametrize(
    ("name", "content", "corrects"),
    [
        ("fair.rejects.csv", None, "fair.csv"),
        ("fair.rejects (1).csv", None, "fair.csv"),
        ("shop.rejects.csv", None, "fair.csv"),
        ("mended.csv", b"rejected_line,id,name,created\n3,2,Rui,2026-09-02\n", "fair.csv"),
        ("mended.csv", b"id,name,created,rejected_line\n2,Rui,2026-09-02,3\n,,,4\n", "fair.csv"),
        ("mended.csv", b"rejected_line,id,name,created\n3,8,Bia,2026-09-02\n", None),
        ("mended.csv", b"rejected_line,id,name,created\n5,2,Rui,2026-09-02\n", None),
        ("mended.csv", b"rejected_line,id,name,created\n,2,Rui,2026-09-02\n", None),
        ("fair.rejects.csv", b"rejected_line,id,name,created\n,2,Rui,2026-09-02\n", "fair.csv"),
        ("fair.rejects.csv", CONTENT, None),
        ("fair.rejects.csv", b"rejected_line,rejected_reason,id,town\n3,soon,2,Rio\n", None),
    ],
)
def test_brought_elsewhere_it_is_known_by_its_rows_or_its_name(
    client: Client, name: str, content: bytes | None, corrects: str | None
) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    take_in(client, name, rejects_of(client, first) if content is None else content)
    corrected = FileImport.objects.latest("pk").corrects
    assert (corrected and str(corrected)) == corrects


def test_rows_tell_which_of_two_files_of_one_name_it_was(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    rejects = rejects_of(client, first)
    take_in(client, "fair.csv", CONTENT.replace(b"2,Rui,soon", b"2,Nuno,never"))
    take_in(client, "fair.rejects.csv", rejects.replace(b"soon", b"2026-09-02"))
    corrected = FileImport.objects.latest("pk").corrects
    assert corrected is not None
    assert first.endswith(f"/{corrected.pk}/")


def test_in_doubt_it_is_asked(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    undone = take_in(client, "fair.csv", CONTENT.replace(b"Rui", b"Ruy"))
    client.post(f"{undone}undo/")
    work()
    other = b"rejected_line,id,name,created\n3,8,Bia,2026-09-02\n"
    page = bring(client, "other.csv", other)
    asked = client.get(page).content.decode()
    assert "Which import rejected these rows?" in asked
    of_undone, of_first = (
        asked.index(f'value="{each.split("/")[-2]}"') for each in (undone, first)
    )
    assert of_first < of_undone

    refused = client.post(f"{page}corrects/", {"corrects": "0"}, follow=True)
    assert "Choose the import that rejected the rows." in text_of(refused)
    client.post(f"{page}corrects/", {"corrects": first.split("/")[-2]})
    work()
    told = client.get(page)
    assert "It brings rejected rows of fair.csv again and is read like it." in text_of(told)
    assert "like those of no import" not in text_of(told)
    assert FileImport.objects.latest("pk").draft["source"] == "fair"


def test_a_question_that_nobody_answered_is_said_again_before_the_import(client: Client) -> None:
    take_in(client, "fair.csv", CONTENT)
    page = bring(client, "other.csv", b"rejected_line,id,name,created\n3,8,Bia,2026-09-02\n")
    unsaid = "Nobody said which import rejected these rows."
    client.post(f"{page}columns/", {"go": "check"})
    work()
    assert unsaid in text_of(client.get(page))

    page = bring(client, "third.csv", b"rejected_line,id,name,created\n3,9,Bia,2026-09-02\n")
    client.post(f"{page}corrects/", {"corrects": "none"})
    work()
    client.post(f"{page}columns/", {"go": "check"})
    work()
    assert unsaid not in text_of(client.get(page))


def test_another_file_brought_on_its_page_corrects_nothing(client: Client) -> None:
    first = take_in(client, "fair.csv", CONTENT)
    take_in(client, "towns.csv", b"id,town\n1,Rio\n", on=first)
    assert FileImport.objects.latest("pk").corrects is None
    assert corrections_of(Delivery.objects.all()) == {}
