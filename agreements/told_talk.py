"""What was said about a text, line by line, for a notice to its readers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import Comment, Suggestion
from agreements.talk import Places, suggestion_words

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Line:
    """Who did what about which clause, and what they said, set in."""

    sentence: str
    text: str


def told_talk(said: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Say what a notice of ``actions.talk_notices`` tells, in the language of the moment.

    Comments read as they were corrected meanwhile; what is no longer kept is left out.
    """
    of_comments = ("comment", "answer")
    comments = _rows(Comment, (each for each in said if each["said"] in of_comments))
    suggestions = _rows(Suggestion, (each for each in said if each["said"] not in of_comments))
    lines = []
    for each in said:
        rows = comments if each["said"] in of_comments else suggestions
        row = rows.get(each["pk"])
        if row is not None:
            lines.append(_line(each["said"], each["author"], row))
    return lines


def _rows(model: type[Comment] | type[Suggestion], said: Any) -> dict[int, Any]:
    rows: Any = model._default_manager.select_related("version")
    found: dict[int, Any] = rows.in_bulk({each["pk"] for each in said})
    return found


def _line(said: str, author: str, row: Comment | Suggestion) -> Line:
    terms = row.version.terms
    sentence = _SENTENCES[said]() % {"who": author, "clause": Places(terms).of(row).name}
    if isinstance(row, Comment):
        return Line(sentence, _set_in(row.text))
    told = {"suggestion": row.note, "refused": row.reason}.get(said, "")
    words = [str(each) for each in suggestion_words(row, terms)]
    return Line(sentence, _set_in("\n".join(filter(None, [*words, told]))))


def _set_in(text: str) -> str:
    is_long = len(text) > _LONGEST
    return indent(f"{text[:_LONGEST].rstrip()}…" if is_long else text, "    ")


_SENTENCES = {
    "comment": lambda: _("%(who)s comments on %(clause)s:"),
    "answer": lambda: _("%(who)s answers about %(clause)s:"),
    "suggestion": lambda: _("%(who)s suggests a change of %(clause)s:"),
    "taken": lambda: _("%(who)s took the suggestion about %(clause)s:"),
    "refused": lambda: _("%(who)s refused the suggestion about %(clause)s:"),
    "withdrawn": lambda: _("%(who)s took the suggestion about %(clause)s back:"),
}
