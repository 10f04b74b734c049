"""Cards of the dashboard fill their rows, whatever there is to show."""

from itertools import product

import pytest

from metrics.charts import Chart
from metrics.funnel_rows import FunnelPicture
from metrics.response_charts import ResponseChart
from metrics.tiles import Tile, tiles_of

FUNNEL = FunnelPicture("", (), has_plan=True)


def chart(name: str) -> Chart:
    return Chart(id=name, title="", finding="", definition="", data={}, table={}, caption="")


def tiles(volumes: int, responses: int, *, funnel: bool, breaches: bool) -> tuple[Tile, ...]:
    return tiles_of(
        [chart(f"volume-{number}") for number in range(volumes)],
        FUNNEL if funnel else None,
        [ResponseChart(chart=chart(f"r-{number}"), facts=()) for number in range(responses)],
        has_breaches=breaches,
    )


def widths(shown: tuple[Tile, ...]) -> list[int]:
    return [int(tile.css_class.removeprefix("span-")) for tile in shown]


def test_it_works() -> None:
    shown = tiles(2, 3, funnel=True, breaches=True)
    kinds = [tile.kind for tile in shown]
    assert kinds == ["chart", "funnel", *["chart"] * 4, "breaches"]
    assert widths(shown) == [8, 4, 4, 4, 4, 4, 8]


@pytest.mark.parametrize(
    ("volumes", "responses", "funnel", "breaches"),
    list(product(range(4), range(6), (True, False), (True, False))),
)
def test_every_row_is_full(volumes: int, responses: int, funnel: bool, breaches: bool) -> None:
    shown = tiles(volumes, responses, funnel=funnel, breaches=breaches)
    left = 0
    for width in widths(shown):
        assert width <= (left or 12)
        left = (left or 12) - width
    assert left == 0
    assert len(shown) == volumes + responses + funnel + breaches
