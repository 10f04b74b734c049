"""Why a column tells nothing by itself, in a sentence that says what to choose."""

from django.utils.translation import gettext as _


def why_unused(lacking: str, column: str) -> str:
    """Say what a column needs beside it to tell anything; ``lacking`` is of `unused_in`."""
    sentence = {
        "person": _(
            "“%(column)s” names an owner: choose the column that says when they were offered the "
            "lead, followed up or closed a deal, too, or keep this one under its own name."
        ),
        "follow_up": _(
            "“%(column)s” is about a follow-up: choose the column that says when it was, too, or "
            "keep this one under its own name."
        ),
        "deal": _(
            "“%(column)s” is about a deal: choose the columns that say when and how it ended, too, "
            "or keep this one under its own name."
        ),
        "currency": _(
            "“%(column)s” is the currency of a deal: choose the column of its amount, too, or keep "
            "this one under its own name."
        ),
        "reason": _(
            "“%(column)s” is a reason: choose the column that says when the lead was rejected, "
            "disqualified or recycled or the deal was lost, too, or keep this one under its own "
            "name."
        ),
        "closed": _(
            "“%(column)s” says when a deal ended: choose the column that says how, too, or keep "
            "this one under its own name."
        ),
        "twice": _(
            "“%(column)s” is the same as another column is already: choose which of them it is, "
            "and keep the other under its own name."
        ),
        "last_name": _(
            "“%(column)s” is the second last name: choose the column of the first one, too, or "
            "keep this one under its own name."
        ),
        "ended": _("“%(column)s” says how a deal ended: choose the column that says when, too."),
    }[lacking]
    return sentence % {"column": column}
