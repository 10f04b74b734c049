"""What whoever imports a file should know of it before, each in a note of one kind.

What may be wrong comes first, in the order of the work: how the file is read, what it tells, and
of which rows; then what is only to be known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from agreements import formats
from agreements.models import Agreement
from agreements.rule_words import field_words
from leads.guessing.drafts import Draft, words_without_meaning
from leads.guessing.found_columns import Column
from leads.guessing.roles import PARTS_OF_NAME, StageName
from leads.importing.asked_for import untold_in
from leads.importing.corrected_files import asked_about
from leads.importing.date_orders import OtherOrder, has_order, read_the_other_way
from leads.importing.decimal_signs import two_readings
from leads.importing.drafts import agreement_of, columns_in, stages_of
from leads.importing.stage_dates import StageDates, stage_dates
from leads.models import FileImport

_Told = Mapping[str, Any]


class Note(NamedTuple):
    """A conclusion and its reason; ``tone`` is ``warn`` for what may be wrong, else ``accent``."""

    tone: str
    title: str
    text: str = ""


def notes_before(file_import: FileImport, told: _Told, now: datetime) -> list[Note]:
    """Return the notes of a dry run; ``told`` is what it foresees."""
    agreement = agreement_of(file_import)
    page = _Foreseen(
        file_import,
        told,
        now,
        agreement=agreement,
        draft=Draft.read(file_import.draft),
        columns=columns_in(file_import.found or {}),
        stages=stages_of(agreement),
    )
    return [*page.warnings(), *page.facts()]


def notes_after(told: _Told, foreseen: _Told, *, is_in: bool) -> list[Note]:
    """Return what stays to be known of a file that is in, or was.

    ``told`` is what became of its rows, ``foreseen`` what the dry run told of them.
    """
    unlisted = [*_unlisted(foreseen.get("unlisted", 0))] if is_in else []
    about = {"silent": _of_silent(told)}
    return [*unlisted, *_of_rows("accent", told, about)]


def _unlisted(number: int) -> Iterator[Note]:
    if number:
        title = ngettext(
            "%(shown)s lead of this file was in no list of the agreement when it came in.",
            "%(shown)s leads of this file were in no list of the agreement when it came in.",
            number,
        ) % {"shown": formats.figure(number)}
        why = _(
            "Nothing told of a stage they reached or of an offer to sales, and no search finds "
            "them. Bring the file once more and say which stage it is."
        )
        yield Note("warn", title, why)


def note_of_untold(keys: Sequence[str], todo: str = "") -> Iterator[Note]:
    """Say which attributes the criteria ask for and no column gives, if any; ``todo`` is added."""
    if keys:
        names = get_text_list([f"“{capfirst(field_words(key))}”" for key in keys], _("and"))
        title = ngettext(
            "The criteria ask for %(names)s, and no column gives it.",
            "The criteria ask for %(names)s, and no column gives them.",
            len(keys),
        ) % {"names": names}
        text = _("Leads of which only this file tells will not meet the criteria.")
        yield Note("warn", title, f"{text} {todo}".strip())


def note_of_title(found: _Told) -> Iterator[Note]:
    """Say that something probably stands above the header."""
    if found.get("has_title"):
        yield Note(
            "warn",
            _("The first row names fewer columns than the rows below it have."),
            _(
                "If a title stands above the names of the columns, take it out of the file and "
                "bring it again: rows that are wider than the first are rejected."
            ),
        )


def note_of_last_name(draft: Draft, columns: Sequence[Column]) -> Iterator[Note]:
    """Say that last names are left out beside a column that is said to be the whole name."""
    places = {role: place for place, role in enumerate(draft.roles)}
    if "name" not in places or "first_name" in places or draft.document:
        return
    whole = columns[places["name"]].name
    for role in PARTS_OF_NAME:
        if role in places:
            title = _("“%(last)s” is left out: “%(whole)s” is the whole name.")
            yield Note(
                "warn",
                title % {"last": columns[places[role]].name, "whole": whole},
                _("If that is the first name only, choose “First name” for it in the columns."),
            )


def note_of_order(other: OtherOrder | None) -> Iterator[Note]:
    """Say of another file with the same columns that its dates are read the other way round."""
    if other is None:
        return
    title = _("“%(file)s” has the same columns, and its dates are read the other way round.")
    if not other.is_guess_there:
        why = _(
            "There the cells say so for certain, here they do not: correct it in the columns of "
            "this file if it is wrong."
        )
    elif not other.is_guess_here:
        why = _(
            "Here the cells say so for certain, there they do not. If that file is wrong and is in "
            "already, undo its import and bring it again."
        )
    else:
        why = _(
            "In neither do the cells say so for certain, and one of the two is probably wrong. "
            "Correct this one in its columns; if that one is wrong and is in already, undo its "
            "import and bring it again."
        )
    yield Note("warn", title % {"file": other.delivery.file_name}, why)


@dataclass(frozen=True, slots=True)
class _Foreseen:
    file_import: FileImport
    told: _Told
    now: datetime
    agreement: Agreement
    draft: Draft
    columns: Sequence[Column]
    stages: Sequence[StageName]

    @property
    def _mapping(self) -> _Told:
        return self.file_import.delivery.mapping or {}

    @property
    def _stage_dates(self) -> StageDates:
        return stage_dates(self.draft, self.columns, self.stages)

    def warnings(self) -> Iterator[Note]:
        yield from self._order()
        yield from self._decimal_sign()
        yield from note_of_order(read_the_other_way(self.file_import, self.draft))
        yield from note_of_last_name(self.draft, self.columns)
        yield from self._unsaid()
        yield from self._undated()
        if dates := self._stage_dates.guessed:
            yield Note("warn", dates.title, dates.text)
        yield from self._without_meaning()
        if self.told["leads"]["new"]:
            todo = _("Go back to the columns and say which it is, if there is one.")
            yield from note_of_untold(untold_in(self._mapping, self.agreement, self.now), todo)
        yield from _of_rows("warn", self.told, _rows_in_doubt(self.told))

    def facts(self) -> Iterator[Note]:
        yield from self._first_stage()
        for sentence in self._stage_dates.dated:
            yield Note("accent", sentence)
        yield from _of_rows("accent", self.told, _rows_to_know_of(self.told))

    def _order(self) -> Iterator[Note]:
        found, draft = self.file_import.found or {}, self.draft
        is_like_its_import = self.file_import.corrects_id is not None
        if is_like_its_import or found.get("is_order_sure") or not has_order(found, draft):
            return
        if draft.order == "dmy":
            yield Note(
                "warn",
                _("A guess: in dates the day comes first."),
                _("03/04/2026 is read as 3 April; go back to the columns if it is 4 March."),
            )
        else:
            yield Note(
                "warn",
                _("A guess: in dates the month comes first."),
                _("03/04/2026 is read as 4 March; go back to the columns if it is 3 April."),
            )

    def _decimal_sign(self) -> Iterator[Note]:
        """Say which number a cell is taken for that could be another one, too."""
        draft, found = self.draft, self.file_import.found or {}
        readings = two_readings(found, self.columns, draft)
        if self.file_import.corrects_id is not None or readings is None:
            return
        read, other = readings.with_point, readings.with_comma
        title = _("A guess: in numbers a point parts the fraction.")
        if draft.decimal == ",":
            read, other = other, read
            title = _("A guess: in numbers a comma parts the fraction.")
        text = _(
            "“%(cell)s” in “%(column)s” is %(read)s by that; go back to the columns if it is "
            "%(other)s."
        )
        yield Note("warn", title, text % {**readings._asdict(), "read": read, "other": other})

    def _unsaid(self) -> Iterator[Note]:
        """Say that nobody said which import rejected the rows, where that was asked."""
        found = self.file_import.found or {}
        is_answered = self.file_import.corrects_id or found.get("is_of_none")
        if not is_answered and asked_about(self.file_import).imports:
            yield Note(
                "warn",
                _("Nobody said which import rejected these rows."),
                _(
                    "They would come in as rows of a new file, perhaps as leads of another source. "
                    "Go back to the columns and choose the import, or none."
                ),
            )

    def _undated(self) -> Iterator[Note]:
        """Say what is taken for the time of what no column dates, where a stage is among it."""
        facts = self._mapping.get("facts", ())
        undated = [fact for fact in facts if "instant" in fact["at"]]
        of_stage = any("stage" in fact for fact in undated)
        if self.draft.document or not (of_stage or (undated and undated == list(facts))):
            return
        at = timezone.localtime(datetime.fromisoformat(self.draft.moment))
        yield Note(
            "warn",
            _("No column says when the leads became known."),
            _(
                "What no column dates is taken to have happened on %(moment)s. Go back to the "
                "columns and choose the one that says it, or another moment."
            )
            % {"moment": formats.dated(at, pgettext("date format", "D j M Y H:i"))},
        )

    def _without_meaning(self) -> Iterator[Note]:
        found: dict[str, list[str]] = {}
        if self.draft.document:
            return
        for column, word in words_without_meaning(self.draft, self.columns):
            line = column.line_of(word)
            if not word and not line:
                # Of a long file not every row is looked at: nobody saw an empty cell.
                continue
            named = (word and f"“{word}”") or _("(empty)")
            if line:
                named = _("%(word)s in line %(line)s") % {
                    "word": named, "line": formats.figure(line),
                }  # fmt: skip
            found.setdefault(column.name, []).append(named)
        for name, words in found.items():
            title = _("Of “%(column)s” these words tell nothing: %(words)s.")
            yield Note(
                "warn",
                title % {"column": name, "words": ", ".join(words)},
                _("Go back to the columns if one of them means something."),
            )

    def _first_stage(self) -> Iterator[Note]:
        """Say which stage is told of leads without one, and of how many.

        Where columns tell stages as well, the dry run does not tell them apart: without a number.
        """
        facts = [fact for fact in self._mapping.get("facts", ()) if "stage" in fact]
        key = next((fact["stage"] for fact in facts if fact.get("if_none")), None)
        new = self.told["facts"]["by_kind"].get("stage", {}).get("new", 0)
        if key is None or not new:
            return
        names = {stage.key: stage.name for stage in self.stages}
        stage = names.get(key, key)
        if len(facts) > 1:
            title = _("Leads of which no column says a stage are told to have reached “%(stage)s”.")
        else:
            title = ngettext(
                "%(shown)s lead is told to have reached “%(stage)s”.",
                "%(shown)s leads are told to have reached “%(stage)s”.",
                new,
            )
        told = {"shown": formats.figure(new), "stage": stage}
        yield Note("accent", title % told, _("Leads of which a stage is known keep theirs."))


def _of_rows(tone: str, told: _Told, about: Mapping[str, tuple[str, str]]) -> Iterator[Note]:
    """Say what is so of rows, by what is counted of them, and in which lines they are."""
    for name, (title, text) in about.items():
        if number := told.get(name, 0):
            lines = _lines_in_words(told.get("lines_shown", {}).get(name, ()), number)
            yield Note(tone, title % {"shown": formats.figure(number)}, f"{lines} {text}".strip())


def _lines_in_words(lines: Sequence[int], number: int) -> str:
    """Say where the first of some rows or leads stand; empty where that is unknown."""
    if not lines:
        return ""
    shown = get_text_list([formats.figure(line) for line in lines], _("and"))
    if number == 1:
        sentence = _("It is in line %(lines)s.")
    elif number == len(lines):
        sentence = _("They are in lines %(lines)s.")
    else:
        sentence = _("The first are in lines %(lines)s.")
    return sentence % {"lines": shown}


def _rows_in_doubt(told: _Told) -> Mapping[str, tuple[str, str]]:
    """Return what is said of rows or leads that may be wrong, and what to do."""
    return {
        "unlisted": (
            ngettext(
                "%(shown)s lead would be in no list of the agreement.",
                "%(shown)s leads would be in no list of the agreement.",
                told.get("unlisted", 0),
            ),
            _(
                "Nothing tells of a stage they reached or of an offer to sales. Go back to the "
                "columns and say which stage it is."
            ),
        ),
        "doubled": (
            ngettext(
                "%(shown)s row tells the same fact as another row of this file.",
                "%(shown)s rows tell the same fact as another row of this file.",
                told.get("doubled", 0),
            ),
            _(
                "Of such rows one counts. Where they are different deeds, go back to the columns "
                "and choose one that tells them apart, such as the id of the deal."
            ),
        ),
        "future": (
            ngettext(
                "%(shown)s row tells of something that is yet to come.",
                "%(shown)s rows tell of something that is yet to come.",
                told.get("future", 0),
            ),
            _(
                "Such rows are taken as they are. Correct the dates in the file, or go back to the "
                "columns if day and month are read the wrong way round."
            ),
        ),
    }


def _rows_to_know_of(told: _Told) -> Mapping[str, tuple[str, str]]:
    """Return what is said of rows that a dry run counts, and what follows from it."""
    return {
        "silent": _of_silent(told),
        "barred": (
            ngettext(
                "%(shown)s row says that the lead is not to be contacted.",
                "%(shown)s rows say that the lead is not to be contacted.",
                told.get("barred", 0),
            ),
            _(
                "Such a lead comes in and cannot be offered. Where sales has it already, it stays "
                "with them to be closed, and its clocks that are not past due end."
            ),
        ),
    }


def _of_silent(told: _Told) -> tuple[str, str]:
    title = ngettext(
        "%(shown)s of the rows taken tells nothing: the source deleted it, or what is said of the "
        "columns leaves it out.",
        "%(shown)s of the rows taken tell nothing: the source deleted them, or what is said of the "
        "columns leaves them out.",
        told.get("silent", 0),
    )
    return title, ""
