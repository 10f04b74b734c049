"""What is said beside a column that keeps its own name though it is called like something else."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements.rule_words import field_words
from leads.guessing.columns import role_called
from leads.guessing.found_columns import Column
from leads.guessing.roles import ASKED, OWN_NAME, StageName, asked_role, is_undecided
from leads.guessing.uses import unused_in
from leads.why_unused import why_unused


@dataclass(frozen=True, slots=True)
class ColumnHints:
    """The hints of a file; ``roles`` are in the order of its columns, ``asked`` as in the terms."""

    roles: Sequence[str]
    columns: Sequence[Column]
    stages: Sequence[StageName]
    asked: Sequence[str]

    def unused(self, place: int) -> str:
        """Say why a column is not what it is called; mostly nothing."""
        column = self.columns[place]
        called = role_called(column.name, column.different, self.stages)
        if not self._is_own(place) or called in {"", OWN_NAME}:
            return ""
        roles = [*self.roles[:place], called, *self.roles[place + 1 :]]
        lacking = unused_in(roles).get(place, "twice")
        return why_unused(lacking, column.name) if lacking != "twice" else ""

    def asked_for(self, place: int) -> str:
        """Say which attribute a column could be, where no other is that one, or is it in doubt."""
        column = self.columns[place]
        called = asked_role(column.name, self.asked, column.different)
        if not self._is_own(place) or not called or self._is_surely_another(called, column.name):
            return ""
        return _("The terms ask for “%(attribute)s”: choose it if this column says it.") % {
            "attribute": capfirst(field_words(called.removeprefix(ASKED)))
        }

    def _is_own(self, place: int) -> bool:
        return self.roles[place] == OWN_NAME and self.columns[place].is_usable

    def _is_surely_another(self, called: str, name: str) -> bool:
        """Tell whether another column is that, and not one whose name says it less than this."""
        given = [
            column.name
            for role, column in zip(self.roles, self.columns, strict=True)
            if role == called
        ]
        return any(is_undecided(name) or not is_undecided(other) for other in given)
