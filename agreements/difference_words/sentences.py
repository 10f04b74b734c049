"""Sentences whose decisive part stands out, and texts with what was deleted and inserted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agreements.difference import Run

_ENDS = (".", ".”", "!”", "?”", "…”")


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with its deletions and insertions; as plain text it is the later one."""

    runs: Sequence[Run]

    def __str__(self) -> str:
        return "".join(run.text for run in self.runs if run.kind != "deleted")

    def __html__(self) -> SafeString:
        """Mark what was deleted and inserted, for the eye and for those who listen."""
        told = {"deleted": ("del", _("[deleted:]")), "inserted": ("ins", _("[inserted:]"))}
        return format_html_join(
            "",
            "{}",
            (
                (
                    format_html(
                        '<{0}><span class="visually-hidden">{1} </span>{2}</{0}>',
                        *told[run.kind],
                        run.text,
                    )
                    if run.kind in told
                    else run.text,
                )
                for run in self.runs
            ),
        )

    @property
    def html(self) -> SafeString:
        """The same for templates, which ask a value for its text first."""
        return self.__html__()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A translated sentence and what is filled into it; the names in ``strong`` stand out."""

    template: str
    values: Mapping[str, "str | Marked"]
    strong: tuple[str, ...] = ("after",)

    def __str__(self) -> str:
        return self._ended % self.values

    @property
    def _ended(self) -> str:
        """The template without its full stop where what is filled in brings one."""
        ends = (name for name in self.values if self.template.endswith(f"%({name})s."))
        brought = any(str(self.values[name]).endswith(_ENDS) for name in ends)
        return self.template[:-1] if brought else self.template

    def __html__(self) -> SafeString:
        """Write the sentence with its decisive part in bold."""
        parts = {
            name: format_html("<strong>{}</strong>" if name in self.strong else "{}", value)
            for name, value in self.values.items()
        }
        # Escaped before it is filled in: a translation is text, the parts are safe already.
        return SafeString(conditional_escape(self._ended) % parts)

    @property
    def html(self) -> SafeString:
        """The same for templates, which ask a value for its text first."""
        return self.__html__()
