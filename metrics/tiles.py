"""How the cards of the dashboard share its twelve columns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from metrics.charts import Chart
from metrics.funnel_rows import FunnelPicture
from metrics.response_charts import Fact, ResponseChart


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A card: a chart with the figures under it, the funnel, or the breaches."""

    kind: Literal["chart", "funnel", "breaches"]
    chart: Chart | None = None
    facts: tuple[Fact, ...] = ()
    css_class: str = ""


def tiles_of(
    volumes: Sequence[Chart],
    funnel: FunnelPicture | None,
    responses: Sequence[ResponseChart],
    *,
    has_breaches: bool,
) -> tuple[Tile, ...]:
    """Put the first volume beside the funnel, then the others in rows that are full."""
    head: list[Tile] = []
    others = [
        *(Tile(kind="chart", chart=each.chart, facts=each.facts) for each in responses),
        *(Tile(kind="chart", chart=chart) for chart in volumes[1:]),
    ]
    if volumes:
        first = Tile(kind="chart", chart=volumes[0])
        head = _spread([first, Tile(kind="funnel")], "span-8", "span-4")
        if funnel is None:
            head = _spread([first], "span-12")
    elif funnel is not None:
        others.insert(0, Tile(kind="funnel"))
    return (*head, *_in_rows(others, has_breaches=has_breaches))


def _in_rows(tiles: list[Tile], *, has_breaches: bool) -> list[Tile]:
    """Set three cards in a row; the breaches take what the last row leaves."""
    left = len(tiles) % 3
    if not has_breaches:
        return _alone(tiles, left)
    breaches = Tile(kind="breaches")
    if left == 1:
        return [
            *_spread(tiles, *["span-4"] * len(tiles)),
            *_spread([breaches], "span-8"),
        ]
    spans = ["span-4"] * (len(tiles) - left) + ["span-6"] * left
    return [*_spread(tiles, *spans), *_spread([breaches], "span-12")]


def _alone(tiles: list[Tile], left: int) -> list[Tile]:
    if len(tiles) == 1:
        return _spread(tiles, "span-12")
    wide = {0: 0, 1: 4, 2: 2}[left]
    spans = ["span-4"] * (len(tiles) - wide) + ["span-6"] * wide
    return _spread(tiles, *spans)


def _spread(tiles: list[Tile], *spans: str) -> list[Tile]:
    return [replace(tile, css_class=span) for tile, span in zip(tiles, spans, strict=True)]
