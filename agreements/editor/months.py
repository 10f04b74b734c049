"""The months as they head a column."""

from django.utils.translation import pgettext_lazy

from agreements.terms.values import MONTHS

MONTH_NAMES = dict(
    zip(
        MONTHS,
        (
            pgettext_lazy("month", "Jan"), pgettext_lazy("month", "Feb"),
            pgettext_lazy("month", "Mar"), pgettext_lazy("month", "Apr"),
            pgettext_lazy("month", "May"), pgettext_lazy("month", "Jun"),
            pgettext_lazy("month", "Jul"), pgettext_lazy("month", "Aug"),
            pgettext_lazy("month", "Sep"), pgettext_lazy("month", "Oct"),
            pgettext_lazy("month", "Nov"), pgettext_lazy("month", "Dec"),
        ),
        strict=True,
    )
)  # fmt: skip
