"""The geometry of a sparkline: which points a run of figures makes in a small picture."""

from collections.abc import Sequence
from typing import NamedTuple

WIDTH = 96
HEIGHT = 28
_MARGIN = 4


class Dot(NamedTuple):
    """One figure, where it stands, and whether it is under the target."""

    x: float
    y: float
    is_under: bool


class Sparkline(NamedTuple):
    """What to draw, in units of a picture of WIDTH × HEIGHT whose y grows downwards.

    line and latest are the points of a polyline; target_y is None without a target, end is None
    without any figure.
    """

    line: str
    latest: str
    under: tuple[Dot, ...]
    end: Dot | None
    target_y: float | None


def sparkline(
    values: Sequence[float | None], *, target: float | None = None, at_most: bool = False
) -> Sparkline:
    """Lay out the figures of equally long periods, oldest first; a missing one is passed over.

    The scale runs from the least to the greatest of the figures and the target. The last segment
    is apart, because its period may still be open.
    """
    known = [value for value in values if value is not None]
    if not known:
        return Sparkline("", "", (), None, None)
    scale = known if target is None else [*known, target]
    low, high = min(scale), max(scale)
    step = (WIDTH - 2 * _MARGIN) / max(len(values) - 1, 1)
    dots = [
        Dot(_MARGIN + step * place, _height(value, low, high), _is_under(value, target, at_most))
        for place, value in enumerate(values)
        if value is not None
    ]
    return Sparkline(
        line=_points(dots[:-1]),
        latest=_points(dots[-2:]),
        under=tuple(dot for dot in dots[:-1] if dot.is_under),
        end=dots[-1],
        target_y=None if target is None else _height(target, low, high),
    )


def _height(value: float, low: float, high: float) -> float:
    if high == low:
        return HEIGHT / 2
    return round(_MARGIN + (HEIGHT - 2 * _MARGIN) * (high - value) / (high - low), 1)


def _is_under(value: float, target: float | None, at_most: bool) -> bool:
    if target is None:
        return False
    return value > target if at_most else value < target


def _points(dots: Sequence[Dot]) -> str:
    return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in dots)
