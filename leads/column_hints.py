"""What is said beside a column that keeps its own name though it is called like something else."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements.rule_words import field_words
from leads.guessing.columns import role_called
from leads.guessing.found_columns import Column
from leads.guessing.roles import ASKED, OWN_NAME, StageName, is_undecided, may_bar
from leads.guessing.uses import unused_in
from leads.why_unused import why_unused


@dataclass(frozen=True, slots=True)
class ColumnHints:
    """The hints of a file; ``roles`` are in the order of its columns, ``asked`` as in the terms.

    ``untold`` are the attributes that the criteria ask for and no column gives.
    """

    roles: Sequence[str]
    columns: Sequence[Column]
    stages: Sequence[StageName]
    asked: Sequence[str]
    untold: Sequence[str]

    def unused(self, place: int) -> str:
        """Say why a column is not what it is called; mostly nothing."""
        column = self.columns[place]
        called = role_called(column.name, column.different, self.stages)
        if not self._is_own(place) or called in {"", OWN_NAME}:
            return ""
        roles = [*self.roles[:place], called, *self.roles[place + 1 :]]
        lacking = unused_in(roles).get(place, "twice")
        return why_unused(lacking, column.name) if lacking != "twice" else ""

    def choice(self, place: int) -> str:
        """Say what a column could be that is missed; mostly nothing.

        That is an attribute that the terms ask for, where no other column is it, or one is it in
        doubt; or what says who is not to be contacted, of which there may be several.
        """
        column = self.columns[place]
        if not self._is_own(place):
            return ""
        if not column.has_more and may_bar(column.name, column.different):
            return _("This may say who is not to be contacted: choose “%(choice)s” if it does.") % {
                "choice": _("Not to be contacted")
            }
        called = role_called(column.name, column.different, self.stages, self.asked)
        key = called.removeprefix(ASKED)
        is_asked = called.startswith(ASKED) and not self._is_surely_another(called, column.name)
        if not is_asked and key not in self.untold:
            return ""
        return _("The terms ask for “%(attribute)s”: choose it if this column says it.") % {
            "attribute": capfirst(field_words(key))
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
