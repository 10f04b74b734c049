"""A commitment of a month as sentences speak of it, with the leads behind each count."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from agreements.terms import Commitment, Terms
from metrics.figure_words import count_text
from metrics.figures import Outcome
from metrics.ledger import InForce, Ledger
from metrics.month_figures import MonthFigures

Href = Callable[[str], str]
"""Gives the address of the leads behind a part of a commitment's figures."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A commitment of a month, and what else is known of it."""

    outcome: Outcome
    ledger: Ledger
    month: MonthFigures
    href: Href

    @property
    def commitment(self) -> Commitment:
        """As the latest version has it."""
        return self.outcome.promised.commitment

    @property
    def version(self) -> InForce:
        """The latest version that promises it."""
        return self.outcome.promised.parts[-1][0]

    @property
    def terms(self) -> Terms:
        """The terms of the latest version."""
        return self.version.terms

    def count(self, number: int, part: str) -> SafeString:
        """Write a count as a link to the leads it counts."""
        if not number:
            return format_html("{}", count_text(number))
        return format_html('<a href="{}">{}</a>', self.href(part), count_text(number))


def plain(text: str) -> SafeString:
    """Escape a sentence."""
    return format_html("{}", text)
