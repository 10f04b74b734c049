"""What people fill in when they end, pause, withdraw or contest a handoff."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import formats
from agreements.wording import arbiter_words
from leads.actions.contests import why_not_overturned
from leads.actions.outcomes import last_return_date, usual_return_date
from leads.actions.pauses import latest_end
from leads.before.qualifying import field_name
from leads.deeds.foreseeing import overdue_if_overturned
from leads.deeds.given_up import given_up_by_recycling, words_of_one
from leads.deeds.log_forms import LocalDateTimeInput
from leads.deeds.reasons import Ending, reasons_for, rulebook_for
from leads.models import Handoff, HandoffEvent

_WIDE = {"class": "form-control"}


@dataclass(frozen=True, slots=True)
class Side:
    """What one side said: the heading, the reason of the terms if it gave one, and its note."""

    heading: str
    reason: str
    event: HandoffEvent


class DeedForm(forms.Form):
    """A deed about a handoff; its fields are what its action is told.

    ``blamed`` is the field beside which the page says why the action refused.
    """

    key: ClassVar[str]
    asks: ClassVar[str | Promise]
    intro: ClassVar[str | Promise] = ""
    button: ClassVar[str | Promise]
    blamed: ClassVar[str | None] = None
    is_danger: ClassVar[bool] = False

    def __init__(self, *args: Any, handoff: Handoff, now: datetime, **options: Any) -> None:
        """Know the handoff it is about."""
        options.setdefault("prefix", self.key)
        super().__init__(*args, **options)
        self.handoff, self.now = handoff, now

    @property
    def title(self) -> str:
        """What the form asks."""
        return str(self.asks) % {"lead": self.handoff.kept_lead}

    def introduction(self) -> str:
        """Say what to know before."""
        return str(self.intro)

    def warnings(self) -> list[str]:
        """Say which promises it would break, or leave broken."""
        return []

    def sides(self) -> list[Side]:
        """Return what was said before, by whom."""
        return []

    def told(self) -> dict[str, Any]:
        """Return what the action is told."""
        return dict(self.cleaned_data)

    @property
    def done(self) -> str:
        """The kind of ``done_words`` that tells of it; empty where it is that of the fact."""
        return ""


def _note(label: Any, *, is_required: bool = False, missing: Any = None) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=is_required,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2} | _WIDE),
        error_messages={"required": missing} if missing else None,
    )


class _ReasonedForm(DeedForm):
    """With a reason that the terms list, and a note."""

    ending: ClassVar[Ending]
    blamed = "reason"

    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": gettext_lazy("Choose the reason.")},
    )
    note = _note(gettext_lazy("Note"))

    def __init__(self, *args: Any, **options: Any) -> None:
        """Offer the reasons of the terms."""
        super().__init__(*args, **options)
        self.fields["reason"].choices = reasons_for(  # type: ignore[attr-defined]
            self.handoff, self.ending
        )


class RejectForm(_ReasonedForm):
    """Why a handoff is rejected."""

    key = "reject"
    asks = gettext_lazy("Reject the handoff of %(lead)s?")
    intro = gettext_lazy(
        "Reject only what should not have been offered. After contact, the lead is "
        "disqualified or recycled instead."
    )
    button = gettext_lazy("Reject the handoff")
    ending = "rejection"
    is_danger = True

    note = _note(gettext_lazy("Note for marketing"))


class DisqualifyForm(_ReasonedForm):
    """Why a lead is none for sales after all."""

    key = "disqualify"
    asks = gettext_lazy("Disqualify %(lead)s?")
    intro = gettext_lazy("The handoff closes. A lead that may buy later is recycled instead.")
    button = gettext_lazy("Disqualify the lead")
    ending = "disqualification"
    is_danger = True


class RecycleForm(_ReasonedForm):
    """Why and until when a lead rests."""

    key = "recycle"
    asks = gettext_lazy("Recycle %(lead)s?")
    button = gettext_lazy("Recycle the lead")
    ending = "recycling"
    blamed = "returns_date"

    returns_date = forms.DateField(
        label=gettext_lazy("Comes back on"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"} | _WIDE),
        error_messages={"required": gettext_lazy("Say on which day the lead comes back.")},
    )
    field_order = ("reason", "returns_date", "note")

    def __init__(self, *args: Any, **options: Any) -> None:
        """Offer the last open day among those the terms allow."""
        super().__init__(*args, **options)
        self.last = last_return_date(self.handoff, self.now)
        field = self.fields["returns_date"]
        field.initial = usual_return_date(self.handoff, self.now)
        first = timezone.localdate(self.now) + timedelta(days=1)
        field.widget.attrs |= {"min": str(first)} | ({"max": str(self.last)} if self.last else {})
        if self.last:
            field.help_text = _("Until %(day)s by the agreement.") % {
                "day": formats.day(self.last, self.now)
            }

    def introduction(self) -> str:
        """Say what becomes of the lead."""
        book = rulebook_for(self.handoff)
        if book and book.terms.recycle.returns_to == "owner":
            return _(
                "The handoff closes. On its day the lead is offered to its holder again by itself."
            )
        return _("The handoff closes. On its day marketing looks at the lead and offers it again.")

    def warnings(self) -> list[str]:
        """Say by which reasons a promise of so many attempts is broken."""
        return [words_of_one(each) for each in given_up_by_recycling([self.handoff], self.now)]


class PauseForm(_ReasonedForm):
    """Why and until when the clocks rest."""

    key = "pause"
    asks = gettext_lazy("Pause the clocks of %(lead)s?")
    intro = gettext_lazy(
        "Its open clocks stand still and are due later, those in working days by as many as are "
        "paused as a whole; they run on by themselves. Both teams see who paused them, why and for "
        "how long."
    )
    button = gettext_lazy("Pause the clocks")
    ending = "pause"
    blamed = "until"

    until = forms.DateTimeField(
        label=gettext_lazy("Until"),
        widget=LocalDateTimeInput(attrs=_WIDE),
        error_messages={"required": gettext_lazy("Say until when the clocks rest.")},
    )
    field_order = ("reason", "until", "note")

    def __init__(self, *args: Any, **options: Any) -> None:
        """Say how long a pause may last."""
        super().__init__(*args, **options)
        latest = latest_end(self.handoff, self.now)
        if latest:
            self.fields["until"].help_text = _("Until %(when)s at most by the agreement.") % {
                "when": formats.instant(latest, self.now)
            }


class QualifyForm(DeedForm):
    """The answers that make a lead an SQL."""

    key = "qualify"
    asks = gettext_lazy("Is %(lead)s an SQL?")
    button = gettext_lazy("Qualify the lead")

    note = _note(gettext_lazy("Note"))

    def __init__(self, *args: Any, **options: Any) -> None:
        """Ask what the terms ask."""
        super().__init__(*args, **options)
        book = rulebook_for(self.handoff)
        self._asked = book.terms.qualification if book else None
        questions = self._asked.required_answers if self._asked else ()
        self._questions = {f"answer_{place}": text for place, text in enumerate(questions, start=1)}
        for name, question in self._questions.items():
            self.fields[name] = forms.CharField(
                label=field_name(question),
                required=False,
                max_length=2000,
                widget=forms.TextInput(attrs=_WIDE),
            )
        self.order_fields([*self._questions, "note"])

    def introduction(self) -> str:
        """Say what the terms call an SQL, and how many answers they ask for."""
        if self._asked is None:
            return ""
        said = [self._asked.definition] if self._asked.definition else []
        needed, all_of_them = self._asked.answers_needed, len(self._questions)
        if self._questions:
            said.append(
                _("The agreement asks for every answer.")
                if needed in (None, all_of_them)
                else _("The agreement asks for %(needed)s of these %(all)s answers.")
                % {"needed": formats.figure(needed), "all": formats.figure(all_of_them)}
            )
        return " ".join(said)

    def told(self) -> dict[str, Any]:
        """Return the answers by their questions."""
        answers = {text: self.cleaned_data[name] for name, text in self._questions.items()}
        return {"answers": answers, "note": self.cleaned_data["note"]}


class WithdrawForm(DeedForm):
    """Why an offer is taken back."""

    key = "withdraw"
    asks = gettext_lazy("Withdraw the offer of %(lead)s?")
    intro = gettext_lazy("It leaves the queue of sales, and its clocks end without a verdict.")
    button = gettext_lazy("Withdraw the offer")
    is_danger = True

    note = _note(gettext_lazy("Note for sales"))


class ContestForm(DeedForm):
    """Why a rejection is wrong."""

    key = "contest"
    asks = gettext_lazy("Contest the rejection of %(lead)s?")
    button = gettext_lazy("Contest the rejection")
    blamed = "note"

    note = _note(
        gettext_lazy("Why is it wrong?"),
        is_required=True,
        missing=gettext_lazy("Say why the rejection is wrong: the arbiter goes by it."),
    )

    def introduction(self) -> str:
        """Say who decides."""
        book = rulebook_for(self.handoff)
        if book is None:
            return ""
        return _("By the agreement it is decided by: %(arbiter)s.") % {
            "arbiter": arbiter_words(book.terms.contest.arbiter)
        }


_DECISIONS = [
    ("no", gettext_lazy("Uphold it: the rejection stands")),
    ("yes", gettext_lazy("Overturn it: the handoff counts as accepted, and goes on now")),
]


class DecideForm(DeedForm):
    """Whether a contested rejection stands."""

    key = "decide"
    asks = gettext_lazy("Does the rejection of %(lead)s stand?")
    button = gettext_lazy("Decide")
    blamed = "is_overturned"

    is_overturned = forms.TypedChoiceField(
        label=gettext_lazy("What do you decide?"),
        choices=_DECISIONS,
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )
    note = _note(gettext_lazy("Note for both teams"))

    def __init__(self, *args: Any, **options: Any) -> None:
        """Offer what can have an effect."""
        super().__init__(*args, **options)
        self._why_not_overturned = why_not_overturned(self.handoff)
        if self._why_not_overturned:
            decision = cast("forms.TypedChoiceField", self.fields["is_overturned"])
            decision.choices = _DECISIONS[:1]
            decision.error_messages["invalid_choice"] = self._why_not_overturned

    def introduction(self) -> str:
        """Say why it can only be upheld, where it can."""
        return self._why_not_overturned

    def warnings(self) -> list[str]:
        """Say which promises were past due before the rejection, and would stay so."""
        if self._why_not_overturned:
            return []
        said = _("Overturned, %(clause)s stays overdue: it was due %(due)s, before the rejection.")
        return [
            said % {"clause": each.clause_key, "due": formats.instant(each.due_at, self.now)}
            for each in overdue_if_overturned(self.handoff, self.now)
        ]

    @property
    def done(self) -> str:
        """Whether it was upheld or overturned."""
        return "overturned" if self.cleaned_data["is_overturned"] else "upheld"

    def sides(self) -> list[Side]:
        """Return why sales rejected it, and what marketing said against that."""
        named = dict(reasons_for(self.handoff, "rejection"))
        heads = {
            HandoffEvent.Kind.REJECTED: (
                _("Rejected because:"),
                named.get(self.handoff.reason, self.handoff.reason),
            ),
            HandoffEvent.Kind.CONTESTED: (_("Contested because:"), ""),
        }
        found = HandoffEvent.objects.holding().filter(handoff=self.handoff, kind__in=heads)
        latest = {each.kind: each for each in found.select_related("person")}
        return [Side(*heads[kind], latest[kind]) for kind in heads if kind in latest]


FORMS: dict[str, type[DeedForm]] = {
    form.key: form
    for form in (
        RejectForm,
        QualifyForm,
        DisqualifyForm,
        RecycleForm,
        PauseForm,
        WithdrawForm,
        ContestForm,
        DecideForm,
    )
}
"""The form of each deed that asks something, by its key; logging a follow-up has its own."""
