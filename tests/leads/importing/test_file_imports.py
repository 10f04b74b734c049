"""A file comes in by the browser: it is looked through, tried, taken in, and undone as a whole."""

from datetime import timedelta
from typing import Any

import pytest

from agreements.models import AgreementVersion, Audit, User
from leads.actions import file_imports
from leads.importing import file_work
from leads.models import FileImport, Lead, LeadChange, StageEntry
from leads.rebuild import rebuild
from leads.settle import settle
from tests.factories import local, make_version
from tests.leads.importing.file_imports import (
    JOAO,
    NOW,
    PAULO,
    bring,
    draft_of,
    table,
    take_in,
    take_in_whole,
    try_out,
    work,
)

pytestmark = pytest.mark.django_db

State = FileImport.State


@pytest.fixture
def version() -> AgreementVersion:
    return make_version()


def test_it_works(version: AgreementVersion, marta: User) -> None:
    brought = bring(version.agreement, marta, table(PAULO, JOAO, encoding="windows-1252"))

    draft = draft_of(brought)
    assert (draft.encoding, draft.delimiter, draft.order) == ("windows-1252", ";", "dmy")
    assert (draft.source, draft.lead, draft.preset) == ("hubspot", 0, "hubspot-contacts")
    assert draft.roles == [
        "", "first_name", "last_name", "email", "known_at", "stage:mql", "own",
    ]  # fmt: skip

    checked = try_out(brought)
    assert checked.state == State.CHECKED
    assert checked.foreseen is not None
    assert (checked.foreseen["rows"], checked.foreseen["leads"]) == (2, {"new": 2})
    assert not Lead.objects.exists()

    done = take_in(checked, marta)
    assert done.state == State.IMPORTED
    assert done.delivery.summary is not None
    assert (done.delivery.summary["taken"], done.delivery.summary["rejected"]) == (2, 0)
    joao = Lead.objects.get(identities__external_id="2")
    assert (joao.name, joao.email) == ("João Assunção", "joao@example.com")
    assert StageEntry.objects.get(stage="mql").occurred_at == local("2026-09-04 17:40")
    assert rebuild(now=NOW) == 0


def test_an_import_is_undone_as_a_whole(version: AgreementVersion, marta: User) -> None:
    done = take_in_whole(version.agreement, marta, table(PAULO, JOAO))

    file_imports.undo(delivery=done.delivery, by=marta, now=NOW)
    undone = work(done)

    assert undone.state == State.UNDONE
    assert (undone.delivery.undone_at, undone.delivery.undone_by) == (NOW, marta)
    assert not Lead.objects.of_agreement(version.agreement).exists()
    assert not StageEntry.objects.holding().exists()
    assert StageEntry.objects.filter(is_undone=True, stage="mql").count() == 1
    assert Lead.objects.exclude(email="").count() == 0
    assert Audit.objects.filter(action="leads.file.undone", actor_id=marta.pk).exists()
    assert rebuild(now=NOW) == 0


def test_what_was_undone_can_be_imported_again_and_undone_again(
    version: AgreementVersion, marta: User
) -> None:
    for day in range(3):
        now = NOW + timedelta(days=day)
        done = take_in_whole(version.agreement, marta, table(PAULO, JOAO), now=now)
        assert done.delivery.summary is not None
        assert done.delivery.summary["facts"]["new"] == 4
        assert Lead.objects.of_agreement(version.agreement).count() == 2
        file_imports.undo(delivery=done.delivery, by=marta, now=now)
        work(done, now=now)
        assert not Lead.objects.of_agreement(version.agreement).exists()

    assert Lead.objects.count() == 2
    assert LeadChange.objects.count() == 6


def test_what_was_known_before_an_import_holds_again(
    version: AgreementVersion, marta: User
) -> None:
    take_in_whole(version.agreement, marta, table(PAULO))
    moved = [*PAULO[:5], "05/09/2026 09:00", "Bruno"]
    later = take_in_whole(
        version.agreement, marta, table(moved, JOAO), now=NOW + timedelta(hours=1)
    )
    assert StageEntry.objects.holding().get(stage="mql").occurred_at == local("2026-09-05 09:00")

    file_imports.undo(delivery=later.delivery, by=marta, now=NOW)
    work(later)

    assert StageEntry.objects.holding().get(stage="mql").occurred_at == local("2026-09-04 17:40")
    assert Lead.objects.get(identities__external_id="1").name == "Paulo Souza"
    assert Lead.objects.of_agreement(version.agreement).count() == 1
    assert rebuild(now=NOW) == 0


def test_an_import_that_goes_on_counts_the_whole_file(
    version: AgreementVersion, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As much as the dry run foresaw, whether its leads were known before or not."""
    maria = ["3", "María", "Núñez", "maria@example.com", "02/09/2026 09:00", "", ""]
    rita = ["4", "Rita", "Nunes", "rita@example.com", "02/09/2026 09:00", "03/09/2026 09:00", ""]
    before = NOW - timedelta(hours=1)
    known = bring(version.agreement, marta, table(PAULO, JOAO), now=before)
    take_in(try_out(known), marta, now=before)
    moved = [*PAULO[:5], "05/09/2026 09:00", "Bruno"]
    checked = try_out(bring(version.agreement, marta, table(moved, maria, JOAO, rita, maria)))
    foreseen = checked.foreseen
    file_imports.take_in(file_import=checked, by=marta, now=NOW)
    monkeypatch.setattr("leads.importing.imports.BATCH", 1)
    progress = file_work._Progress.__call__

    def stop_after_a_row(self: file_work._Progress, done: int) -> None:
        if done:
            file_imports.stop(file_import=checked)
        progress(self, done)

    monkeypatch.setattr("leads.importing.file_work._Progress.__call__", stop_after_a_row)
    assert not file_work.work_on(checked.pk, now=NOW)
    monkeypatch.undo()
    assert FileImport.objects.get(pk=checked.pk).state == State.STOPPED
    assert StageEntry.objects.filter(delivery=checked.delivery, stage="mql").count() == 1

    done = take_in(checked, marta, now=NOW + timedelta(minutes=5))

    assert done.delivery.summary is not None
    assert foreseen is not None
    assert done.delivery.summary["leads"] == foreseen["leads"] == {"new": 2}
    assert done.delivery.summary["facts"] == foreseen["facts"]
    assert foreseen["facts"]["by_kind"]["stage"] == {"new": 2, "revised": 1, "repeated": 2}
    assert foreseen["facts"]["by_kind"]["attributes"]["repeated"] > 0


@pytest.mark.parametrize("is_in_parts", [False, True])
def test_leads_of_which_an_undo_left_nothing_are_new_again(
    version: AgreementVersion, marta: User, is_in_parts: bool
) -> None:
    """Others tell of João, and Rita was never known; each counts once."""
    rita = ["3", "Rita", "Nunes", "rita@example.com", "02/09/2026 09:00", "", ""]
    first = take_in_whole(version.agreement, marta, table(PAULO, JOAO))
    later = table([*JOAO[:2], "Assunção Lima", *JOAO[3:]])
    take_in_whole(version.agreement, marta, later, now=NOW + timedelta(minutes=1))
    file_imports.undo(delivery=first.delivery, by=marta, now=NOW + timedelta(minutes=2))
    work(first, now=NOW + timedelta(minutes=2))
    assert Lead.objects.count() == 2

    since = NOW + timedelta(hours=1)
    again = bring(version.agreement, marta, table(PAULO, JOAO, PAULO, rita), now=since)
    checked = try_out(again)
    if is_in_parts:
        file_imports.take_in(file_import=checked, by=marta, now=since)
        file_imports.stop(file_import=checked)
    done = take_in(checked, marta, now=since + timedelta(minutes=1))
    assert checked.foreseen is not None
    assert checked.foreseen["leads"] == (done.delivery.summary or {})["leads"] == {"new": 2}
    known = try_out(bring(version.agreement, marta, table(PAULO)))
    assert (known.foreseen or {})["leads"] == {"new": 0}


def test_an_undo_never_seems_less_done_than_before(
    version: AgreementVersion, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[str(number), *PAULO[1:3], f"{number}@example.com", *PAULO[4:]] for number in range(4)]
    done = take_in_whole(version.agreement, marta, table(*rows))
    file_imports.undo(delivery=done.delivery, by=marta, now=NOW)
    monkeypatch.setattr("leads.undoing.BATCH", 1)
    monkeypatch.setattr("leads.importing.file_work._PARTS", 2)
    seen: list[int] = []

    def settle_and_see(**asked: Any) -> int:
        seen.append(FileImport.objects.get(pk=done.pk).done)
        return settle(**asked)

    monkeypatch.setattr("leads.undoing.settle", settle_and_see)

    assert work(done).state == State.UNDONE
    assert seen == [0, 0, 2, 2]


def test_an_undo_that_was_broken_off_goes_on(
    version: AgreementVersion, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = take_in_whole(version.agreement, marta, table(PAULO, JOAO))
    file_imports.undo(delivery=done.delivery, by=marta, now=NOW)
    monkeypatch.setattr("leads.undoing.BATCH", 1)
    settled: list[int] = []

    def settle_once(**asked: Any) -> int:
        if settled:
            raise RuntimeError
        settled.append(1)
        return settle(**asked)

    monkeypatch.setattr("leads.undoing.settle", settle_once)
    broken = work(done)
    assert (broken.state, StageEntry.objects.filter(is_undone=True, stage="mql").count()) == (
        State.STOPPED,
        1,
    )
    monkeypatch.undo()

    file_imports.undo(delivery=done.delivery, by=marta, now=NOW)
    work(done)

    assert not LeadChange.objects.holding().exists()
    assert rebuild(now=NOW) == 0
