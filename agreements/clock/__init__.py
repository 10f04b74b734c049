"""Clocks: running promises on one handoff, replayed from its marks.

Pure: no database, no reading of the present. Instants are aware; a zone appears only through the
schedule. See `fold` for what starts, meets, voids and restarts each kind of clock.
"""

from agreements.clock.arrays import ClockColumns, Columns, at_risk_from_many, replay_many
from agreements.clock.columns import (
    columns_from,
    counted_attempts_many,
    is_plain,
)
from agreements.clock.explain import (
    ExplainedDay,
    ExplainedPause,
    Explanation,
    Skip,
    explain,
    length_of,
)
from agreements.clock.fold import replay, replay_all
from agreements.clock.holders import Absence, Share, holder_at
from agreements.clock.marks import Custody, History, Holder, Mark, MarkKind, known_at
from agreements.clock.pauses import (
    BLACKOUT,
    Interval,
    Pause,
    Pauses,
    add_open,
    due_after,
    local_date,
    open_between,
)
from agreements.clock.promise import ClockKind, Grade, Promise
from agreements.clock.state import ClockState, Status

__all__ = [
    "BLACKOUT",
    "Absence",
    "ClockColumns",
    "ClockKind",
    "ClockState",
    "Columns",
    "Custody",
    "ExplainedDay",
    "ExplainedPause",
    "Explanation",
    "Grade",
    "History",
    "Holder",
    "Interval",
    "Mark",
    "MarkKind",
    "Pause",
    "Pauses",
    "Promise",
    "Share",
    "Skip",
    "Status",
    "add_open",
    "at_risk_from_many",
    "columns_from",
    "counted_attempts_many",
    "due_after",
    "explain",
    "holder_at",
    "is_plain",
    "known_at",
    "length_of",
    "local_date",
    "open_between",
    "replay",
    "replay_all",
    "replay_many",
]
