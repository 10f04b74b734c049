"""When both parties look at the figures together, with the next dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.editor.fields import Field
from agreements.editor.forms import SectionForm
from agreements.review_dates import review_dates
from agreements.terms import Problem

WEEKDAYS = [
    ("mon", _("Monday")),
    ("tue", _("Tuesday")),
    ("wed", _("Wednesday")),
    ("thu", _("Thursday")),
    ("fri", _("Friday")),
    ("sat", _("Saturday")),
    ("sun", _("Sunday")),
]


@dataclass(frozen=True, slots=True)
class ReviewForm(SectionForm):
    """The section of the reviews, which shows the next six of them."""

    template: str = "agreements/editor/sections/review.html"

    def context(self, document: Mapping[str, Any], problems: Sequence[Problem]) -> dict[str, Any]:
        """Return the next dates; none while something of the section is wrong."""
        review = document.get("review") or {}
        is_wrong = any(each.path.split(".")[0] == "review" for each in problems)
        if is_wrong or not review:
            return {"review_dates": []}
        today = timezone.localdate()
        return {"review_dates": review_dates(review["cadence"], review.get("weekday"), today)}


FORM = ReviewForm(
    name="review",
    title=_("Reviews"),
    intro=_("Promises that nobody looks at together are forgotten within a quarter."),
    fields=(
        Field(
            "review.cadence",
            "choice",
            _("How often"),
            choices=[
                ("", _("not chosen yet")),
                ("weekly", _("each week")),
                ("fortnightly", _("every two weeks")),
                ("monthly", _("each month")),
                ("quarterly", _("each quarter")),
            ],
        ),
        Field("review.weekday", "choice", _("Weekday"), choices=[("", "–"), *WEEKDAYS]),
        Field("review.time", "time", pgettext_lazy("of day", "Time")),
        Field("review.minutes", "number", _("Length"), unit=_("minutes")),
        Field("review.participants", "lines", _("Participants"), help=_("One a line.")),
        Field("review.agenda", "lines", _("Agenda"), help=_("One point a line.")),
    ),
)
