"""Counts by day and month, and the months that were closed."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, AgreementVersion, User
from leads.models import Clock


class DayCell(models.Model):
    """What happened on one local day of an agreement: a projection of leads, facts and clocks.

    ``version`` is the one that judges it, None outside any. ``source`` is where the lead came
    from. ``picked_by`` is the clause whose rule (``where``) picks what is counted here, empty
    for everything. ``tier`` is empty where no commitment asks for it.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, db_index=False, related_name="+")
    version = models.ForeignKey(
        AgreementVersion, models.CASCADE, db_index=False, null=True, blank=True, related_name="+"
    )
    local_date = models.DateField()
    holder = models.ForeignKey(
        User, models.CASCADE, db_index=False, null=True, blank=True, related_name="+"
    )
    source = models.CharField(max_length=120, null=True, blank=True)
    tier = models.CharField(max_length=40, blank=True)
    picked_by = models.CharField(max_length=20, blank=True)

    KEY: tuple[str, ...] = (
        "agreement", "local_date", "version", "holder", "source", "tier", "picked_by",
    )  # fmt: skip

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.local_date}"


def _one_each(*keys: str, name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=[*DayCell.KEY, *keys], nulls_distinct=False, name=f"{name}_unique"
    )


class StageCell(DayCell):
    """Leads that entered a stage for the first time.

    ``implied`` of them passed it by entering a later one. ``unoffered`` reached the stage of
    role SQL (or the first after it) before anybody offered them.
    """

    stage = models.CharField(max_length=40)
    entered = models.PositiveIntegerField()
    implied = models.PositiveIntegerField()
    unoffered = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("day of a stage")
        verbose_name_plural = _("days of stages")
        constraints = [_one_each("stage", name="stagecell")]


class ConversionCell(DayCell):
    """Leads that entered the first stage of a conversion; ``won`` did reach the second in time."""

    clause_key = models.CharField(max_length=20)
    entered = models.PositiveIntegerField()
    won = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("day of a conversion")
        verbose_name_plural = _("days of conversions")
        constraints = [_one_each("clause_key", name="conversioncell")]


class HandoffCell(DayCell):
    """Handoffs by the day of their offer, and what sales said to them.

    ``accepted`` at first, ``rejected`` at first; ``overturned``, ``upheld`` and ``waiting`` are
    contested rejections. ``not_charged`` are rejections that stand without a contest that waits,
    and ``waiting_not_charged`` those whose contest waits, that the terms do not charge to
    marketing. ``withdrawn`` and ``recycled`` ended before anybody decided.
    """

    offered = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    undecided = models.PositiveIntegerField()
    withdrawn = models.PositiveIntegerField()
    recycled = models.PositiveIntegerField()
    overturned = models.PositiveIntegerField()
    upheld = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()
    not_charged = models.PositiveIntegerField()
    waiting_not_charged = models.PositiveIntegerField()
    complete = models.PositiveIntegerField()
    incomplete = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("day of handoffs")
        verbose_name_plural = _("days of handoffs")
        constraints = [_one_each(name="handoffcell")]


class ClockCell(DayCell):
    """Clocks by the day of their start.

    ``late`` stopped past due. ``used`` holds the microseconds of open time of all that stopped, in
    ascending order. ``back_dated`` of the met rest on an entry made later. Of the late,
    ``excused`` are in time with blackouts as pauses, and ``excepted`` are left out by an approved
    exception. ``unanswered`` are those that nothing stopped, so that what they are follows from
    an instant alone: a list of [start, due, due with blackouts, end or null, excepted, pauses],
    instants in microseconds since 1970; one with an end was given up then.
    """

    clause_key = models.CharField(max_length=20)
    kind = models.CharField(max_length=15, choices=Clock.Kind)
    met = models.PositiveIntegerField()
    late = models.PositiveIntegerField()
    void = models.PositiveIntegerField()
    back_dated = models.PositiveIntegerField()
    excused = models.PositiveIntegerField()
    excepted = models.PositiveIntegerField()
    used = ArrayField(models.BigIntegerField())
    unanswered = models.JSONField()

    class Meta:
        verbose_name = _("day of a clock")
        verbose_name_plural = _("days of clocks")
        constraints = [_one_each("clause_key", name="clockcell")]


class DealCell(DayCell):
    """Deals by the day they were won or lost, in the agreement's currency.

    ``refused`` were won in a currency for which the version has no rate: they are not in
    ``amount``. The holder is who closed them.
    """

    won = models.PositiveIntegerField()
    lost = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=40, decimal_places=11)

    class Meta:
        verbose_name = _("day of deals")
        verbose_name_plural = _("days of deals")
        constraints = [_one_each(name="dealcell")]


class FollowUpCell(DayCell):
    """Follow-ups by people, by what came of them; ``by_hand`` of all were typed in."""

    attempts = models.PositiveIntegerField()
    contacts = models.PositiveIntegerField()
    conversations = models.PositiveIntegerField()
    by_hand = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("day of follow-ups")
        verbose_name_plural = _("days of follow-ups")
        constraints = [_one_each(name="followupcell")]


class SatisfactionCell(DayCell):
    """Answers to how content somebody is, and the sum of their scores."""

    answers = models.PositiveIntegerField()
    total = models.DecimalField(max_digits=30, decimal_places=4)

    class Meta:
        verbose_name = _("day of satisfaction")
        verbose_name_plural = _("days of satisfaction")
        constraints = [_one_each(name="satisfactioncell")]


CELLS: tuple[type[DayCell], ...] = (
    StageCell, ConversionCell, HandoffCell, ClockCell, DealCell, FollowUpCell, SatisfactionCell,
)  # fmt: skip


class MonthRollUp(models.Model):
    """All that the figures of a month need and that does not depend on when they are read.

    A projection of the month's cells, together with MonthTimes and MonthOpenClocks, whose size
    grows with the number of clocks; ``metrics.monthly`` makes ``counts``. ``changed_at`` is
    when they last came out differently.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, db_index=False, related_name="+")
    month = models.DateField()
    counts = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("roll-up of a month")
        verbose_name_plural = _("roll-ups of months")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "month"], name="monthrollup_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.month:%Y-%m}"


class MonthTimes(models.Model):
    """How long the clocks of a month took that stopped, of a kind, a clause or a response time.

    ``stopped`` holds microseconds of open time as 64-bit integers in ascending order, so that a
    page reads only the few that a percentile touches; ``given_up`` the times of those that will
    not be answered any more, likewise.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, db_index=False, related_name="+")
    month = models.DateField()
    key = models.CharField(max_length=20)
    stopped = models.BinaryField()
    given_up = models.BinaryField()

    class Meta:
        verbose_name = _("times of a month")
        verbose_name_plural = _("times of months")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "month", "key"], name="monthtimes_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.month:%Y-%m} {self.key}"


class MonthOpenClocks(models.Model):
    """The clocks of a month that run, of one clause of a version, one tier and one rule.

    ``due`` and ``started`` are microseconds since 1970 as 64-bit integers, by due time; ``marks``
    are the due times that say which of the others to read (``open_clocks.marks_of``). ``odd`` maps
    a place to [due with blackouts or null, excepted, pauses or null].
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, db_index=False, related_name="+")
    month = models.DateField()
    version = models.ForeignKey(AgreementVersion, models.CASCADE, db_index=False, related_name="+")
    clause_key = models.CharField(max_length=20)
    kind = models.CharField(max_length=15, choices=Clock.Kind)
    tier = models.CharField(max_length=40, blank=True)
    picked_by = models.CharField(max_length=20, blank=True)
    number = models.PositiveIntegerField()
    marks = models.BinaryField()
    due = models.BinaryField()
    started = models.BinaryField()
    odd = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("running clocks of a month")
        verbose_name_plural = _("running clocks of months")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "month", "version", "clause_key", "tier", "picked_by"],
                name="monthopenclocks_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.month:%Y-%m} {self.clause_key}"


class FrozenMonth(models.Model):
    """The figures of a month as they were when it was closed, or completed: never changed.

    Revision 1 is the closing, by a person. Each later one is a completion, by the job: the
    figures that were provisional and have become final since. A figure frozen as final stays as
    it is in every later revision.
    """

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="frozen_months")
    month = models.DateField()
    revision = models.PositiveIntegerField()
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    report = models.JSONField()

    class Meta:
        verbose_name = _("frozen month")
        verbose_name_plural = _("frozen months")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "month", "revision"], name="frozenmonth_unique"
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="frozenmonth_is_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.month:%Y-%m} {self.revision}"

    def commitment(self, key: str, measure: str) -> dict[str, Any] | None:
        """Return the entry of a commitment, if it was in the report."""
        for entry in self.report["commitments"]:
            if (entry["key"], entry["measure"]) == (key, measure):
                found: dict[str, Any] = entry
                return found
        return None

    @property
    def is_complete(self) -> bool:
        """Whether no figure is provisional any more."""
        return all(figure["final"] for figure in self.report["commitments"])
