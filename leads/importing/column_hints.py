"""What is said beside a column that may be something else than it is taken for."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements.rule_words import field_words
from leads.guessing.columns import role_called
from leads.guessing.found_columns import Column
from leads.guessing.roles import (
    ASKED,
    OWN_NAME,
    StageName,
    is_undecided,
    may_bar,
    may_be_last_name,
    states_in,
    statuses_in,
)
from leads.guessing.uses import unused_in
from leads.importing.why_unused import why_unused

_STATE = ASKED + "state"


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
        doubt; or what says who is not to be contacted, of which there may be several; or the last
        name, if none is. Of a state it is that it may be a status.
        """
        column = self.columns[place]
        if not self._is_own(place):
            return self._status(column) if self.roles[place] == _STATE else ""
        is_of_few_words = not column.has_more and not column.is_time
        if is_of_few_words and may_bar(column.name, column.different):
            return _("This may say who is not to be contacted: choose “%(choice)s” if it does.") % {
                "choice": _("Not to be contacted")
            }
        if may_be_last_name(column.name) and "last_name" not in self.roles:
            return _("This may be the last name: choose “%(choice)s” if it is.") % {
                "choice": _("Last name")
            }
        is_mostly_status = len(statuses_in(column.different)) * 2 >= len(column.different)
        words = column.different if is_mostly_status else ()
        called = role_called(column.name, words, self.stages, self.asked)
        key = called.removeprefix(ASKED)
        is_asked = called.startswith(ASKED) and not self._is_surely_another(called, column.name)
        if not is_asked and key not in self.untold:
            return ""
        return _("The terms ask for “%(attribute)s”: choose it if this column says it.") % {
            "attribute": capfirst(field_words(key))
        }

    def _status(self, column: Column) -> str:
        """Say of a column that is taken for a state that it may be a status; mostly nothing."""
        statuses, states = statuses_in(column.different), states_in(column.different)
        if not is_undecided(column.name) or not column.different or (states and not statuses):
            return ""
        if statuses:
            told = _("“%(word)s” is a status: choose “%(choice)s” if this column says no state.")
        else:
            told = _(
                "“%(word)s” is no state that is known: choose “%(choice)s” if this column says a "
                "status."
            )
        word = statuses[0] if statuses else column.different[0]
        return told % {"word": word, "choice": _("Keep it under its own name")}

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
