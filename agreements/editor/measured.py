"""What a commitment says for its measure: what that needs, and what is left over from another."""

from collections.abc import Mapping
from typing import Any

from agreements.editor.new_commitment import new_commitment
from agreements.editor.parts import list_in
from agreements.terms import MEASURES, Measure
from agreements.terms.measures import OPTIONS


def measure_of(entry: Mapping[str, Any]) -> Measure | None:
    """Return the measure of a commitment as it is stored, None if it names none."""
    name = entry.get("measure")
    return MEASURES.get(name) if isinstance(name, str) else None


def with_needs(
    entry: Mapping[str, Any], before: Mapping[str, Any] | None, document: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a commitment with what its measure needs, if it has another measure than before.

    What it says already stays, whether the new measure uses it or not.
    """
    measure = measure_of(entry)
    if measure is None or before is None or measure is measure_of(before):
        return dict(entry)
    begun = new_commitment(measure.name, str(entry.get("party")), document)
    needed = [key for key in (*measure.needs, "target") if key in begun and key not in entry]
    return {**entry, **{key: begun[key] for key in needed}}


def left_over(entry: Mapping[str, Any]) -> list[str]:
    """Return the keys of a commitment that its measure does not use."""
    measure = measure_of(entry)
    if measure is None:
        return []
    unused = [name for name in OPTIONS if name not in (*measure.needs, *measure.takes)]
    unused += [] if measure.is_clock else ["calendar"]
    return [name for name in unused if entry.get(name) is not None]


def cleared(part: Mapping[str, Any], place: int) -> dict[str, Any]:
    """Take out of a commitment what its measure does not use."""
    entries = list(list_in(part, "commitments"))
    if not (0 <= place < len(entries) and isinstance(entries[place], Mapping)):
        return dict(part)
    unused = left_over(entries[place])
    entries[place] = {key: value for key, value in entries[place].items() if key not in unused}
    return {**part, "commitments": entries}
