"""Talk about the clauses of a text: begin a conversation, answer, correct, resolve, reopen."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.actions import talk_notices
from agreements.editing import entries_around, has_clause
from agreements.models import AgreementVersion, Audit, Comment, User

LONGEST = 5000


class UnableToComment(ValueError):
    """The comment cannot be kept; the text says why and what to do."""


@transaction.atomic
def write(*, version: AgreementVersion, path: str, text: str, by: User, now: datetime) -> Comment:
    """Begin a conversation about a clause of the text on the table. Raises UnableToComment."""
    version = _open(version)
    if not has_clause(version.terms, path):
        raise UnableToComment(
            _("The clause is no longer in the text: choose another one, or the whole section.")
        )
    entries = entries_around(version.terms, path)
    comment = Comment(version=version, path=path, entries=entries)
    return _keep(comment, text, by=by, now=now)


@transaction.atomic
def answer(*, comment: Comment, text: str, by: User, now: datetime) -> Comment:
    """Answer in a conversation; one that was resolved is open again. Raises UnableToComment."""
    first = _first(comment)
    written = Comment(
        version=first.version, path=first.path, entries=first.entries, answer_to=first
    )
    _keep(written, text, by=by, now=now)
    if first.resolved_at is not None:
        _set_resolved(first, None, by=by, now=now)
    return written


@transaction.atomic
def correct(*, comment: Comment, text: str, by: User, now: datetime) -> None:
    """Let a comment say something else; what it said stays readable. Raises UnableToComment."""
    _open(comment.version)
    comment = Comment.objects.select_for_update(no_key=True, of=("self",)).get(pk=comment.pk)
    text = _checked(text)
    if text == comment.text:
        return
    comment.corrections.create(before=comment.text, corrected_at=now)
    comment.text = text
    comment.save(update_fields=["text"])
    Audit.objects.record("agreements.comment.corrected", comment, by=by, now=now)


@transaction.atomic
def resolve(*, comment: Comment, by: User, now: datetime) -> None:
    """Close a conversation; a resolved one stays as it is. Raises UnableToComment."""
    first = _first(comment)
    if first.resolved_at is None:
        _set_resolved(first, by, by=by, now=now)


@transaction.atomic
def reopen(*, comment: Comment, by: User, now: datetime) -> None:
    """Open a resolved conversation again. Raises UnableToComment."""
    first = _first(comment)
    if first.resolved_at is not None:
        _set_resolved(first, None, by=by, now=now)


def _keep(comment: Comment, text: str, *, by: User, now: datetime) -> Comment:
    comment.text, comment.author, comment.written_at = _checked(text), by, now
    comment.save()
    Audit.objects.record("agreements.comment.written", comment, by=by, now=now, path=comment.path)
    talk_notices.tell_of_comment(comment, now=now)
    return comment


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise UnableToComment(_("Write what you have to say."))
    if len(text) > LONGEST:
        raise UnableToComment(
            _("This is too long: say it in at most %(limit)d characters.") % {"limit": LONGEST}
        )
    return text


def _set_resolved(comment: Comment, resolver: User | None, *, by: User, now: datetime) -> None:
    comment.resolved_by, comment.resolved_at = resolver, now if resolver else None
    comment.save(update_fields=["resolved_by", "resolved_at"])
    done = "resolved" if resolver else "reopened"
    Audit.objects.record(f"agreements.comment.{done}", comment, by=by, now=now)


def _first(comment: Comment) -> Comment:
    """Lock the comment that began the conversation; its version has to be on the table."""
    _open(comment.version)
    first = comment.answer_to_id or comment.pk
    return (
        Comment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("version")
        .get(pk=first)
    )


def _open(version: AgreementVersion) -> AgreementVersion:
    """Lock a version so that it stays on the table. Raises UnableToComment where it is not."""
    locked = AgreementVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if locked.status not in AgreementVersion.OPEN:
        raise UnableToComment(
            _("Version %(number)d is %(status)s: what is said of it stays as it is.")
            % {"number": locked.number, "status": locked.get_status_display().lower()}
        )
    return locked
