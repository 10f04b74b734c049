"""How a team hands its handoffs out: its own rules, unsigned, and who had which turn."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter

from agreements.criteria import AnyRule, Rule
from agreements.models import Agreement, User
from leads.assignment.rules import Method, takes_all
from leads.models.leads import Handoff

_RULE: TypeAdapter[AnyRule] = TypeAdapter(Rule)


class TeamRules(models.Model):
    """The rules of a sales team under an agreement; whoever assigns by them locks this row.

    ``in_use_since`` is empty while they are not in use: handoffs offered before it are left to
    people. ``left_to`` tells by the name of a system whether it says itself who gets what it
    offers; where it is not said, ``assigning_systems`` goes by what the system did lately.
    """

    agreement = models.OneToOneField(Agreement, models.PROTECT, related_name="team_rules")
    in_use_since = models.DateTimeField(null=True, blank=True)
    left_to = models.JSONField(default=dict, blank=True, db_default={})

    class Meta:
        verbose_name = _("rules of a team")
        verbose_name_plural = _("rules of teams")

    def __str__(self) -> str:
        return str(self.agreement)


class AssignmentRule(models.Model):
    """One rule: for which leads, how it chooses, and among whom. The first that fits decides.

    Without ``when`` it is for every lead; without people it is for every rep of the team.
    """

    class Method(models.TextChoices):
        """How a rule chooses one of its people."""

        ROUND_ROBIN = Method.ROUND_ROBIN.value, _("In turns")
        LOAD = Method.LOAD.value, _("Who has the fewest open handoffs")
        EARLIER_OWNER = Method.EARLIER_OWNER.value, _("The lead's earlier owner")

    rules = models.ForeignKey(TeamRules, models.CASCADE, related_name="entries")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=120)
    when = models.JSONField(null=True, blank=True)
    method = models.CharField(_("who gets it"), max_length=13, choices=Method)
    people = models.ManyToManyField(User, related_name="+")

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering = ("place",)
        constraints = [
            models.UniqueConstraint(
                fields=["rules", "place"],
                deferrable=models.Deferrable.DEFERRED,
                name="assignment_rule_place",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def condition(self) -> AnyRule | None:
        """For which leads it is; None is for every one."""
        return None if self.when is None else _RULE.validate_python(self.when)

    @property
    def takes_all(self) -> bool:
        """Whether it passes nothing on unless all its people are away."""
        return takes_all(self.when, self.method)


class AssignmentTurn(models.Model):
    """That a rule gave a handoff to somebody, or that none could and it went to the queue.

    A record: it says by which rule, as it was called then, and who was skipped. ``external_id``
    names the event that the portal told. ``load`` is how many open handoffs the person had before.
    """

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="turns")
    external_id = models.CharField(max_length=200, unique=True)
    rule = models.ForeignKey(
        AssignmentRule, models.SET_NULL, null=True, blank=True, db_index=False, related_name="turns"
    )
    rule_name = models.CharField(max_length=120, blank=True)
    method = models.CharField(max_length=13, choices=AssignmentRule.Method, blank=True)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    load = models.PositiveIntegerField(null=True, blank=True)
    skipped = models.JSONField(default=list)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        indexes = [models.Index(fields=["rule", "-id"], name="turn_of_rule")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True, load__isnull=True)
                | models.Q(user__isnull=False, load__isnull=False),
                name="turn_person_has_load",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_name} · {self.handoff_id}"
