"""A file without a column of stages tells one only of leads that have none: no other goes back."""

from datetime import timedelta

import pytest
from django.test import Client

from agreements.models import Agreement, User
from leads.actions import file_imports
from leads.guessing.drafts import NOTHING
from leads.importing import file_work
from leads.models import FileImport, LeadStage, StageEntry
from leads.rebuild import rebuild
from tests.leads.importing.file_imports import (
    NOW,
    bring,
    draft_of,
    take_in,
    take_in_whole,
    try_out,
    work,
)
from tests.leads.pages import text_of
from tests.page_forms import form_values

pytestmark = pytest.mark.django_db

REACHED = b"id,name,created,mql date\n1,Ana,2026-09-01,2026-09-02\n"
NAMES = b"id,company\n1,Acme\n2,Blue\n"
DEALS = (
    b"deal id,id,amount,deal status,close date\nD1,1,100,won,2026-09-04\nD2,3,5,lost,2026-09-04\n"
)
LATER = NOW + timedelta(hours=1)


def stages(agreement: Agreement) -> dict[str, str]:
    reached = LeadStage.objects.filter(agreement=agreement)
    return dict(reached.values_list("lead__identities__external_id", "stage"))


def test_it_works(agreement: Agreement, marta: User, client: Client) -> None:
    take_in_whole(agreement, marta, REACHED)
    checked = try_out(bring(agreement, marta, NAMES, now=LATER))
    assert draft_of(checked).reached == "lead"
    told = text_of(client.get(f"/agreements/acme/imports/{checked.pk}/"))
    assert "1 lead is told to have reached “Lead”." in told
    assert "would be in no list" not in told

    done = take_in(checked, marta, now=LATER)
    assert stages(agreement) == {"1": "mql", "2": "lead"}
    assert StageEntry.objects.filter(delivery=done.delivery).count() == 1
    assert rebuild(now=LATER) == 0


def test_a_file_without_dates_moves_nobody_when_it_comes_again(
    agreement: Agreement, marta: User
) -> None:
    take_in_whole(agreement, marta, NAMES)
    before = list(StageEntry.objects.holding().values_list("occurred_at", "lead"))
    again = NAMES + b"3,Coda\n"
    take_in_whole(agreement, marta, again, now=NOW + timedelta(days=9))
    assert StageEntry.objects.count() == 3
    assert list(StageEntry.objects.holding().values_list("occurred_at", "lead"))[:2] == before


def test_it_is_foreseen_whoever_told_of_the_stage(
    agreement: Agreement, marta: User, client: Client
) -> None:
    """Also somebody in the portal, which is told in no delivery."""
    take_in_whole(agreement, marta, REACHED)
    StageEntry.objects.update(delivery=None)
    checked = try_out(bring(agreement, marta, b"id,company\n1,Acme\n", now=LATER))
    told = text_of(client.get(f"/agreements/acme/imports/{checked.pk}/"))
    assert "told to have reached" not in told
    take_in(checked, marta, now=LATER)
    assert stages(agreement) == {"1": "mql"}


def test_a_repeated_file_is_known(agreement: Agreement, marta: User) -> None:
    dated = b"id,company,created\n1,Acme,2026-09-01\n"
    take_in_whole(agreement, marta, dated)
    done = take_in_whole(agreement, marta, dated, now=LATER)
    assert done.delivery.summary is not None
    assert done.delivery.summary["facts"]["by_kind"]["stage"] == {
        "new": 0, "revised": 0, "repeated": 1,
    }  # fmt: skip


def test_an_import_that_goes_on_tells_all_of_them(
    agreement: Agreement, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its first part told keeps no row of the others back."""
    monkeypatch.setattr("leads.importing.imports.BATCH", 1)
    rows = b"id,company,created\n1,Acme,2026-09-01\n2,Blue,2026-09-01\n1,Acme,2026-09-03\n"
    done = take_in_whole(agreement, marta, rows)
    entries = StageEntry.objects.values_list("external_id", "occurred_at", "is_current")
    before = sorted(entries)
    FileImport.objects.filter(pk=done.pk).update(state=FileImport.State.STOPPED)
    take_in(done, marta, now=LATER)
    assert sorted(entries) == before
    assert len(before) == 3


def test_once_what_told_of_a_stage_is_undone_it_is_told(agreement: Agreement, marta: User) -> None:
    first = take_in_whole(agreement, marta, REACHED)
    file_imports.undo(delivery=first.delivery, by=marta, now=NOW)
    work(first)
    take_in_whole(agreement, marta, NAMES, now=LATER)
    assert stages(agreement) == {"1": "lead", "2": "lead"}


def test_of_a_file_of_deals_none_is_proposed(
    agreement: Agreement, marta: User, client: Client
) -> None:
    brought = bring(agreement, marta, DEALS, now=LATER)
    assert draft_of(brought).reached == NOTHING
    page = f"/agreements/acme/imports/{brought.pk}/"
    shown = form_values(client.get(page).content.decode(), "import-columns")
    client.post(f"{page}columns/", shown | {"go": "check"})
    file_work.work_on_what_was_left(now=LATER)
    told = text_of(client.get(page))
    assert "2 leads would be in no list of the agreement." in told
    assert "told to have reached" not in told
    client.post(f"{page}take-in/")
    file_work.work_on_what_was_left(now=LATER)
    assert stages(agreement) == {"1": "customer"}
    # A lead that is a customer by its deal alone goes back to no stage either.
    take_in_whole(agreement, marta, b"id,company\n1,Acme\n3,Coda\n", now=LATER)
    assert stages(agreement) == {"1": "customer", "3": "lead"}
