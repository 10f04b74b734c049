"""What is handed out of a person names every stored file with a row about them."""

from typing import Any

import pytest
from django.utils import timezone

from agreements.models import AgreementVersion, User
from leads.models import Delivery, Lead
from leads.personal.person_file import kept_about
from leads.stored_files import empty_files
from tests.leads.importing.file_imports import JOAO, PAULO, bring, table, take_in_whole, workbook_of
from tests.leads.importing.files import NOBODY, run, write
from tests.leads.pages import NOW
from tests.leads.personal.forgotten_files import forget, tell_of_paulo

pytestmark = pytest.mark.django_db

OF_ANOTHER = ["3", "Rui", "Alves", "rui@example.com", "01/09/2026 09:00", "", ""]


def kept(name: str = "Paulo Souza") -> dict[str, Any]:
    return kept_about(Lead.objects.get(name=name), now=NOW)


def files(told: dict[str, Any]) -> list[str]:
    return sorted(each["file"] for each in told["files"])


def test_it_works(version: AgreementVersion, admin: User) -> None:
    """Those that told facts, rejected rows, drafts by address and by id; not other people's."""
    agreement, again = version.agreement, [*PAULO[:4], "31/02/2026 10:00", "", ""]
    take_in_whole(agreement, admin, table(PAULO, JOAO), name="first.csv")
    take_in_whole(agreement, admin, table(again, OF_ANOTHER), name="second.csv")
    bring(agreement, admin, table(OF_ANOTHER, PAULO), name="draft.csv")
    by_id = b"Record ID;Phone\n1;11 98765-4321\n"
    drafted = bring(agreement, admin, by_id, name="ids.csv")
    drafted.draft["source"] = "hubspot"
    drafted.save(update_fields=["draft"])
    bring(agreement, admin, workbook_of(A=[["x"], ["y"]], B=[["Email"], [PAULO[3]]]), name="b.xlsx")
    bring(agreement, admin, table(OF_ANOTHER), name="others.csv")
    told = kept()
    assert files(told) == [
        "b.xlsx", "draft.csv", "first.csv", "ids.csv", "second.csv", "second.rejects.csv",
    ]  # fmt: skip
    assert told["files_not_searched"] == []


def test_of_somebody_else_only_their_own_are_named(version: AgreementVersion, admin: User) -> None:
    take_in_whole(version.agreement, admin, table(JOAO), name="first.csv")
    take_in_whole(version.agreement, admin, table(PAULO), name="second.csv")
    assert files(kept()) == ["second.csv"]


def test_what_cannot_be_read_is_counted(
    version: AgreementVersion, admin: User, caplog: pytest.LogCaptureFixture
) -> None:
    tell_of_paulo(version)
    bring(version.agreement, admin, b"%PDF-1.7 paulo@example.com", name="leads.pdf")
    bring(version.agreement, admin, b" \n", name="blank.csv")
    told = kept()
    assert (files(told), told["files_not_searched"]) == ([], [{"number": 1}])
    # One line each, which quotes no row.
    logged = [each for each in caplog.records if each.name == "leads.personal.stored_files"]
    assert [each.exc_info for each in logged] == [None] * len(logged)
    assert len(logged) == 1


def test_no_more_is_read_than_somebody_can_wait_for(version: AgreementVersion, admin: User) -> None:
    """The latest files first; what a page leaves out is read by the command."""
    tell_of_paulo(version)
    for name, now in (("old.csv", NOW), ("new.csv", timezone.now())):
        bring(version.agreement, admin, table(PAULO), name=name, now=now)
    lead = Lead.objects.get(name="Paulo Souza")
    told = kept_about(lead, now=NOW, most_bytes=len(table(PAULO)))
    assert (files(told), told["files_not_searched"]) == (["new.csv"], [{"number": 1}])
    told = kept()
    assert (sorted(files(told)), told["files_not_searched"]) == (["new.csv", "old.csv"], [])


@pytest.mark.usefixtures("here")
@pytest.mark.usefixtures("version")
def test_a_file_that_is_stored_no_more_is_named() -> None:
    run(write(NOBODY))
    empty_files([Delivery.objects.get().pk])
    assert files(kept("João")) == ["leads.csv"]


def test_who_was_forgotten_is_found_until_the_files_are_searched(
    version: AgreementVersion, admin: User
) -> None:
    tell_of_paulo(version)
    lead = Lead.objects.get(name="Paulo Souza")
    bring(version.agreement, admin, table(PAULO, JOAO))
    forget("Paulo Souza", admin)
    assert files(kept_about(lead, now=NOW)) == ["leads.csv"]
