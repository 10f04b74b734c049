"""What a form of a page would send if nobody typed anything."""

from collections import defaultdict
from html.parser import HTMLParser


def form_values(page: str, form_id: str) -> dict[str, list[str]]:
    """Return the values of a form's controls by name, buttons left out."""
    reader = _Reader(form_id)
    reader.feed(page)
    return dict(reader.values)


class _Reader(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.values: defaultdict[str, list[str]] = defaultdict(list)
        self._form_id, self._is_inside = form_id, False
        self._text: tuple[str, list[str]] | None = None
        self._select: tuple[str, list[str], list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._is_inside = given.get("id") == self._form_id
        if not self._is_inside or "disabled" in given:
            return
        name = given.get("name") or ""
        if tag == "input" and name:
            self._input(name, given)
        elif tag == "textarea" and name:
            self._text = (name, [])
        elif tag == "select" and name:
            self._select = (name, [], [])
        elif tag == "option" and self._select:
            value = given.get("value") or ""
            self._select[1].append(value)
            if "selected" in given:
                self._select[2].append(value)

    def _input(self, name: str, given: dict[str, str | None]) -> None:
        kind = given.get("type", "text")
        if kind in {"checkbox", "radio"} and "checked" not in given:
            return
        if kind not in {"submit", "button"}:
            self.values[name].append(given.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self._text:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text:
            self.values[self._text[0]].append("".join(self._text[1]).removeprefix("\n"))
            self._text = None
        elif tag == "select" and self._select:
            name, options, selected = self._select
            self.values[name] += selected or options[:1]
            self._select = None
        elif tag == "form":
            self._is_inside = False
