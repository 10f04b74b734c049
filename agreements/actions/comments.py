"""Talk about the clauses of a text: begin a conversation, answer, resolve and reopen it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.editing import has_clause
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
    return _keep(version, path, text, by=by, now=now)


@transaction.atomic
def answer(*, comment: Comment, text: str, by: User, now: datetime) -> Comment:
    """Answer in a conversation; one that was resolved is open again. Raises UnableToComment."""
    first = _first(comment)
    written = _keep(first.version, first.path, text, by=by, now=now, answer_to=first)
    if first.resolved_at is not None:
        _set_resolved(first, None, by=by, now=now)
    return written


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


def _keep(
    version: AgreementVersion,
    path: str,
    text: str,
    *,
    by: User,
    now: datetime,
    answer_to: Comment | None = None,
) -> Comment:
    text = text.strip()
    if not text:
        raise UnableToComment(_("Write what you have to say."))
    if len(text) > LONGEST:
        raise UnableToComment(
            _("This is too long: say it in at most %(limit)d characters.") % {"limit": LONGEST}
        )
    comment = version.comments.create(
        path=path, text=text, author=by, written_at=now, answer_to=answer_to
    )
    Audit.objects.record("agreements.comment.written", comment, by=by, now=now, path=path)
    return comment


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
