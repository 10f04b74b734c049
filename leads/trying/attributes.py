"""Read attributes of many leads in columns: the database gives their JSON, each value once here."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from agreements.criteria import Attributes
from agreements.criteria.arrays import Field, ManyLeads


class AskedFields:
    """The attributes that rules ask for, as cells of a query and as columns of what it gave."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(set(names))

    @property
    def cells(self) -> str:
        """The cells to select of ``known.attributes``, each with a comma before it."""
        places = range(len(self._names))
        return "".join(f", (known.attributes -> %(field_{place})s)::text" for place in places)

    @property
    def parameters(self) -> Mapping[str, str]:
        """What the cells ask for."""
        return {f"field_{place}": name for place, name in enumerate(self._names)}

    def texts(self, attributes: Attributes) -> list[str | None]:
        """Return what the cells would give of a lead with these attributes."""
        return [
            json.dumps(attributes[name]) if name in attributes else None for name in self._names
        ]

    def read(self, columns: Sequence[Sequence[Any]], size: int) -> ManyLeads:
        """Return the attributes of so many leads, from the columns that the cells gave."""
        named = zip(self._names, columns or ([],) * len(self._names), strict=True)
        return ManyLeads(size, {name: _field(texts) for name, texts in named})


def _field(texts: Sequence[str | None]) -> Field:
    numbers: dict[str | None, int] = {}
    places = np.fromiter(
        (numbers.setdefault(text, len(numbers)) for text in texts), np.int64, len(texts)
    )
    return Field([None if text is None else json.loads(text) for text in numbers], places)
