"""Letters alone, without accents and capitals: how what somebody types is compared with names."""

import re
from typing import Any
from unicodedata import normalize

from django.db.models import CharField, Func, Lookup
from django.db.models.sql.compiler import SQLCompiler

_MARKS = re.compile("[\u0300-\u036f]")


def bare(said: str) -> str:
    """Return a text without accents and capitals, as the database's ``leads_bare`` does."""
    return _MARKS.sub("", normalize("NFKD", said)).lower()


def bare_of(column: str) -> Func:
    """Return the bare letters of a column."""
    return Func(column, function="leads_bare")


@CharField.register_lookup
class BareRegex(Lookup):
    """Whether the bare letters of a column fit a regular expression, which the index looks up."""

    lookup_name = "bare_regex"

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Write the comparison in the words of the index ``lead_search``."""
        column, of_column = self.process_lhs(compiler, connection)
        part, of_part = self.process_rhs(compiler, connection)
        return f"leads_bare({column}) ~ {part}", (*of_column, *of_part)
