"""Rows of a form that stand for the keys of a mapping. Pure."""

from collections.abc import Collection, Iterable

from agreements.whole_numbers import whole_numbers


def row_numbers(sent: Iterable[str], name: str) -> list[int]:
    """Return the numbers of the rows that were sent under a name, in their order."""
    ends = (key[len(name) + 1 :] for key in sent if key.startswith(f"{name}."))
    return sorted(whole_numbers(ends))


def free_place(wanted: str, taken: Collection[str]) -> str:
    """Return a key, with a number after it where it is taken, so that nothing typed is lost."""
    key, number = wanted, 2
    while key in taken:
        key, number = f"{wanted} ({number})", number + 1
    return key
