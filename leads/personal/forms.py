"""What administrators fill in to forget a person, and to say how long personal data is kept."""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leads.actions.forgetting import REASON_LENGTH
from leads.column_names import keys_called, names_of_keys
from leads.models import RetentionRules
from leads.personal.blanking import PERSONAL

_WIDE = {"class": "form-control"}


class ForgetForm(forms.Form):
    """Why a person is forgotten, and their name once more, so that it is no slip."""

    reason = forms.CharField(
        label=_("Why is the person forgotten?"),
        help_text=_("It stays in the list of forgotten people, so name nobody in it."),
        max_length=REASON_LENGTH,
        widget=forms.TextInput(attrs=_WIDE),
        error_messages={
            "required": _("Say why: the reason stays when everything else is gone."),
        },
    )
    name = forms.CharField(
        label=_("The lead's name, as it stands above"),
        widget=forms.TextInput(attrs=_WIDE | {"autocomplete": "off"}),
        error_messages={"required": _("Type the name to say that you mean this person.")},
    )

    def __init__(self, *args: Any, named: str, **options: Any) -> None:
        """Ask for the name of one lead."""
        super().__init__(*args, **options)
        self._named = named

    def clean_name(self) -> str:
        """Refuse any other name."""
        typed = " ".join(self.cleaned_data["name"].split())
        if typed.casefold() != " ".join(self._named.split()).casefold():
            raise forms.ValidationError(_("This is another name: type the one that stands above."))
        return typed


class RetentionForm(forms.ModelForm):  # type: ignore[type-arg]
    """How long personal data is kept."""

    kept_attributes = SimpleArrayField(
        forms.CharField(max_length=300),
        label=_("Further attributes that say nothing about a person"),
        help_text=_(
            "As the pages of leads name them, separated by commas; they stay when a person is "
            "forgotten."
        ),
        required=False,
        widget=forms.TextInput(attrs=_WIDE),
    )

    class Meta:
        model = RetentionRules
        fields = ("forget_after_months", "empty_after_days", "kept_attributes")

    def __init__(self, *args: Any, **options: Any) -> None:
        """Say what an empty field means."""
        super().__init__(*args, **options)
        self._names = names_of_keys(self.instance.kept_attributes)
        self.initial["kept_attributes"] = [*dict.fromkeys(self._names.values())]
        months, days = self.fields["forget_after_months"], self.fields["empty_after_days"]
        months.label = _("Forget leads without a sign of life for so many months")
        months.help_text = _("Empty: nobody is forgotten by rule.")
        days.label = _("Empty calls and files that came in after so many days")
        days.help_text = _("At least 7 days. Empty: what came in stays.")
        months.error_messages |= {
            "min_value": _("Give 1 month or more, or leave it empty."),
            "max_value": _("Give at most 240 months, or leave it empty."),
        }
        days.error_messages |= {
            "min_value": _("Give 7 days or more, or leave it empty."),
            "max_value": _("Give at most 7300 days, or leave it empty."),
        }
        for number in (months, days):
            number.widget.attrs |= _WIDE | {"inputmode": "numeric"}

    def clean_kept_attributes(self) -> list[str]:
        """Return the keys of attributes: of those that stay already the same, whatever came since.

        Raises ValidationError for what no lead has, which may be a slip and is blanked for good,
        and for what says who it is.
        """
        typed = [name.strip() for name in self.cleaned_data["kept_attributes"]]
        meant = keys_called(typed) | self._keys_kept()
        if unknown := [name for name in typed if not meant[name]]:
            sentence = ngettext(
                "No lead has “%(names)s”: write it as the page of a lead does.",
                "No lead has “%(names)s”: write them as the page of a lead does.",
                len(unknown),
            )
            raise _refusal(sentence, unknown)
        if personal := [name for name in typed if PERSONAL.issuperset(meant[name])]:
            sentence = ngettext(
                "“%(names)s” says who it is and cannot stay: take it out.",
                "“%(names)s” say who it is and cannot stay: take them out.",
                len(personal),
            )
            raise _refusal(sentence, personal)
        keys = dict.fromkeys(key for name in typed for key in meant[name])
        return [key for key in keys if key not in PERSONAL]

    def _keys_kept(self) -> dict[str, list[str]]:
        """Return which keys stay already, by their own name and by that in the field."""
        kept: dict[str, list[str]] = {key: [key] for key in self._names}
        for key, name in self._names.items():
            if name != key:
                kept.setdefault(name, []).append(key)
        return kept

    @property
    def changes_when(self) -> bool:
        """Whether it says anew after how long something goes, and not only what stays."""
        return not {"forget_after_months", "empty_after_days"}.isdisjoint(self.changed_data)


def _refusal(sentence: str, names: list[str]) -> forms.ValidationError:
    return forms.ValidationError(sentence % {"names": "”, “".join(names)})
