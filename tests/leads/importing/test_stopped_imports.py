"""An import that is stopped, or broken off: at any time its rows are taken or rejected."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agreements.models import Agreement, User
from leads.actions import file_imports
from leads.importing import file_work
from leads.importing.batches import Keeping
from leads.models import FileImport, Lead, LeadChange
from tests.factories import make_user, make_version
from tests.leads.importing.file_imports import (
    JOAO,
    NOW,
    PAULO,
    bring,
    table,
    take_in,
    take_in_whole,
    try_out,
    work,
)
from tests.leads.pages import text_of

State = FileImport.State
LATER = NOW + timedelta(minutes=5)
BROKEN = [*JOAO[:4], "31/02/2026 10:00", "", ""]
IMPORTS = "/agreements/acme/imports/"


def leads(number: int, first: int = 0) -> list[list[str]]:
    return [
        [f"L{each}", *PAULO[1:3], f"p{each}@example.com", *PAULO[4:]]
        for each in range(first, first + number)
    ]


def page_of(file_import: FileImport) -> str:
    return f"{IMPORTS}{file_import.pk}/"


def rows_in(file_import: FileImport) -> tuple[int, int, int]:
    """Return how many rows are in so far by what is kept: read, taken and rejected."""
    file_import.delivery.refresh_from_db()
    told = file_import.delivery.summary or {}
    return told["rows"], told["taken"], told["rejected"]


@pytest.fixture
def stop_after(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FileImport]:
    """Take a file in, two rows at once, until somebody stops it after so many pieces."""

    def stop_after(pieces: int, file_import: FileImport, by: User) -> FileImport:
        file_imports.take_in(file_import=file_import, by=by, now=NOW)
        asked, progress = iter(range(pieces)), file_work._Progress.__call__

        def stopping(self: file_work._Progress, done: int) -> None:
            if done and next(asked, None) is None:
                file_imports.stop(file_import=file_import)
            progress(self, done)

        with monkeypatch.context() as patched:
            patched.setattr("leads.importing.imports.BATCH", 2)
            patched.setattr(file_work._Progress, "__call__", stopping)
            file_work.work_on(file_import.pk, now=NOW)
        return FileImport.objects.select_related("delivery").get(pk=file_import.pk)

    return stop_after


@pytest.mark.django_db
def test_it_works(
    client: Client,
    agreement: Agreement,
    marta: User,
    stop_after: Callable[..., FileImport],
    django_capture_on_commit_callbacks: Any,
) -> None:
    rows = [*leads(2), BROKEN, *leads(4, 2), BROKEN]
    checked = try_out(bring(agreement, marta, table(*rows)))
    stopped = stop_after(1, checked, marta)

    assert (stopped.state, rows_in(stopped)) == (State.STOPPED, (5, 4, 1))
    told = text_of(client.get(page_of(stopped)))
    assert "Rows 5 of 8 Taken 4 Rejected 1 New leads 4" in told
    assert "1 row first in line 4: “31/02/2026 10:00”" in told
    assert "leads.csv Stopped half-way hubspot 5 of 8 4 1 Marta" in text_of(client.get(IMPORTS))
    rejects = client.get(f"{page_of(stopped)}rejects/")
    assert b"".join(rejects.streaming_content).decode().count("João") == 1  # type: ignore[attr-defined]
    asked = text_of(client.get(f"{page_of(stopped)}undo/"))
    assert "It was stopped after 5 of 8 rows. 4 rows were taken in; leads they made known: 4." in (
        asked
    )

    with django_capture_on_commit_callbacks(execute=True):
        done = take_in(stopped, marta, now=LATER)
    assert rows_in(done) == (8, 6, 2)
    assert (done.delivery.summary or {})["leads"] == {"new": 6}
    assert "is_part" not in (done.delivery.summary or {})
    assert Path(done.rejects.path).read_text().count("João") == 2
    assert not Path(stopped.rejects.path).exists()


@pytest.mark.django_db
def test_what_was_undone_half_way_is_still_accounted_for(
    client: Client, agreement: Agreement, marta: User, stop_after: Callable[..., FileImport]
) -> None:
    checked = try_out(bring(agreement, marta, table(*leads(6))))
    stopped = stop_after(1, checked, marta)
    file_imports.undo(delivery=stopped.delivery, by=marta, now=LATER)
    undone = work(stopped, now=LATER)
    assert undone.state == State.UNDONE
    assert "Rows 4 of 6 Taken 4 Rejected 0 New leads 4" in text_of(client.get(page_of(undone)))
    assert "Undone hubspot 4 of 6 4 0 Marta" in text_of(client.get(IMPORTS))


@pytest.mark.django_db
def test_stopped_again_before_it_came_as_far_it_tells_of_what_is_in(
    client: Client, agreement: Agreement, marta: User, stop_after: Callable[..., FileImport]
) -> None:
    checked = try_out(bring(agreement, marta, table(BROKEN, *leads(10))))
    first = stop_after(2, checked, marta)
    assert rows_in(first) == (7, 6, 1)
    again = stop_after(0, first, marta)
    assert (again.state, rows_in(again), again.rejects) == (State.STOPPED, (7, 6, 1), first.rejects)
    assert Path(again.rejects.path).exists()
    further = stop_after(3, again, marta)
    assert rows_in(further) == (9, 8, 1)
    assert (further.delivery.summary or {})["leads"] == {"new": 8}


@pytest.mark.django_db
@pytest.mark.parametrize("pieces", [1, 2])
def test_stopped_when_all_rows_were_at_hand_it_is_imported(
    client: Client,
    agreement: Agreement,
    marta: User,
    stop_after: Callable[..., FileImport],
    pieces: int,
) -> None:
    """With the last rows, and once they are in."""
    checked = try_out(bring(agreement, marta, table(*leads(2), BROKEN, *leads(2, 2))))
    done = stop_after(pieces, checked, marta)
    assert (done.state, done.beat_at, rows_in(done)) == (State.IMPORTED, None, (5, 4, 1))
    assert done.delivery.processed_at == NOW
    assert Path(done.rejects.path).read_text().count("João") == 1
    assert "Rows 5 Taken 4 Rejected 1 New leads 4" in text_of(client.get(page_of(done)))


@pytest.mark.django_db
def test_who_lost_it_to_another_process_says_nothing_of_it(
    agreement: Agreement, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though every row was at hand: the other one tells of all of them."""
    checked = try_out(bring(agreement, marta, table(*leads(2))))
    file_imports.take_in(file_import=checked, by=marta, now=NOW)
    progress = file_work._Progress.__call__

    def losing(self: file_work._Progress, done: int) -> None:
        if done:
            FileImport.objects.update(tries=2)
        progress(self, done)

    monkeypatch.setattr(file_work._Progress, "__call__", losing)
    assert not file_work.work_on(checked.pk, now=NOW)
    lost = FileImport.objects.select_related("delivery").get(pk=checked.pk)
    assert (lost.state, lost.tries) == (State.IMPORTING, 2)
    assert (lost.delivery.processed_at, lost.delivery.summary) == (None, None)


@pytest.mark.django_db
def test_a_crash_leaves_the_count_of_rows(
    client: Client, agreement: Agreement, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is killed says no more; the rows kept last and read ahead are not counted.

    Until it went on nobody knows which rows they rejected.
    """
    checked = try_out(bring(agreement, marta, table(BROKEN, *leads(8))))
    file_imports.take_in(file_import=checked, by=marta, now=NOW)
    keep = Keeping.keep

    def breaking(self: Keeping, rows: Any) -> Any:
        if Lead.objects.count() >= 4:
            raise RuntimeError
        return keep(self, rows)

    with monkeypatch.context() as patched:
        patched.setattr("leads.importing.imports.BATCH", 2)
        patched.setattr(Keeping, "keep", breaking)
        broken = work(checked)
    assert (broken.state, rows_in(broken)) == (State.STOPPED, (5, 4, 1))
    told = text_of(client.get(page_of(broken)))
    assert (
        "It was broken off: a few more rows than are counted here may be in. The rejected" in told
    )
    assert "Rows 5 of 9 Taken 4 Rejected 1" in told
    assert "1 row first in line 2: “31/02/2026 10:00”" in told
    assert "New leads" not in told
    assert "Download the rejected rows" not in told
    asked = text_of(client.get(f"{page_of(broken)}undo/"))
    assert (
        "It was stopped after 5 of 9 rows. 4 rows were taken in. It was broken off: a few" in asked
    )
    assert rows_in(take_in(broken, marta, now=LATER)) == (9, 8, 1)


@pytest.mark.django_db
def test_the_same_file_brought_again_meanwhile_says_that_it_is_half_way_in(
    client: Client, agreement: Agreement, marta: User, stop_after: Callable[..., FileImport]
) -> None:
    content, note = table(*leads(6)), "This very file is half-way in by another import."
    stopped = stop_after(0, try_out(bring(agreement, marta, content)), marta)
    again = bring(agreement, marta, content)
    shown = client.get(page_of(again))
    assert note in text_of(shown)
    assert f'href="{page_of(stopped)}"' in shown.content.decode()
    assert note in text_of(client.get(page_of(try_out(again))))

    assert take_in(stopped, marta, now=LATER).state == State.IMPORTED
    told = text_of(client.get(page_of(again)))
    assert note not in told
    assert "This very file was imported before." in told


@pytest.mark.django_db
def test_rows_that_it_rejected_so_far_are_corrected(
    client: Client, agreement: Agreement, marta: User, stop_after: Callable[..., FileImport]
) -> None:
    checked = try_out(bring(agreement, marta, table(*leads(1), BROKEN, *leads(5, 1))))
    stopped = stop_after(0, checked, marta)
    assert rows_in(stopped) == (3, 2, 1)
    rejects = Path(stopped.rejects.path).read_bytes()
    take_in_whole(agreement, marta, rejects.replace(b"31/02", b"28/02"), name="mended.csv")
    told = text_of(client.get(page_of(stopped)))
    assert "mended.csv Imported taken 1, rejected 0 Every row that was rejected came in" in told


@pytest.mark.django_db
def test_while_the_rows_at_hand_are_finished_nothing_else_is_done(
    client: Client, agreement: Agreement, marta: User
) -> None:
    checked = try_out(bring(agreement, marta, table(*leads(2))))
    file_imports.take_in(file_import=checked, by=marta, now=NOW)
    now = timezone.now()
    FileImport.objects.update(beat_at=now)
    client.post(f"{page_of(checked)}stop/")

    told = client.get(page_of(checked)).content.decode()
    assert "the last rows are being finished" in told
    assert 'hx-trigger="every 1s"' in told
    assert "Go on with the import" not in told
    for deed in ("take-in", "undo"):
        answer = client.post(f"{page_of(checked)}{deed}/", follow=True)
        assert "The last rows are being finished. Try again in a moment." in text_of(answer)
    assert FileImport.objects.get().state == State.STOPPED

    FileImport.objects.update(beat_at=now - FileImport.SILENCE)
    assert "Go on with the import" in text_of(client.get(page_of(checked)))


@pytest.mark.django_db
def test_the_list_says_how_far_each_is(client: Client, agreement: Agreement, marta: User) -> None:
    checked = try_out(bring(agreement, marta, table(*leads(2))))
    file_imports.take_in(file_import=checked, by=marta, now=NOW)
    assert "Being imported It waits for its turn." in text_of(client.get(IMPORTS))
    row = FileImport.objects.filter(pk=checked.pk)
    row.update(beat_at=timezone.now(), done=10, whole=40)
    checked.delivery.summary = {"rows": 1, "taken": 1, "rejected": 0, "is_part": True}
    checked.delivery.save()
    assert "Being imported 25% hubspot 1 of 2 1 0" in text_of(client.get(IMPORTS))
    told = text_of(client.get(page_of(checked)))
    assert "1 of 2 rows so far: 1 taken, 0 rejected" in told
    for state, shown in ((State.CHECKING, "Dry run under way"), (State.UNDOING, "Being undone")):
        row.update(state=state)
        assert f"{shown} 25%" in text_of(client.get(IMPORTS))


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_at_once_with_the_last_is_counted(
    stop_after: Callable[..., FileImport],
) -> None:
    """Others are kept and read ahead while it is stopped."""
    agreement = make_version().agreement
    marta = make_user("Marta", team=agreement.marketing_team, role="lead")
    checked = try_out(bring(agreement, marta, table(*leads(12), BROKEN, *leads(12, 12))))
    stopped = stop_after(2, checked, marta)
    rows, taken, rejected = rows_in(stopped)
    assert (stopped.state, stopped.beat_at) == (State.STOPPED, None)
    assert rows == taken + rejected < 25
    assert taken == Lead.objects.count() == LeadChange.objects.values("lead").distinct().count()
