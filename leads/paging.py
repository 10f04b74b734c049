"""Pages of long lists: nothing is counted that is known, or further than anybody leafs."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property


class CountedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a list whose length is known already."""

    def __init__(self, object_list: QuerySet[Any], per_page: int, *, count: int) -> None:
        super().__init__(object_list, per_page)
        self._count = count

    @cached_property
    def count(self) -> int:
        """How many there are."""
        return self._count


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a list that is counted up to a limit, so that a long one costs no more to show."""

    LIMIT = 10_000

    def __init__(self, object_list: QuerySet[Any] | Sequence[Any], per_page: int) -> None:
        super().__init__(object_list, per_page)
        self._rows = object_list

    @cached_property
    def count(self) -> int:
        """How many there are, or the limit where there are more."""
        return min(self._found, self.LIMIT)

    @property
    def has_more(self) -> bool:
        """Whether there are more than can be leafed to."""
        return self._found > self.LIMIT

    @cached_property
    def _found(self) -> int:
        if isinstance(self._rows, QuerySet):
            return self._rows.order_by()[: self.LIMIT + 1].count()
        return len(self._rows)
