"""The sentences that figures are told in."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from agreements.durations import Duration
from metrics.attainment import Status
from metrics.figure_words import chance_text, score_text, share_text
from metrics.findings import (
    breaches_finding,
    funnel_finding,
    likelihood,
    response_finding,
    time_text,
    verdict,
    volume_finding,
    worst_of,
)
from metrics.month_figures import StageFigures
from metrics.percentiles import Percentile, response_times

DAY = timedelta(hours=8)
HOUR = 3_600_000_000


def of_both(marketing: Status, sales: Status, *, is_over: bool = False) -> str:
    statuses = {"marketing": marketing, "sales": sales}
    return verdict(statuses, is_over=is_over, month="May 2026")


def test_the_verdict_names_who_keeps_the_agreement() -> None:
    well, risk, off = Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK
    assert of_both(well, well) == "Both sides keep the agreement so far"
    assert of_both(risk, off) == "Neither side keeps the agreement so far"
    assert of_both(well, off) == "Marketing keeps the agreement so far, sales does not"
    assert of_both(risk, well) == "Sales keeps the agreement so far, marketing does not"


def test_the_verdict_on_a_month_that_is_over() -> None:
    kept, short = Status.KEPT, Status.SHORTFALL
    assert of_both(kept, kept, is_over=True) == "Both sides kept the agreement in May 2026"
    assert of_both(short, short, is_over=True) == "Neither side kept the agreement in May 2026"
    told = of_both(kept, short, is_over=True)
    assert told == "Marketing kept the agreement in May 2026, sales did not"


def test_the_verdict_leaves_out_who_cannot_be_judged() -> None:
    nothing = Status.NO_DATA
    assert of_both(nothing, nothing) == "Nothing can be judged yet"
    assert of_both(nothing, Status.ON_TRACK) == "Sales keeps the agreement so far"
    assert of_both(nothing, nothing, is_over=True) == "Nothing can be judged in May 2026"
    only_sales = verdict({"sales": Status.OFF_TRACK}, is_over=False, month="")
    assert only_sales == "Sales does not keep the agreement so far"


def test_every_pair_of_statuses_has_a_verdict() -> None:
    for is_over in (False, True):
        sentences = {of_both(one, other, is_over=is_over) for one in Status for other in Status}
        assert len(sentences) == 9


def test_a_party_shows_its_worst() -> None:
    assert worst_of([Status.ON_TRACK, Status.AT_RISK, Status.NO_DATA]) is Status.AT_RISK
    assert worst_of([Status.AT_RISK, Status.OFF_TRACK]) is Status.OFF_TRACK
    assert worst_of([Status.KEPT, Status.SHORTFALL]) is Status.SHORTFALL
    assert worst_of([Status.NO_DATA, Status.KEPT]) is Status.KEPT
    assert worst_of([]) is Status.NO_DATA


@pytest.mark.parametrize(
    ("chance", "answer"),
    [
        (0.99, "Almost certainly."),
        (0.8, "Probably."),
        (0.5, "That is open."),
        (0.08, "Probably not."),
        (0.01, "Hardly."),
    ],
)
def test_a_chance_has_a_word(chance: float, answer: str) -> None:
    assert likelihood(chance) == answer


def of_volume(gaps: list[int], *, is_over: bool = False, highest: int | None = None) -> str:
    told = [Fraction(gap) for gap in gaps]
    return volume_finding(told, is_over=is_over, highest=highest, target=Fraction(320))


def test_a_volume_tells_its_course() -> None:
    assert of_volume([]) == "Nothing is due yet."
    assert of_volume([-3, -2, -1]) == "Behind the goal line all the time."
    assert of_volume([0, 2]) == "At or above the goal line all the time."
    assert of_volume([4, -1, -2]) == "Behind the goal line for 2 working days."
    assert of_volume([-4, 1]) == "Above the goal line for 1 working day."


def test_a_volume_tells_where_even_its_good_end_stays() -> None:
    told = of_volume([-5], highest=318)
    assert told.endswith("Even the good end of the projection stays at 318.")
    assert "good end" not in of_volume([-5], highest=330)
    assert "good end" not in of_volume([5], highest=318)


def test_a_volume_tells_how_it_ended() -> None:
    assert of_volume([3, -18], is_over=True) == "It ended 18 short of the goal."
    assert of_volume([7], is_over=True) == "It ended 7 over the goal."
    assert of_volume([0], is_over=True) == "It ended at the goal."


def stage(key: str, entered: int, target: int | None) -> StageFigures:
    return StageFigures(
        key=key,
        name=key.upper(),
        entered=entered,
        implied=0,
        unoffered=0,
        target=None if target is None else Fraction(target),
        by_day={date(2026, 9, 1): entered},
    )


def test_a_funnel_tells_where_its_gap_begins() -> None:
    stages = [stage("lead", 60, 100), stage("mql", 20, 50), stage("sql", 9, 10)]
    half = Fraction(1, 2)
    told = funnel_finding(stages, half)
    assert told == "The gap to the plan begins at the stage MQL."
    assert funnel_finding([stage("lead", 50, 100)], half) == "No stage is behind its plan."
    assert funnel_finding([stage("lead", 50, None)], half) == ""
    assert funnel_finding(stages, None) == ""


def test_response_times_are_told_beside_the_promise() -> None:
    times = response_times([HOUR, 2 * HOUR, 3 * HOUR], [])
    told = response_finding(times, Duration.parse("4h"), DAY).replace("\N{NO-BREAK SPACE}", " ")
    assert told == "Half within 2 h, nine of ten within 2 h 48. The promise: 4 h."
    nothing = response_finding(response_times([], []), Duration.parse("4h"), DAY)
    assert nothing == "Nobody has been followed up yet."


def test_a_percentile_that_touches_a_running_clock_is_at_least() -> None:
    assert time_text(Percentile(Fraction(10 * HOUR), True), DAY) == "at least 1\xa0d\xa02\xa0h"
    assert time_text(Percentile(Fraction(HOUR), False), DAY) == "1\xa0h"
    assert time_text(Percentile(None, False), DAY) == "–"


def test_what_falls_short_of_all_never_reads_as_all() -> None:
    assert score_text(Fraction(999, 1000)) == "99"
    assert score_text(Fraction(1)) == "100"
    assert score_text(None) == "–"
    assert share_text(Fraction(9999, 10000)) == "99.99%"
    assert (share_text(Fraction(1)), share_text(Fraction(964, 1000))) == ("100%", "96.4%")
    assert (chance_text(0.0), chance_text(0.08), chance_text(1.0)) == ("< 1%", "8%", "> 99%")


def test_no_breach_is_good_news() -> None:
    assert breaches_finding(0, is_over=False) == "Nothing is late."
    assert breaches_finding(0, is_over=True) == "Nothing was late."
    assert "latest first" in breaches_finding(3, is_over=False)
