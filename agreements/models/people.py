"""People, the teams they belong to, and when they are away."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class UserManager(BaseUserManager["User"]):
    """Makes people who can sign in."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return an address as it is kept: in lower case, as sign-in looks it up."""
        return (email or "").lower()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Add a person who signs in with this e-mail address."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by e-mail address, however it is capitalised."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person. One known only by the name another system gives has no e-mail address."""

    class Theme(models.TextChoices):
        """How pages look to this person."""

        AUTO = "auto", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("e-mail address"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default="en"
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    theme = models.CharField(_("look"), max_length=5, choices=Theme, default=Theme.AUTO)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_admin = models.BooleanField(_("administrator"), default=False)
    is_director = models.BooleanField(_("director"), default=False)
    joined_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.CheckConstraint(
                condition=models.Q(email__isnull=False) | models.Q(is_active=False),
                name="user_with_sign_in_has_email",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        """The first letters of the first and the latest name."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class Team(models.Model):
    """A marketing or a sales team; which of the two it is, an agreement says."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=200)
    members: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User, through="Membership", related_name="teams"
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """What a person is in a team."""

    class Role(models.TextChoices):
        """What somebody may do follows from the role and from the team's side of an agreement."""

        LEAD = "lead", pgettext_lazy("role", "Lead")
        MEMBER = "member", _("Member")
        INTEGRATION = "integration", _("Integration")

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.MEMBER)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="membership_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.team}"


class Absence(models.Model):
    """When a person is away, half-open; recorded beforehand, the time is the team's."""

    user = models.ForeignKey(User, models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="absence_has_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.starts_at:%Y-%m-%d} – {self.ends_at:%Y-%m-%d}"


class OwnerName(models.Model):
    """What another system calls a person who holds leads there."""

    source = models.CharField(_("source"), max_length=64)
    external_name = models.CharField(_("name there"), max_length=200)
    user = models.ForeignKey(User, models.CASCADE, related_name="owner_names")

    class Meta:
        verbose_name = _("owner's name elsewhere")
        verbose_name_plural = _("owners' names elsewhere")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_name"], name="owner_name_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_name}"
