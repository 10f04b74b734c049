"""Why a row of a file tells no facts, in a sentence that says what to do."""

from agreements.criteria import gettext_noop

MESSAGES: dict[str, str] = {
    "wrong_width": gettext_noop("The row has {found} cells, but the header has {expected}."),
    "lines_swallowed": gettext_noop(
        "The row has {found} cells, but the header has {expected}: a quotation mark in line "
        "{first} opens a cell that goes on to line {last}; close or remove it."
    ),
    "open_quote": gettext_noop(
        "A quotation mark is opened in it that is not closed up to line {line}; close or remove it."
    ),
    "refused": gettext_noop("The database does not take it: {reason}"),
    "not_encoded": gettext_noop(
        "A character in it cannot be read as {encoding}; correct it, or choose another encoding."
    ),
    "zero_character": gettext_noop("The row holds a zero character; remove it."),
    "empty_cell": gettext_noop("“{column}” is empty, but {key} needs it."),
    "no_lead": gettext_noop("“{column}” is empty, but it names the lead; fill it in."),
    "no_name": gettext_noop("“{column}” is empty, but it names what the row tells; fill it in."),
    "no_moment": gettext_noop(
        "“{column}” is empty: without it nobody knows when this happened; fill it in."
    ),
    "too_long": gettext_noop("“{column}” is longer than the {limit} characters that {key} takes."),
    "not_possible": gettext_noop(
        "“{value}” in “{column}” is not possible for {key}; say in the mapping under “values” "
        "what it means."
    ),
    "not_a_time": gettext_noop(
        "“{value}” in “{column}” is not a time; write it as 2026-03-31T16:05:00."
    ),
    "not_a_formatted_time": gettext_noop(
        "“{value}” in “{column}” is not written as {format}, as the column is read."
    ),
    "date_without_time": gettext_noop(
        "“{value}” in “{column}” is a date without a time; write it as 2026-03-31 16:05. Where the "
        "column holds local dates, a mapping written by hand says “at: {{date: {column}}}”."
    ),
    "not_a_date": gettext_noop("“{value}” in “{column}” is not a date; write it as 2026-03-31."),
    "no_such_date": gettext_noop("“{value}” in “{column}” is a day that does not exist."),
    "no_such_day": gettext_noop("“{value}” in “{column}” is a day that {zone} did not have."),
    "no_zone": gettext_noop(
        "“{value}” in “{column}” does not say its zone; add “time_zone” to the mapping."
    ),
    "not_in_range": gettext_noop("“{value}” in “{column}” lies before 1970 or after 2099."),
    "not_a_number": gettext_noop("“{value}” in “{column}” is not a number."),
    "too_large": gettext_noop("“{value}” in “{column}” is too large a number."),
    "not_a_flag": gettext_noop(
        "“{value}” in “{column}” is neither yes nor no; write one of the two, or say among the "
        "columns what it means."
    ),
    "foreign_currency": gettext_noop(
        "“{value}” is not the currency of the agreement, and its terms have no rate for it."
    ),
}

KEYS: dict[str, str] = {
    "stage": gettext_noop("the stage"),
    "event": gettext_noop("the step of the handoff"),
    "handoff": gettext_noop("the id of the handoff"),
    "person": gettext_noop("the owner"),
    "reason": gettext_noop("the reason"),
    "follow_up": gettext_noop("the channel of the follow-up"),
    "outcome": gettext_noop("the outcome of the follow-up"),
    "evidence": gettext_noop("the evidence of the follow-up"),
    "direction": gettext_noop("the direction of the follow-up"),
    "deal": gettext_noop("the end of the deal"),
    "satisfaction": gettext_noop("the satisfaction score"),
    "lead": gettext_noop("the id of the lead"),
    "id": gettext_noop("the id of what the row tells"),
}
"""What the keys of a mapping are called to those who never saw one."""


class UnableToRead(ValueError):
    """A row that tells no facts; the sentence says what is wrong with it."""

    def __init__(self, code: str, *, column: str = "", **params: object) -> None:
        self.code, self.column = code, column
        self.params = {"column": column, **params}
        super().__init__(MESSAGES[code].format(**self.params))

    @property
    def template(self) -> str:
        """The sentence before its parameters are filled in, for translation."""
        return MESSAGES[self.code]
