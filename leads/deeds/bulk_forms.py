"""What people fill in when they do one deed to many handoffs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import User
from leads.deeds.forms import RecycleForm, WithdrawForm
from leads.deeds.given_up import given_up_by_recycling, words_of_many
from leads.deeds.reasons import reasons_for
from leads.models import Handoff


class ReassignManyForm(forms.Form):
    """To whom handoffs go: somebody, the team's queue, or whom the rules choose for each."""

    QUEUE, BY_RULES = "queue", "rules"

    to = forms.ChoiceField(
        label=gettext_lazy("Who gets them?"),
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": gettext_lazy("Choose who gets them.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note for the new holders"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )

    def __init__(
        self, *args: Any, people: Sequence[tuple[User, str]], has_rules: bool, **options: Any
    ) -> None:
        """Offer people, each in words, the team's queue, and the rules where there are any."""
        super().__init__(*args, **options)
        self._people = {str(person.pk): person for person, _words in people}
        by_rules = [(self.BY_RULES, _("whom the rules choose for each"))] if has_rules else []
        named = [(str(person.pk), words) for person, words in people]
        queue = (self.QUEUE, _("the team's queue"))
        self.fields["to"].choices = [("", ""), *by_rules, *named, queue]  # type: ignore[attr-defined]

    def told(self) -> dict[str, Any]:
        """Return what the action is told."""
        to = self.cleaned_data["to"]
        return {
            "holder": self._people.get(to),
            "by_rules": to == self.BY_RULES,
            "note": self.cleaned_data["note"],
        }


class RecycleManyForm(RecycleForm):
    """Why and until when leads rest, whichever version each was offered under."""

    def __init__(
        self, *args: Any, handoffs: Sequence[Handoff], now: datetime, **options: Any
    ) -> None:
        """Offer the reasons of every version; what another one lacks is refused for its leads."""
        latest = max(handoffs, key=lambda each: (each.version_id or 0, each.pk))
        super().__init__(*args, handoff=latest, now=now, **options)
        self._handoffs = handoffs
        of_each = {each.version_id: each for each in handoffs}
        reasons: dict[str, str] = {}
        for each in of_each.values():
            reasons |= dict(reasons_for(each, "recycling"))
        self.fields["reason"].choices = list(reasons.items())  # type: ignore[attr-defined]

    def introduction(self) -> str:
        """Say what becomes of the leads; the versions may give them back to different people."""
        return _("The handoffs close. The leads come back on the day you choose.")

    def warnings(self) -> list[str]:
        """Say by which reasons a promise of so many attempts is broken, and of whom."""
        return words_of_many(given_up_by_recycling(self._handoffs, self.now))


class WithdrawManyForm(WithdrawForm):
    """Why offers are taken back."""

    intro = gettext_lazy("They leave the queue of sales, and their clocks end without a verdict.")
