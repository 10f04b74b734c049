"""What is said about a text: conversations and suggestions, by clause, as pages show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from agreements.actions.suggestions import is_outdated, value_or_none
from agreements.difference import difference
from agreements.difference_words import Names, Sentence, Wording, plain_words
from agreements.difference_words.titles import title_of
from agreements.editing import (
    SECTIONS,
    clause_of,
    clauses_in,
    has_clause,
    path_steps,
    section_named,
    section_of_path,
    with_value,
    without,
)
from agreements.editing.places import NoSuchPlace
from agreements.editor.registry import form_named
from agreements.models import AgreementVersion, Calendar, Comment, Suggestion, User
from agreements.models.contracts import Party
from agreements.models.negotiation import Placed
from agreements.permissions import check_user_can_decide_suggestion, parties_led_by, refusal


@dataclass(frozen=True, slots=True)
class Place:
    """A clause to talk about, and what it is called.

    ``was`` is what it was called when something was said about it, where that is another name.
    """

    path: str
    name: str
    section: str
    is_gone: bool = False
    was: str = ""


class Places:
    """The clauses of a document by their names; one that is gone is called by its key."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document, self._names = document, Names(document)

    def at(self, path: str) -> Place:
        """Return the clause in which a place lies."""
        clause = clause_of(self._document, path)
        section = section_of_path(clause).name
        if section_named(clause) is not None:
            return Place(clause, self.section_title(section), section)
        if not has_clause(self._document, clause):
            steps = path_steps(clause)
            name = steps[1] if len(steps) > 1 else clause
            return Place(clause, name, section, is_gone=True)
        return Place(clause, self._name(clause), section)

    def of(self, said: Placed) -> Place:
        """Return the clause that something was said about, wherever it stands by now."""
        place = self.at(said.place_in(self._document))
        if said.entries is None:
            return place
        then = Places(said.document_then(self._document)).at(said.path).name
        if place.is_gone:
            return replace(place, name=then)
        return place if place.name == then else replace(place, was=then)

    def groups(self, section: str = "") -> list[tuple[str, list[Place]]]:
        """Return every clause there is under its section's title; first the section itself."""
        groups = []
        for each in SECTIONS:
            if section in ("", each.name):
                title = self.section_title(each.name)
                name = _("“%(section)s” as a whole") % {"section": title}
                whole = Place(each.name, name, each.name)
                clauses = [
                    Place(path, self._name(path), each.name)
                    for path in clauses_in(self._document, each)
                ]
                groups.append((title, [whole, *clauses]))
        return groups

    def section_title(self, name: str) -> str:
        """Return what a section of the editor is called."""
        form = form_named(name)
        return str(form.title) if form else name.capitalize()

    def _name(self, path: str) -> str:
        steps = tuple(path_steps(path))
        return title_of(steps, value_or_none(self._document, path), self._names)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A comment with its answers, and the clause it is about."""

    first: Comment
    answers: list[Comment]
    place: Place

    @property
    def is_open(self) -> bool:
        """Whether nobody has resolved it."""
        return self.first.resolved_at is None

    @property
    def answering(self) -> str:
        """What the form sends in which somebody answers."""
        return f"answer {self.first.pk}"


@dataclass(frozen=True, slots=True)
class ShownSuggestion:
    """A suggestion in words; ``why_not`` is why this reader does not decide on it.

    ``is_own`` is whether this reader's party made it, and may take it back.
    """

    suggestion: Suggestion
    place: Place
    sentences: list[Sentence | str]
    is_outdated: bool
    why_not: str
    is_own: bool

    @property
    def is_open(self) -> bool:
        """Whether it waits for the other party."""
        return not self.suggestion.outcome

    @property
    def refusing(self) -> str:
        """What the form sends in which somebody refuses it."""
        return f"refuse {self.suggestion.pk}"


@dataclass(slots=True)
class Talk:
    """All that is said about a version, what is open first."""

    conversations: list[Conversation] = field(default_factory=list)
    suggestions: list[ShownSuggestion] = field(default_factory=list)

    @property
    def open_suggestions(self) -> list[ShownSuggestion]:
        """Those that wait for the other party."""
        return [each for each in self.suggestions if each.is_open]

    @property
    def decided_suggestions(self) -> list[ShownSuggestion]:
        """Those that were taken, refused or taken back."""
        return [each for each in self.suggestions if not each.is_open]


def talk_about(version: AgreementVersion, reader: User, *, section: str = "") -> Talk:
    """Return what is said about a version, or about one section of it."""
    places = Places(version.terms)
    comments = version.comments.select_related("author", "resolved_by").order_by("pk")
    comments = comments.prefetch_related("corrections")
    suggestions = version.suggestions.select_related("suggested_by", "decided_by").order_by("pk")
    why_not = {
        party: refusal(check_user_can_decide_suggestion, version.agreement, reader, party)
        for party in Party.values
    }
    led = parties_led_by(version.agreement, reader)
    talk = Talk(
        _conversations(comments, places),
        [
            _shown(each, version, places, why_not[each.party], is_own=each.party in led)
            for each in suggestions
        ],
    )
    if section:
        talk.conversations = [c for c in talk.conversations if c.place.section == section]
        talk.suggestions = [s for s in talk.suggestions if s.place.section == section]
    talk.conversations.sort(key=lambda each: not each.is_open)
    talk.suggestions.sort(key=lambda each: not each.is_open)
    return talk


def _conversations(comments: Iterable[Comment], places: Places) -> list[Conversation]:
    found: dict[int, Conversation] = {}
    for comment in comments:
        if comment.answer_to_id is None:
            found[comment.pk] = Conversation(comment, [], places.of(comment))
        elif comment.answer_to_id in found:
            found[comment.answer_to_id].answers.append(comment)
    return list(found.values())


def _shown(
    suggestion: Suggestion,
    version: AgreementVersion,
    places: Places,
    why_not: str,
    *,
    is_own: bool,
) -> ShownSuggestion:
    is_open = not suggestion.outcome
    return ShownSuggestion(
        suggestion,
        places.of(suggestion),
        suggestion_words(suggestion, version.terms),
        is_open and is_outdated(suggestion, version.terms),
        why_not,
        is_own,
    )


def suggestion_words(suggestion: Suggestion, document: Mapping[str, Any]) -> list[Sentence | str]:
    """Say what a suggestion changes, as the differences of two versions are said."""
    document = suggestion.document_then(document)
    try:
        before = _with(document, suggestion.path, suggestion.before)
        after = _with(document, suggestion.path, suggestion.after)
    except NoSuchPlace:
        return [f"{plain_words(suggestion.before)} → {plain_words(suggestion.after)}"]
    calendars = dict(Calendar.objects.values_list("key", "name"))
    wording = Wording(before, after, calendars)
    clauses = difference(before, after).clauses
    return [sentence for clause in clauses for sentence in wording.sentences(clause)]


def _with(document: Mapping[str, Any], path: str, value: Any) -> Mapping[str, Any]:
    if value is not None:
        found: Mapping[str, Any] = with_value(document, path, value)
        return found
    if value_or_none(document, path) is None:
        return document
    kept: Mapping[str, Any] = without(document, path)
    return kept
