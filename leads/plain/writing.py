"""Write the clocks of a promise, and the breaches of them, as the columns of their tables."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from leads.plain.binary import (
    BIG,
    FLAG,
    SMALL,
    Cells,
    cells_of_instants,
    cells_of_keys,
    cells_of_lengths,
    cells_of_number,
    cells_of_text,
)
from leads.plain.clocks import PlainClocks


def clock_cells(clocks: PlainClocks, places: NDArray[np.intp]) -> dict[str, Cells]:
    """Return the columns of clocks: what plain ones never have is left out, and so NULL."""
    return _in_common(clocks, places) | {
        "version_id": cells_of_number(clocks.handoffs.version_id, BIG),
        "started_at": cells_of_instants(clocks.started_at[places]),
        "due_at": cells_of_instants(clocks.due_at[places]),
        "stopped_at": cells_of_instants(clocks.stopped_at[places]),
        "void_at": cells_of_instants(clocks.void_at[places]),
        "breached_at": cells_of_instants(clocks.breached_at[places]),
        "gave_up": _as(FLAG, clocks.gave_up[places]),
        "is_back_dated": cells_of_number(False, FLAG),
        "used": cells_of_lengths(clocks.used[places]),
        "attempts": _as(SMALL, clocks.attempts[places]),
        "holder_id": cells_of_keys(clocks.holder_id[places]),
    }


def breach_cells(clocks: PlainClocks, places: NDArray[np.intp]) -> dict[str, Cells]:
    """Return the columns of the breaches of breached clocks."""
    return _in_common(clocks, places) | {
        "charged_to_id": cells_of_keys(clocks.holder_id[places]),
        "breached_at": cells_of_instants(clocks.breached_at[places]),
        "is_withdrawn": cells_of_number(False, FLAG),
    }


def _in_common(clocks: PlainClocks, places: NDArray[np.intp]) -> dict[str, Cells]:
    return {
        "handoff_id": _as(BIG, clocks.handoff_ids[places]),
        "clause_key": cells_of_text(clocks.promise.clause_key),
        "occurrence": cells_of_number(0, SMALL),
        "agreement_id": cells_of_number(clocks.handoffs.agreement_id, BIG),
        "kind": cells_of_text(clocks.promise.kind),
        "party": cells_of_text(clocks.promise.party),
    }


def _as(kind: str, numbers: NDArray[Any]) -> Cells:
    return Cells(numbers.astype(kind))
