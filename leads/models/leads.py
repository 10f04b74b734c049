"""Leads, the names other systems know them by, and their handoffs."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, AgreementVersion, Membership, User
from leads.any_of import AnyOf
from leads.kin import apart_from
from leads.letters import bare_of

if TYPE_CHECKING:
    from leads.models.personal import Forgetting


class LeadQuerySet(models.QuerySet["Lead"]):
    """Sets of leads."""

    def of_agreement(self, agreement: Agreement) -> Self:
        """Those of which a stage entry or a handoff stands under this agreement."""
        entries = agreement.stage_entries.holding()
        return self.filter(
            models.Exists(entries.filter(lead=models.OuterRef("pk")))
            | models.Exists(agreement.handoffs.standing().filter(lead=models.OuterRef("pk")))
        )

    def one_with(self, kept_ids: Collection[int]) -> Self:
        """Those that are kept under these keys, and those that were merged into them."""
        return self.filter(models.Q(AnyOf("pk", kept_ids)) | AnyOf("merged_into", kept_ids))


class Lead(models.Model):
    """A person or company somebody may sell to: a projection of what was told about it."""

    name = models.CharField(_("name"), max_length=300, blank=True)
    company = models.CharField(_("company"), max_length=300, blank=True)
    email = models.CharField(_("e-mail address"), max_length=320, blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    origin = models.CharField(_("origin"), max_length=120, null=True, blank=True)
    attributes = models.JSONField(default=dict)
    website_domain = models.GeneratedField(
        expression=models.Func("attributes", function="leads_website_domain"),
        output_field=models.TextField(),
        db_persist=True,
    )
    is_email_verified = models.BooleanField(default=False)
    is_contact_barred = models.BooleanField(_("do not contact"), default=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )
    first_heard_at = models.DateTimeField()

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes = [
            GinIndex(
                *(OpClass(bare_of(each), "gin_trgm_ops") for each in ("name", "company", "email")),
                name="lead_search",
            ),
            models.Index(
                models.functions.Lower("email"),
                condition=~models.Q(email=""),
                name="lead_email",
            ),
            models.Index(
                models.Func("email", function="leads_email_key"),
                "id",
                condition=~models.Q(email=""),
                name="lead_same_email",
            ),
            models.Index(
                models.Func("phone", function="leads_phone_key"),
                "id",
                condition=~models.Q(phone=""),
                name="lead_same_phone",
            ),
            models.Index(
                models.Func(
                    "name",
                    "company",
                    models.Func("email", function="leads_email_domain"),
                    function="leads_name_key",
                ),
                "id",
                condition=~models.Q(email=""),
                name="lead_same_name",
            ),
            models.Index(
                models.Func("name", "company", "website_domain", function="leads_name_key"),
                "id",
                condition=~models.Q(website_domain=""),
                name="lead_same_name_by_site",
            ),
            models.Index(
                models.Func("name", "company", "email", function="leads_shown_key"),
                "id",
                condition=models.Q(merged_into__isnull=True),
                name="lead_by_name",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(is_contact_barred=True),
                name="lead_contact_barred",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.company or self.email or f"#{self.pk}"

    @property
    def kept(self) -> "Lead":
        """The lead that stands for it: itself, or the one it was merged into."""
        return self.merged_into or self

    @property
    def lasting_forgetting(self) -> "Forgetting | None":
        """That its person was forgotten, while that lasts; one query."""
        return self.forgettings.lasting().first()


class LeadIdentity(models.Model):
    """What one source calls a lead; an identity belongs to one lead."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="identities")
    source = models.CharField(max_length=64)
    external_id = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="identity_unique"),
        ]
        indexes = [
            GinIndex(fields=["external_id"], opclasses=["gin_trgm_ops"], name="identity_search"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id}"


class HandoffQuerySet(models.QuerySet["Handoff"]):
    """Sets of handoffs."""

    def standing(self) -> Self:
        """Those of which not everything was taken back."""
        return self.exclude(status=Handoff.Status.TAKEN_BACK)

    def open(self) -> Self:
        """Those that nobody has ended: offered or accepted."""
        return self.filter(status__in=Handoff.OPEN)

    def contested(self) -> Self:
        """Those whose rejection waits for the arbiter."""
        return self.filter(status=Handoff.Status.REJECTED, contest=Handoff.Contest.WAITING)

    def resting(self, *, by: date | None = None) -> Self:
        """Those recycled until a date whose lead was not offered again under the agreement.

        With ``by`` only those that come back on that day or before.
        """
        later = Handoff.objects.filter(
            agreement=models.OuterRef("agreement"), offered_at__gt=models.OuterRef("offered_at")
        ).exclude(status__in=(Handoff.Status.REPEATED, Handoff.Status.MERGED))
        rested = apart_from(self.filter(status=Handoff.Status.RECYCLED), later)
        # Asking for a date besides would let the planner expect next to nothing.
        has_date = {"returns_date__isnull": False} if by is None else {"returns_date__lte": by}
        return rested.filter(**has_date)

    def unfollowed(self) -> Self:
        """Of those that ended, those whose lead no other handoff went on with, under any name.

        One that was offered later or ended later did, whatever became of it: `leads.fold` lets
        no decision open the earlier one again.
        """
        later = models.Q(closed_at=None) | models.Q(closed_at__gt=models.OuterRef("closed_at"))
        later |= models.Q(offered_at__gt=models.OuterRef("offered_at"))
        opened = Handoff.objects.filter(
            later, agreement=models.OuterRef("agreement"), offered_at__isnull=False
        )
        none = (Handoff.Status.REPEATED, Handoff.Status.MERGED)
        return apart_from(self, opened.exclude(status__in=none))

    def held_by(self, user: User) -> Self:
        """Those this person has now."""
        return self.filter(holder=user)

    def visible_to(self, user: User) -> Self:
        """Those this person may read.

        Admin and director read all; marketing's people and the sales lead all of their own
        agreements; a rep what they hold or what waits in the team's queue.
        """
        if user.is_admin or user.is_director:
            return self
        memberships = Membership.objects.filter(user=user)
        return self.filter(
            models.Q(agreement__marketing_team__in=memberships.values("team"))
            | models.Q(
                agreement__sales_team__in=memberships.exclude(role=Membership.Role.MEMBER).values(
                    "team"
                )
            )
            | models.Q(agreement__sales_team__in=memberships.values("team"))
            & (models.Q(holder=user) | models.Q(holder__isnull=True))
        )

    def locked(self) -> Self:
        """Lock the rows in primary-key order, the order in which everybody does."""
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))


class Handoff(models.Model):
    """Marketing offers an MQL to sales.

    Which offer it is stays; every other column is a projection of its events. An offer made
    while another handoff of the same lead was open is ``repeated``: it opened nothing.
    """

    class Status(models.TextChoices):
        """Where it stands."""

        EXPECTED = "expected", _("Heard of before its offer")

        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        QUALIFIED = "qualified", _("Qualified")
        DISQUALIFIED = "disqualified", _("Disqualified")
        RECYCLED = "recycled", _("Recycled")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        REPEATED = "repeated", _("Asked for again while open")
        TAKEN_BACK = "taken_back", _("Taken back")
        MERGED = "merged", _("Merged")

    class Contest(models.TextChoices):
        """How the contest of its rejection stands."""

        WAITING = "waiting", _("Waiting for the arbiter")
        UPHELD = "upheld", _("Upheld")
        OVERTURNED = "overturned", _("Overturned")

    OPEN = (Status.OFFERED, Status.ACCEPTED)

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="handoffs")
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="handoffs")
    source = models.CharField(max_length=64)
    external_id = models.CharField(max_length=200)
    offered_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.EXPECTED)
    version = models.ForeignKey(
        AgreementVersion, models.PROTECT, null=True, blank=True, related_name="handoffs"
    )
    tier = models.CharField(max_length=40, blank=True)
    origin = models.CharField(max_length=120, null=True, blank=True)
    holder = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="handoffs")
    received_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    contest = models.CharField(max_length=10, choices=Contest, blank=True)
    is_complete = models.BooleanField(null=True, blank=True)
    meets_criteria = models.BooleanField(null=True, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    returns_date = models.DateField(null=True, blank=True)

    objects = HandoffQuerySet.as_manager()

    class Meta:
        verbose_name = _("handoff")
        verbose_name_plural = _("handoffs")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="handoff_unique"),
            models.UniqueConstraint(
                fields=["lead", "agreement"],
                condition=models.Q(status__in=["offered", "accepted"]),
                name="handoff_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["agreement", "offered_at"], name="handoff_offered"),
            models.Index(
                fields=["agreement", "holder"],
                condition=models.Q(status__in=["offered", "accepted"]),
                name="handoff_queue",
            ),
            models.Index(
                fields=["agreement", "returns_date", "id"],
                condition=models.Q(status="recycled"),
                name="handoff_coming_back",
            ),
            # What waits for the arbiter, and what was rejected last.
            models.Index(
                fields=["agreement", "contest", "closed_at", "id"],
                condition=models.Q(status="rejected"),
                name="handoff_rejected",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead} {self.offered_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """Where the page of the lead it is about shows it."""
        kwargs = {"slug": self.agreement.slug, "pk": self.kept_lead.pk}
        return reverse("leads:detail", kwargs=kwargs, query={"handoff": self.pk})

    @property
    def is_open(self) -> bool:
        """Whether nobody has ended it yet."""
        return self.status in self.OPEN

    @property
    def is_contested(self) -> bool:
        """Whether its rejection waits for the arbiter."""
        return self.status == self.Status.REJECTED and self.contest == self.Contest.WAITING

    @property
    def kept_lead(self) -> Lead:
        """The lead it is about now: the one that is kept where its own was merged into another."""
        return self.lead.kept
