"""A file tells what it has columns for: whatever else is known of its leads stays."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import permutations

import pytest

from agreements.models import Agreement, User
from leads.actions import file_imports
from leads.models import FileImport, Lead, LeadChange
from leads.rebuild import rebuild
from tests.leads.importing.file_imports import NOW, bring, take_in_whole, try_out, work

pytestmark = pytest.mark.django_db

LEADS = b"id,name,email,created\n1,Ana,ana@a.example,2026-09-01\n2,Rui,rui@b.example,2026-09-02\n"
TITLES = b"id,job title\n1,Director\n"
PHONES = b"id,phone,created,email\n1,+55 11 98000 0001,2026-09-01,ana@new.example\n"


def take_in(agreement: Agreement, by: User, files: Iterable[bytes]) -> list[FileImport]:
    """Take files of one source in, an hour after each other."""
    return [
        take_in_whole(agreement, by, content, now=NOW + timedelta(hours=hour))
        for hour, content in enumerate(files)
    ]


def known_of(external_id: str) -> dict[str, object]:
    lead = Lead.objects.get(identities__external_id=external_id)
    return dict(lead.attributes)


ANA = {"name": "Ana", "email": "ana@a.example"}


def test_it_works(agreement: Agreement, marta: User) -> None:
    take_in(agreement, marta, [LEADS, TITLES])
    assert known_of("1") == ANA | {"job_title": "Director"}
    lead = Lead.objects.get(identities__external_id="1")
    assert (lead.name, lead.email) == ("Ana", "ana@a.example")
    assert known_of("2") == {"name": "Rui", "email": "rui@b.example"}
    assert rebuild(now=NOW) == 0


@pytest.mark.parametrize("files", [*permutations([LEADS, TITLES])])
def test_whichever_came_first(agreement: Agreement, marta: User, files: list[bytes]) -> None:
    take_in(agreement, marta, files)
    assert known_of("1") == ANA | {"job_title": "Director"}
    assert rebuild(now=NOW) == 0


def test_of_what_both_tell_the_later_file_holds(agreement: Agreement, marta: User) -> None:
    """Whatever its columns are, and though both say that it was so since the same day."""
    take_in(agreement, marta, [LEADS, PHONES])
    expected = {"name": "Ana", "email": "ana@new.example", "phone": "+55 11 98000 0001"}
    assert known_of("1") == expected
    assert rebuild(now=NOW) == 0
    again = LEADS.replace(b"ana@a.example", b"ana@newest.example")
    take_in_whole(agreement, marta, again, now=NOW + timedelta(days=1))
    assert known_of("1") == expected | {"email": "ana@newest.example"}
    assert rebuild(now=NOW) == 0


def test_an_empty_cell_of_a_column_tells_that_nothing_is_known_any_more(
    agreement: Agreement, marta: User
) -> None:
    take_in(agreement, marta, [LEADS, LEADS.replace(b"ana@a.example", b"")])
    assert known_of("1") == {"name": "Ana"}


def test_the_same_columns_in_another_order_tell_the_same(agreement: Agreement, marta: User) -> None:
    other = b"created,email,id,name\n2026-09-01,ana@a.example,1,Ana\n"
    _first, second = take_in(agreement, marta, [LEADS, other])
    assert second.delivery.summary is not None
    assert second.delivery.summary["facts"]["by_kind"]["attributes"] == {
        "new": 0, "revised": 0, "repeated": 1,
    }  # fmt: skip


def test_a_repeated_file_is_known_and_foreseen_to_be(agreement: Agreement, marta: User) -> None:
    take_in(agreement, marta, [LEADS, PHONES])
    before = LeadChange.objects.count()
    checked = try_out(bring(agreement, marta, PHONES, now=NOW + timedelta(days=1)))
    assert checked.foreseen is not None
    expected = {"new": 0, "revised": 0, "repeated": 1}
    assert checked.foreseen["facts"]["by_kind"]["attributes"] == expected
    take_in_whole(agreement, marta, PHONES, now=NOW + timedelta(days=1))
    assert LeadChange.objects.count() == before


def test_the_dry_run_foresees_what_comes_of_it(agreement: Agreement, marta: User) -> None:
    take_in(agreement, marta, [LEADS])
    later = NOW + timedelta(hours=1)
    checked = try_out(bring(agreement, marta, TITLES, now=later))
    done = take_in_whole(agreement, marta, TITLES, now=later)
    assert checked.foreseen is not None
    assert done.delivery.summary is not None
    assert checked.foreseen["leads"] == done.delivery.summary["leads"] == {"new": 0}
    kinds = [told["facts"]["by_kind"] for told in (checked.foreseen, done.delivery.summary)]
    assert kinds[0]["attributes"] == kinds[1]["attributes"]


@pytest.mark.parametrize(("undone", "left"), [(0, {"job_title": "Director"}), (1, ANA)])
def test_either_file_is_undone_alone(
    agreement: Agreement, marta: User, undone: int, left: dict[str, object]
) -> None:
    files = take_in(agreement, marta, [LEADS, TITLES])
    file_imports.undo(delivery=files[undone].delivery, by=marta, now=NOW)
    work(files[undone])
    assert known_of("1") == left
    assert rebuild(now=NOW) == 0


def test_rows_of_rejects_tell_the_same_facts(agreement: Agreement, marta: User) -> None:
    """Corrected and sent again, with the line and the reason in front of them."""
    content = LEADS + b"".join(b"%d,Lia,,2026-09-01\n" % number for number in range(4, 20))
    content += b"3,Eva,eva@c.example,soon\n"
    take_in_whole(agreement, marta, content)
    corrected = b"rejected_line,rejected_reason,id,name,email,created\n"
    corrected += b"4,not a date,3,Eva,eva@c.example,2026-09-03\n4,,1,Ana,ana@a.example,2026-09-01\n"
    done = take_in_whole(agreement, marta, corrected, now=NOW + timedelta(hours=1))
    assert done.delivery.summary is not None
    assert done.delivery.summary["facts"]["by_kind"]["attributes"] == {
        "new": 1, "revised": 0, "repeated": 1,
    }  # fmt: skip
