"""What is asked when an agreement or a draft is begun."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agreements.forms import ZoneField
from agreements.models import Agreement, AgreementVersion, Team, User
from agreements.permissions import check_user_can_start
from agreements.starters import KINDS, LANGUAGES, Starter
from agreements.zones import currency_of

_LANGUAGE_NAMES = {"en": "English", "es": "Español", "pt": "Português"}
_CURRENCIES = {"en": "USD", "es": "EUR", "pt": "BRL"}


class StarterForm(forms.Form):
    """Which starter: its kind and the language of the text."""

    language = forms.ChoiceField(
        label=_("Language of the text"), choices=[(key, _LANGUAGE_NAMES[key]) for key in LANGUAGES]
    )
    kind = forms.ChoiceField(
        label=_("Kind of promises"),
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        choices=[
            ("multilevel", _("Multilevel: tiers of leads, each with targets of its own")),
            ("service", _("Service-focused: the same promises to every lead")),
            ("customer", _("Customer-focused: promises by named account or segment")),
        ],
    )

    @property
    def starter(self) -> Starter:
        """The starter that was chosen."""
        return Starter(self.cleaned_data["kind"], self.cleaned_data["language"])

    @classmethod
    def of(cls, data: Any) -> "StarterForm":
        """Take what was chosen; without a choice, the reader's language and several levels."""
        language = data.get("language")
        kind = data.get("kind")
        return cls(
            {
                "language": language if language in LANGUAGES else readers_language(),
                "kind": kind if kind in KINDS else "multilevel",
            }
        )


def readers_language() -> str:
    """Return the language of the starters that is the reader's."""
    language = (get_language() or "en").split("-")[0]
    return language if language in LANGUAGES else "en"


class AgreementForm(forms.Form):
    """Who agrees: a name, two teams that are there or are made, zone and currency."""

    name = forms.CharField(
        label=_("Name of the agreement"),
        max_length=200,
        help_text=_("Such as “Inbound leads, Brazil”."),
        error_messages={"required": _("Give the agreement a name.")},
    )
    marketing = forms.ModelChoiceField(
        Team.objects.order_by("name"), label=_("Marketing team"), required=False
    )
    new_marketing = forms.CharField(label=_("or a new team"), max_length=200, required=False)
    sales = forms.ModelChoiceField(
        Team.objects.order_by("name"), label=_("Sales team"), required=False
    )
    new_sales = forms.CharField(label=_("or a new team"), max_length=200, required=False)
    time_zone = ZoneField(label=_("Time zone"))
    currency = forms.CharField(
        label=_("Currency"), min_length=3, max_length=3, help_text=_("Three letters, such as EUR.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        currency = currency_of(user.time_zone) or _CURRENCIES[readers_language()]
        self.initial = {"time_zone": user.time_zone, "currency": currency}
        for name in ("marketing", "sales"):
            teams = cast("forms.ModelChoiceField[Team]", self.fields[name])
            teams.empty_label = "–"
        for bound in self:
            widget = bound.field.widget
            css = "form-select" if isinstance(widget, forms.Select) else "form-control"
            widget.attrs["class"] = f"{css} is-invalid" if bound.errors else css

    def clean_currency(self) -> str:
        """Write a currency as the terms do."""
        currency = str(self.cleaned_data["currency"]).upper()
        if not (currency.isascii() and currency.isalpha()):
            raise forms.ValidationError(_("Write the three letters of a currency, such as EUR."))
        return currency

    def clean(self) -> dict[str, Any]:
        """See that each side has one team, two in all, and that the person may speak for one."""
        data = super().clean() or self.cleaned_data
        sides = [self._side(data, name) for name in ("marketing", "sales")]
        if None not in sides and _same(sides[0], sides[1]):
            self.add_error("sales", _("An agreement needs two teams: choose another one here."))
        teams = [side for side in sides if isinstance(side, Team)]
        if None in sides:
            return data
        try:
            check_user_can_start(self.user, *(teams or [Team(pk=0)]))
        except PermissionDenied as refused:
            self.add_error(None, str(refused))
        return data

    def _side(self, data: dict[str, Any], name: str) -> Team | str | None:
        chosen, new = data.get(name), str(data.get(f"new_{name}") or "").strip()
        if chosen and new:
            self.add_error(
                name, _("Choose a team or name a new one, not both: clear one of the two.")
            )
        elif not chosen and not new:
            self.add_error(name, _("Choose a team, or name a new one beside it."))
        return chosen or new or None

    def side(self, name: str) -> Team | str:
        """Return the team of a side, or the name of the one to be made."""
        chosen: Team | None = self.cleaned_data[name]
        return chosen or str(self.cleaned_data[f"new_{name}"]).strip()


def _same(first: Team | str | None, second: Team | str | None) -> bool:
    names = [side.name if isinstance(side, Team) else str(side) for side in (first, second)]
    return names[0].casefold() == names[1].casefold()


@dataclass(frozen=True, slots=True)
class CopyChoice:
    """A version that can be copied, and its status."""

    version: AgreementVersion
    is_own: bool
    status: str


def versions_to_copy(agreement: Agreement, user: User, now: datetime) -> Sequence[CopyChoice]:
    """Return what can be copied: the version in force, the agreement's other ones, then others'."""
    versions = (
        AgreementVersion.objects.filter(agreement__in=Agreement.objects.visible_to(user))
        .select_related("agreement")
        .order_by("agreement__name", "agreement_id", "-number")
    )
    choices = [
        CopyChoice(each, each.agreement_id == agreement.pk, each.status_at(now))
        for each in versions
    ]
    return sorted(choices, key=lambda choice: (not choice.is_own, choice.status != "in_force"))
