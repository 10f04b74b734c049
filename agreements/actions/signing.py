"""From a draft to a version in force: propose, sign, decline, withdraw, end."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from psycopg2.extras import DateTimeTZRange

from agreements import lifecycle
from agreements.actions import drafts, messages
from agreements.coming import Coming, SignedSpan, coming_period
from agreements.editing import problems_of
from agreements.lifecycle import Step, UnableToStep
from agreements.models import (
    Agreement,
    AgreementVersion,
    Audit,
    Calendar,
    Signature,
    User,
    VersionStep,
)
from agreements.rules_lock import change_rules
from agreements.terms import terms_hash
from agreements.wording import problem_sentence


class UnableToSign(ValueError):
    """The step towards signature cannot be taken; the text says why and what to do."""


@transaction.atomic
def propose(
    *,
    version: AgreementVersion,
    party: str | None,
    by: User,
    now: datetime,
    note: str = "",
    seen_hash: str | None = None,
) -> None:
    """Put a draft before both parties for signature; its text stays as it is from then on.

    ``party`` is the one whose lead proposes, None for an administrator. Given ``seen_hash``, it
    is refused where the text is another one by now. Raises UnableToSign.
    """
    version = _locked(version)
    if seen_hash is not None and seen_hash != version.terms_hash:
        raise UnableToSign(_("Somebody changed the draft meanwhile: read it again, then propose."))
    check_text(version, now)
    _take_step(version, Step.PROPOSE, party, by=by, now=now, note=note)
    _tell(version, "version_proposed", by=by, now=now, note=note)


@transaction.atomic
def sign(
    *,
    version: AgreementVersion,
    party: str,
    seen_hash: str,
    method: str,
    by: User,
    now: datetime,
) -> None:
    """Put a party's name under exactly the text with ``seen_hash``.

    The second signature brings it into force from the wanted day on, never before now; the
    version before it ends at that instant. Raises UnableToSign.
    """
    change_rules()
    version = _locked(version)
    if not seen_hash == version.terms_hash == terms_hash(version.terms):
        raise UnableToSign(
            _("This is not the text you were shown: read version %(number)d again, then sign.")
            % {"number": version.number}
        )
    signed_by = set(version.signatures.values_list("party", flat=True))
    status = _next_status(version, Step.SIGN, party, signed_by)
    check_text(version, now)
    Signature.objects.create(
        version=version,
        party=party,
        user=by,
        signer_name=by.name,
        signed_at=now,
        terms_hash=version.terms_hash,
        method=method,
    )
    told = {"party": party, "terms_hash": version.terms_hash, "method": method}
    Audit.objects.record("agreements.version.signed", version, by=by, now=now, **told)
    is_complete = status == AgreementVersion.Status.SIGNED
    if is_complete:
        _bring_into_force(version, now)
    period = _period_told(version)
    _tell(version, "version_signed", by=by, now=now, party=party, is_complete=is_complete, **period)


@transaction.atomic
def decline(
    *, version: AgreementVersion, party: str, reason: str, by: User, now: datetime
) -> AgreementVersion:
    """Refuse a proposed text; it stays as declined, and its copy is the draft to go on with.

    Raises UnableToSign without a reason.
    """
    if not reason.strip():
        raise UnableToSign(_("Say why: the other party goes on with the text and has to know."))
    return _back_to_draft(version, Step.DECLINE, party, note=reason, by=by, now=now)


@transaction.atomic
def withdraw(
    *, version: AgreementVersion, party: str | None, by: User, now: datetime, note: str = ""
) -> AgreementVersion:
    """Take one's own proposal back; its copy is the draft to go on with. Raises UnableToSign."""
    return _back_to_draft(version, Step.WITHDRAW, party, note=note, by=by, now=now)


@transaction.atomic
def renew(*, version: AgreementVersion, by: User, now: datetime) -> AgreementVersion:
    """Begin a draft with the text of a signed version that ends, wanted from its end on.

    Raises UnableToSign for a version that does not end by itself, drafts.UnableToStart where a
    text is on the table already.
    """
    ends_at = version.effective_to
    if version.status != AgreementVersion.Status.SIGNED or ends_at is None:
        raise UnableToSign(
            _("Version %(number)d does not end by itself: begin a new version to change it.")
            % {"number": version.number}
        )
    zone = ZoneInfo(version.agreement.time_zone)
    return drafts.start(
        agreement=version.agreement,
        terms=version.terms,
        by=by,
        now=now,
        copied_from=version,
        wanted_from_date=ends_at.astimezone(zone).date() if ends_at > now else None,
    )


@transaction.atomic
def end(*, agreement: Agreement, to_date: date, reason: str, by: User, now: datetime) -> None:
    """End the agreement: from the local day ``to_date`` on no version is in force.

    Raises UnableToSign for a day that has begun, or where nothing is in force then.
    """
    change_rules()
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    ends_at = _midnight(agreement, to_date)
    if ends_at <= now:
        raise UnableToSign(_("Choose a day that is to come: what is past was in force."))
    later = agreement.versions.signed().filter(effective__startswith__gte=ends_at)
    if later.exists():
        raise UnableToSign(
            _("A signed version begins on that day or after it: choose a later day.")
        )
    reaching = agreement.versions.signed().filter(
        Q(effective__endswith__isnull=True) | Q(effective__endswith__gt=ends_at)
    )
    ending = reaching.select_related("agreement").order_by("effective").last()
    if ending is None:
        raise UnableToSign(_("No version is in force then: there is nothing to end."))
    _end_at(ending, ends_at)
    agreement.ended_at = ends_at
    agreement.save(update_fields=["ended_at"])
    Audit.objects.record(
        "agreements.agreement.ended", agreement, by=by, now=now, reason=reason, to=str(to_date)
    )
    _tell(ending, "agreement_ended", by=by, now=now, note=reason.strip(), to_date=str(to_date))


def _locked(version: AgreementVersion) -> AgreementVersion:
    """Lock the agreement, then the version, in the order in which everybody does."""
    Agreement.objects.select_for_update(no_key=True).get(pk=version.agreement_id)
    return (
        AgreementVersion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("agreement")
        .get(pk=version.pk)
    )


def _take_step(
    version: AgreementVersion,
    step: Step,
    party: str | None,
    *,
    by: User,
    now: datetime,
    note: str,
) -> None:
    version.status = _next_status(version, step, party, set())
    version.save(update_fields=["status"])
    version.steps.create(
        step=step.value, party=party or "", taken_by=by, taken_at=now, note=note.strip()
    )
    Audit.objects.record(
        f"agreements.version.{step}", version, by=by, now=now, party=party, note=note
    )


def _next_status(
    version: AgreementVersion, step: Step, party: str | None, signed_by: set[str]
) -> str:
    proposed = version.steps.filter(step=VersionStep.Step.PROPOSE).order_by("-pk").first()
    try:
        return lifecycle.next_status(
            version.status,
            step,
            party=party,
            proposed_by=(proposed.party or None) if proposed else None,
            signed_by=signed_by,
        )
    except UnableToStep as error:
        raise UnableToSign(_why_not(version, step, error)) from error


def _why_not(version: AgreementVersion, step: Step, error: UnableToStep) -> str:
    if error.code == "wrong_status":
        return _("Version %(number)d is %(status)s: open it to see what can be done now.") % {
            "number": version.number,
            "status": version.get_status_display().lower(),
        }
    if step is Step.WITHDRAW:
        return _("Only the party that proposed the text withdraws it; you can decline it.")
    return _("Your party has signed this version already.")


def check_text(version: AgreementVersion, now: datetime) -> None:
    """Raise UnableToSign for a text that could not be kept."""
    problems = problems_of(version.terms)
    if problems:
        raise UnableToSign(
            _("The text has %(count)d problems to solve first.") % {"count": len(problems)}
        )
    for each in version.period_problems():
        raise UnableToSign(problem_sentence(each))
    agreement, terms = version.agreement, version.parsed_terms()
    is_first = not agreement.versions.signed().exists()
    same = (terms.time_zone, terms.currency or "") == (agreement.time_zone, agreement.currency)
    if not is_first and not same:
        raise UnableToSign(
            _(
                "Zone and currency are the same in every version: %(zone)s and %(currency)s. "
                "Another zone or currency takes another agreement."
            )
            % {"zone": agreement.time_zone, "currency": agreement.currency or "–"}
        )
    missing = set(terms.calendar_keys) - set(Calendar.objects.values_list("key", flat=True))
    if missing:
        raise UnableToSign(
            _("There is no calendar “%(key)s”: make it, or choose another one.")
            % {"key": ", ".join(sorted(missing))}
        )
    wanted_from, wanted_to = _wanted(version)
    start = max(wanted_from or now, now)
    if wanted_to is not None and wanted_to <= start:
        raise UnableToSign(_("The agreement would end before it begins: choose a later end."))
    if agreement.versions.signed().filter(effective__startswith=start).exists():
        raise UnableToSign(
            _("A signed version begins at that very instant: choose another day to begin.")
        )


def _wanted(version: AgreementVersion) -> tuple[datetime | None, datetime | None]:
    """The local midnights of the days between which the text is wanted, by the zone it names."""
    zone = ZoneInfo(version.parsed_terms().time_zone)
    start, end = (
        None if day is None else datetime.combine(day, time.min, zone)
        for day in (version.wanted_from_date, version.wanted_to_date)
    )
    return start, end


def coming_of(version: AgreementVersion, *, now: datetime) -> Coming:
    """Return the period a text gets if it is signed now; its terms have to be valid."""
    signed = version.agreement.versions.signed().exclude(pk=version.pk)
    wanted_from, wanted_to = _wanted(version)
    return coming_period(
        [
            SignedSpan(each.number, each.effective_from, each.effective_to)
            for each in signed.only("number", "effective")
            if each.effective_from is not None
        ],
        wanted_from=wanted_from,
        wanted_to=wanted_to,
        now=now,
    )


def _bring_into_force(version: AgreementVersion, now: datetime) -> None:
    """Give the signed version its period; the one before ends as it begins, with no gap."""
    agreement, terms = version.agreement, version.parsed_terms()
    others = agreement.versions.signed()
    if not others.exists():
        agreement.time_zone, agreement.currency = terms.time_zone, terms.currency or ""
    coming = coming_of(version, now=now)
    for earlier in others.filter(effective__contains=coming.starts_at):
        _end_at(earlier, coming.starts_at)
    version.status = AgreementVersion.Status.SIGNED
    version.effective = DateTimeTZRange(coming.starts_at, coming.ends_at, "[)")
    version.save(update_fields=["status", "effective"])
    agreement.ended_at = None
    agreement.save(update_fields=["time_zone", "currency", "ended_at"])


def _end_at(version: AgreementVersion, at: datetime) -> None:
    version.effective = DateTimeTZRange(version.effective_from, at, "[)")
    version.save(update_fields=["effective"])


def _back_to_draft(
    version: AgreementVersion,
    step: Step,
    party: str | None,
    *,
    note: str,
    by: User,
    now: datetime,
) -> AgreementVersion:
    """Leave a proposed text as it is, and begin its copy; what is still talked about goes along."""
    version = _locked(version)
    _take_step(version, step, party, by=by, now=now, note=note)
    copy = drafts.start(
        agreement=version.agreement,
        terms=version.terms,
        by=by,
        now=now,
        copied_from=version,
        wanted_from_date=version.wanted_from_date,
        wanted_to_date=version.wanted_to_date,
    )
    version.suggestions.open().update(version=copy)
    for comment in version.comments.open():
        comment.answers.update(version=copy)
        comment.version = copy
        comment.save(update_fields=["version"])
    kind = "version_declined" if step is Step.DECLINE else "version_withdrawn"
    _tell(version, kind, by=by, now=now, note=note)
    return copy


def _period_told(version: AgreementVersion) -> dict[str, str]:
    """The local days from and until which a version is in force, for a message to name."""
    zone = ZoneInfo(version.agreement.time_zone)
    ends = {"from_date": version.effective_from, "to_date": version.effective_to}
    return {name: str(at.astimezone(zone).date()) for name, at in ends.items() if at}


def _tell(
    version: AgreementVersion, kind: str, *, by: User, now: datetime, **parameters: object
) -> None:
    """Tell the leads of both parties and whoever proposed it, but not who did it."""
    agreement = version.agreement
    steps = version.steps.values("taken_by")
    proposers = User.objects.filter(pk__in=steps, is_active=True).distinct()
    messages.notify(
        kind=kind,
        recipients=(messages.leads_of(agreement) | proposers).exclude(pk=by.pk),
        subject=version,
        parameters={
            "agreement": agreement.name,
            "slug": agreement.slug,
            "number": version.number,
            "author": by.name,
            **parameters,
        },
        dedup_key=f"{kind}:{version.pk}:{parameters.get('party', '')}:{now.isoformat()}",
        now=now,
        url=reverse("agreements:version", args=[agreement.slug, version.number]),
    )


def _midnight(agreement: Agreement, day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(agreement.time_zone))
