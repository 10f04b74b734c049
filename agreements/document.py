"""The terms of a version laid out as the document that both parties read and sign."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import formats
from agreements.business_time.hours import WEEKDAYS as WEEKDAY_KEYS
from agreements.editing.readable import readable
from agreements.hour_words import hours_words
from agreements.models import Agreement, AgreementVersion, Calendar
from agreements.rule_words import field_words, rule_words
from agreements.terms import Commitment, Terms, parse_terms
from agreements.terms.procedure import Escalation, Reason
from agreements.wording import arbiter_words, promise_sentence


@dataclass(frozen=True, slots=True)
class Clause:
    """A commitment in the document: its key, its sentence and what else it says."""

    key: str
    sentence: str
    fine_print: tuple[str, ...]
    definition: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; of figures, the first column names the row."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_figures: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section: paragraphs, clauses or a table."""

    number: int
    key: str
    title: str
    paragraphs: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    table: Table | None = None

    @property
    def numbered(self) -> list[tuple[str, str]]:
        """The paragraphs with their numbers, such as 3.2."""
        return [(f"{self.number}.{n}", text) for n, text in enumerate(self.paragraphs, 1)]


@dataclass(slots=True)
class _Draft:
    """Sections while they are gathered; one without content gets no number."""

    sections: list[Section] = field(default_factory=list)

    def add(
        self,
        key: str,
        title: str,
        paragraphs: Sequence[str] = (),
        clauses: Sequence[Clause] = (),
        table: Table | None = None,
    ) -> None:
        if paragraphs or clauses or (table and table.rows):
            number = len(self.sections) + 1
            self.sections.append(
                Section(number, key, title, tuple(paragraphs), tuple(clauses), table)
            )


def document_of(version: AgreementVersion) -> list[Section]:
    """Return the sections of a version in the reader's language, signatures excepted.

    Of a text that was never signed, which may say what no valid terms may, what can be read.
    """
    if version.status == AgreementVersion.Status.SIGNED:
        return sections_of(version.parsed_terms(), version.agreement)
    found = readable(version.terms)
    return sections_of(parse_terms(found), version.agreement) if found else []


def sections_of(terms: Terms, agreement: Agreement) -> list[Section]:
    """Return the sections that terms of an agreement make, in the reader's language."""
    draft = _Draft()
    draft.add("parties", _("Parties and time"), list(_parties(agreement, terms)))
    objectives = [objective.statement for objective in terms.objectives]
    draft.add("objectives", _("Objectives"), [*objectives, *_assumptions(terms)])
    draft.add("handoff", _("Funnel and handoff"), list(_handoff(terms)), table=_targets(terms))
    draft.add("tiers", _("Tiers"), list(_tiers(terms)))
    draft.add("marketing", _("What marketing promises"), clauses=_clauses(terms, "marketing"))
    draft.add("sales", _("What sales promises"), clauses=_clauses(terms, "sales"))
    draft.add("escalation", _("When a promise is about to break"), table=_escalation(terms))
    draft.add("reasons", _("Reasons"), [*_reasons(terms), *_procedure(terms)])
    draft.add("roles", _("Roles"), table=_roles(terms))
    draft.add("reviews", _("Reviews"), list(_reviews(terms)))
    return draft.sections


def _parties(agreement: Agreement, terms: Terms) -> Iterator[str]:
    yield _("%(marketing)s and %(sales)s agree on what each does for the other.") % {
        "marketing": agreement.marketing_team.name,
        "sales": agreement.sales_team.name,
    }
    hours = hours_words(terms.hours) if terms.hours else _("day and night")
    yield _("Working time is %(hours)s in the time zone %(zone)s.") % {
        "hours": hours,
        "zone": formats.zone_name(terms.time_zone),
    }
    names = dict(Calendar.objects.filter(key__in=terms.calendar_keys).values_list("key", "name"))
    if names:
        yield _("The days off are those of the calendar %(calendars)s.") % {
            "calendars": ", ".join(names[key] for key in terms.calendar_keys if key in names)
        }


def _assumptions(terms: Terms) -> Iterator[str]:
    for assumption in terms.assumptions:
        yield _("We assume: %(assumption)s") % {"assumption": assumption}


def _handoff(terms: Terms) -> Iterator[str]:
    stages = ", ".join(stage.name for stage in terms.stages)
    yield _("The stages are %(stages)s.") % {"stages": stages}
    if terms.scope.rule is not None:
        yield _("It is about leads where %(rule)s.") % {"rule": rule_words(terms.scope.rule)}
    handoff = terms.handoff
    if handoff.definition:
        yield handoff.definition
    if handoff.rules:
        rules = "; ".join(rule_words(rule) for rule in handoff.rules)
        yield _("A lead may be handed over when %(rules)s.") % {"rules": rules}
    if handoff.threshold is not None:
        yield _threshold(terms)
    if handoff.scoring:
        points = [
            _("%(points)s where %(rule)s")
            % {"points": formats.figure(each.points), "rule": rule_words(each.when)}
            for each in handoff.scoring
        ]
        yield _("Its points are: %(points)s.") % {"points": "; ".join(points)}
    if handoff.required_fields:
        names = ", ".join(field_words(name) for name in handoff.required_fields)
        yield _("It comes with %(fields)s.") % {"fields": names}
    if terms.qualification.definition:
        yield terms.qualification.definition


def _targets(terms: Terms) -> Table | None:
    """What each stage needs in each quarter and in the year, as far as the funnel plans it."""
    rows = terms.funnel_plan().rows
    names = [(stage.name, rows[stage.key]) for stage in terms.stages if stage.key in rows]
    if not names:
        return None
    months = terms.funnel.months
    quarters = [
        f"{formats.short_month(months[at])}–{formats.short_month(months[at + 2])}"
        for at in range(0, len(months), 3)
    ]
    return Table(
        (_("Stage"), *quarters, _("Year")),
        tuple((name, *map(formats.figure, (*row.quarters, row.shown))) for name, row in names),
        is_figures=True,
    )


def _threshold(terms: Terms) -> str:
    handoff = terms.handoff
    points = ngettext(
        "It has at least %(number)s point.",
        "It has at least %(number)s points.",
        handoff.threshold or 0,
    ) % {"number": formats.figure(handoff.threshold or 0)}
    if handoff.bypass is None:
        return points
    bypass = _("No points are needed where %(rule)s.") % {"rule": rule_words(handoff.bypass)}
    return f"{points} {bypass}"


def _tiers(terms: Terms) -> Iterator[str]:
    for tier in terms.tiers:
        who = rule_words(tier.when) if tier.when else _("all others")
        text = _("%(tier)s: %(who)s.") % {"tier": tier.name, "who": who}
        yield f"{text} {tier.benefits}" if tier.benefits else text


def _clauses(terms: Terms, party: str) -> list[Clause]:
    return [
        Clause(
            key=commitment.key,
            sentence=promise_sentence(commitment, terms),
            fine_print=tuple(_fine_print(commitment)),
            definition=_(commitment.definition.definition),
        )
        for commitment in terms.commitments
        if commitment.party == party
    ]


def _fine_print(commitment: Commitment) -> Iterator[str]:
    yield _("Weight %(weight)s.") % {"weight": formats.figure(commitment.weight)}
    yield _("Warn under %(level)s.") % {"level": formats.percent(commitment.warn_at)}
    if commitment.where is not None:
        yield _("For leads where %(rule)s.") % {"rule": rule_words(commitment.where)}
    if commitment.valid_up_to is not None:
        yield ngettext(
            "Holds up to %(number)s handoff in the period.",
            "Holds up to %(number)s handoffs in the period.",
            commitment.valid_up_to,
        ) % {"number": formats.figure(commitment.valid_up_to)}
    if commitment.consequence:
        yield commitment.consequence


def _escalation(terms: Terms) -> Table:
    who = {
        "rep": _("the rep"),
        "lead": _("the team's lead"),
        "director": _("the director"),
        "channel": _("the team's channel"),
    }
    names = {channel.key: channel.name for channel in terms.channels}
    rows = tuple(
        (_rung(rung), who[rung.notify], names.get(rung.channel or "", ""))
        for rung in terms.escalation
    )
    return Table((_("At"), _("Who is told"), _("How")), rows)


def _rung(escalation: Escalation) -> str:
    rung = escalation.at
    if rung.after is not None:
        return _("%(time)s after it is due") % {"time": formats.promise(rung.after)}
    if rung.is_warning:
        return _("%(share)s of the time") % {"share": formats.percent(rung.share)}
    return _("due")


def _reasons(terms: Terms) -> Iterator[str]:
    groups: tuple[tuple[str, Sequence[Reason]], ...] = (
        (_("A handoff is rejected, before contact, for: %(names)s."), terms.reasons.rejection),
        (
            _("A lead is disqualified, after contact, for: %(names)s."),
            terms.reasons.disqualification,
        ),
        (_("A handoff is recycled for: %(names)s."), terms.reasons.recycling),
        (_("A clock is paused for: %(names)s."), terms.reasons.pause),
        (_("A breach may be excused for: %(names)s."), terms.reasons.exceptions),
    )
    for sentence, reasons in groups:
        if reasons:
            yield sentence % {"names": "; ".join(reason.name for reason in reasons)}
    if terms.reasons.rejection:
        yield ngettext(
            "Marketing may contest a rejection within %(days)s working day; %(arbiter)s decides.",
            "Marketing may contest a rejection within %(days)s working days; %(arbiter)s decides.",
            terms.contest.days,
        ) % {"days": terms.contest.days, "arbiter": arbiter_words(terms.contest.arbiter)}


def _procedure(terms: Terms) -> Iterator[str]:
    """What holds when something waits, comes back or is told late."""
    if terms.pause.max is not None:
        yield _("A pause lasts %(time)s at most.") % {"time": formats.promise(terms.pause.max)}
    to_owner = terms.recycle.returns_to == "owner"
    comes_back = (
        _("A recycled lead comes back after %(time)s to whoever had it, if no date was given.")
        if to_owner
        else _("A recycled lead comes back after %(time)s to marketing, if no date was given.")
    )
    if terms.reasons.recycling:
        yield comes_back % {"time": formats.promise(terms.recycle.horizon)}
    yield _(
        "A follow-up entered by hand more than %(time)s late stops no clock, unless the other "
        "party agrees."
    ) % {"time": formats.promise(terms.late_logging)}
    yield _("What is told within %(time)s after the end of a month still counts for it.") % {
        "time": formats.promise(terms.close.grace)
    }


def _roles(terms: Terms) -> Table:
    rows = tuple(
        (role.activity, role.responsible, role.accountable, ", ".join(role.informed))
        for role in terms.roles
    )
    head = (_("Activity"), _("Responsible"), _("Accountable"), _("Informed"))
    return Table(head, rows)


def _reviews(terms: Terms) -> Iterator[str]:
    review = terms.review
    if review is None:
        return
    cadence = {
        "weekly": _("Every week"),
        "fortnightly": _("Every second week"),
        "monthly": _("Every month"),
        "quarterly": _("Every quarter"),
    }[review.cadence]
    when = [cadence]
    if review.weekday:
        when.append(formats.weekday(WEEKDAY_KEYS.index(review.weekday)))
    if review.time:
        when.append(str(review.time))
    if review.minutes:
        when.append(_("%(minutes)s minutes") % {"minutes": review.minutes})
    yield ", ".join(when) + "."
    if review.participants:
        yield _("Taking part: %(people)s.") % {"people": ", ".join(review.participants)}
    yield from review.agenda


def period_words(version: AgreementVersion) -> str:
    """Say from when until which last day a version is in force, in the agreement's zone."""
    if version.effective_from is None:
        return _("Not in force.")
    starts = formats.long_day(_local(version, version.effective_from))
    if version.effective_to is None:
        return _("In force from %(start)s until both sign another.") % {"start": starts}
    # The end is half-open: at midnight the day before is the last.
    last = _local(version, version.effective_to - timedelta.resolution)
    return _("In force from %(start)s until %(end)s.") % {
        "start": starts,
        "end": formats.long_day(last),
    }


def _local(version: AgreementVersion, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(version.agreement.time_zone))
