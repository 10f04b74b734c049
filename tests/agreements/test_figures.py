"""How values read in the reader's language, zone and locale."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from agreements import formats, sparklines, statuses
from agreements.durations import Duration

AT = datetime(2026, 5, 22, 19, 40, tzinfo=UTC)
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
WORKING_DAY = timedelta(hours=8)


def plain(text: str) -> str:
    """Read no-break spaces as spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def render(source: str, **context: object) -> str:
    """Render a template that has the tags."""
    return Template("{% load figures %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(hours=1, minutes=20), "1 h 20"),
        (timedelta(hours=21, minutes=16, seconds=59), "21 h 16"),
        (timedelta(hours=1, minutes=2), "1 h 02"),
        (timedelta(hours=4), "4 h"),
        (timedelta(minutes=8, seconds=59), "8 min"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(0), "0 min"),
        (timedelta(minutes=-12), "−12 min"),
        (timedelta(hours=-1, minutes=-20), "−1 h 20"),
        (timedelta(hours=1480), "1,480 h"),
        (None, "–"),
    ],
)
def test_working_time_reads_in_hours_and_minutes(value: timedelta | None, text: str) -> None:
    assert plain(formats.working_time(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(hours=19), "2 d 3 h"),
        (timedelta(hours=9, minutes=59), "1 d 1 h"),
        (timedelta(hours=16, minutes=30), "2 d"),
        (timedelta(hours=7, minutes=59), "7 h 59"),
        (timedelta(hours=-9), "−1 d 1 h"),
    ],
)
def test_working_time_counts_working_days_when_told_their_length(
    value: timedelta, text: str
) -> None:
    assert plain(formats.working_time(value, day=WORKING_DAY)) == text


def test_working_time_does_not_break_over_lines() -> None:
    assert " " not in formats.working_time(timedelta(hours=9, minutes=20), day=WORKING_DAY)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(hours=8), "8:00"),
        (timedelta(hours=1, minutes=20), "1:20"),
        (timedelta(0), "–"),
    ],
)
def test_hours_read_like_a_sum(value: timedelta, text: str) -> None:
    assert formats.hours(value) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [("30min", "30 min"), ("4h", "4 h"), ("1bd", "1 working day"), ("10bd", "10 working days")],
)
def test_promise_names_what_it_counts(written: str, text: str) -> None:
    assert plain(formats.promise(Duration.parse(written))) == text


@pytest.mark.parametrize(
    ("language", "text"), [("en", "1,455"), ("es", "1 455"), ("pt-br", "1.455")]
)
def test_figure_has_the_readers_separators(language: str, text: str) -> None:
    with translation.override(language):
        assert plain(formats.figure(1455)) == text


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Decimal("352.857143"), None, "352.9"),
        (Decimal("352.00"), None, "352"),
        (2.5, 0, "3"),
        (-18, None, "−18"),
        (0, None, "0"),
        (None, None, "–"),
    ],
)
def test_figure_rounds_half_up(
    value: Decimal | float | None, places: int | None, text: str
) -> None:
    assert formats.figure(value, places) == text


@pytest.mark.parametrize(
    ("language", "text"), [("en", "86.4%"), ("es", "86,4 %"), ("pt-br", "86,4%")]
)
def test_percent_has_the_readers_decimal_mark(language: str, text: str) -> None:
    with translation.override(language):
        assert plain(formats.percent(Decimal(152) / 176, 1)) == text


@pytest.mark.parametrize(
    ("share", "places", "text"),
    [
        (Decimal("0.836667"), 0, "84%"),
        (1, 0, "100%"),
        (1.0142, 0, "101%"),
        (0, 0, "0%"),
        (None, 0, "–"),
        (0.9961, 0, "99.6%"),
        (0.99999, 0, "99.9%"),
        (0.9999, 1, "99.99%"),
    ],
)
def test_percent_never_rounds_up_to_the_whole(
    share: Decimal | float | None, places: int, text: str
) -> None:
    assert formats.percent(share, places) == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (12_600_000, "BRL", "R$ 12,600,000"),
        (Decimal("412350.00"), "BRL", "R$ 412,350"),
        (Decimal("12.5"), "EUR", "€ 12.50"),
        (Decimal("1200.4"), "JPY", "¥ 1,200"),
        (10, "CHF", "CHF 10"),
        (None, "BRL", "–"),
    ],
)
def test_money_shows_cents_only_where_there_are_any(
    amount: Decimal | None, currency: str, text: str
) -> None:
    assert plain(formats.money(amount, currency)) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Fri 22 May 16:40"), ("es", "vie 22 may 16:40"), ("pt-br", "sex 22 mai 16:40")],
)
def test_instant_is_in_the_readers_language_and_zone(language: str, text: str) -> None:
    with translation.override(language), timezone.override(SAO_PAULO):
        assert formats.instant(AT) == text


def test_what_is_used_and_what_is_left_add_up() -> None:
    used = timedelta(minutes=42, seconds=20)
    left = timedelta(hours=4) - used
    assert plain(formats.working_time(left)) == "3 h 17"
    assert plain(formats.working_time(formats.left_beside(used, left))) == "3 h 18"
    short = timedelta(seconds=45)
    assert formats.left_beside(timedelta(hours=4) - short, short) == short


def test_instant_names_the_year_when_it_is_another() -> None:
    with timezone.override(SAO_PAULO):
        assert formats.instant(AT, AT) == "Fri 22 May 16:40"
        assert formats.instant(AT, AT + timedelta(days=365)) == "Fri 22 May 2026 16:40"


@pytest.mark.parametrize(
    ("away", "text"),
    [
        (timedelta(hours=-3), "16:40"),
        (timedelta(days=-1), "Fri 16:40"),
        (timedelta(days=-6), "Fri 16:40"),
        (timedelta(days=-7), "Fri 22 May 16:40"),
        (timedelta(days=1), "Fri 16:40"),
        (timedelta(days=2), "Fri 22 May 16:40"),
        (timedelta(days=6), "Fri 22 May 16:40"),
    ],
)
def test_near_instant_is_no_longer_than_needed(away: timedelta, text: str) -> None:
    with timezone.override(SAO_PAULO):
        assert formats.near_instant(AT, AT + away) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (timedelta(0), timedelta(hours=2), "16:40 – 18:40"),
        (timedelta(days=-2), timedelta(days=-2, hours=2), "Wed 20 May 16:40 – 18:40"),
        (timedelta(days=-2), timedelta(0), "Wed 20 May 16:40 – Fri 22 May 16:40"),
        (timedelta(days=-1), timedelta(0), "Thu 21 May 16:40 – Fri 22 May 16:40"),
        (timedelta(days=-365), timedelta(0), "Thu 22 May 2025 16:40 – Fri 22 May 16:40"),
    ],
)
def test_a_span_ends_without_its_day_only_where_it_began(
    start: timedelta, end: timedelta, text: str
) -> None:
    with timezone.override(SAO_PAULO):
        assert " – ".join(formats.span_ends(AT + start, AT + end, AT)) == text
        html = render("{% span start end now %}", start=AT + start, end=AT + end, now=AT)
    assert html.count("<time datetime=") == 2
    assert re.sub(r"<[^>]+>", "", html) == text


@pytest.mark.parametrize(("language", "text"), [("pt-br", "sáb 16:40"), ("es", "sáb 16:40")])
def test_saturday_in_short_has_its_accent(language: str, text: str) -> None:
    with timezone.override(SAO_PAULO), translation.override(language):
        assert formats.near_instant(AT + timedelta(days=1), AT) == text


def test_dates() -> None:
    on = date(2026, 1, 1)
    assert formats.day(on) == "Thu 1 Jan"
    assert formats.day(on, datetime(2025, 12, 31, tzinfo=UTC)) == "Thu 1 Jan 2026"
    assert formats.long_day(on) == "1 January 2026"
    assert formats.month(on) == "January 2026"


@pytest.mark.parametrize(("language", "month"), [("es", "mayo"), ("pt-br", "maio")])
def test_months_follow_the_locale(language: str, month: str) -> None:
    with translation.override(language):
        assert formats.month(date(2026, 5, 1)) == f"{month} de 2026"
        assert formats.long_day(date(2026, 5, 1)) == f"1 de {month} de 2026"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Friday 1 May 2026"),
        ("es", "viernes 1 de mayo de 2026"),
        ("pt-br", "sexta-feira, 1 de maio de 2026"),
    ],
)
def test_full_dates_say_their_weekday(language: str, text: str) -> None:
    with translation.override(language):
        assert formats.full_day(date(2026, 5, 1)) == text


@pytest.mark.parametrize(
    ("language", "text"), [("es", "10 días hábiles"), ("pt-br", "10 dias úteis")]
)
def test_promise_is_in_the_readers_language(language: str, text: str) -> None:
    with translation.override(language):
        assert plain(formats.promise(Duration.parse("10bd"))) == text


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Friday"), ("es", "viernes"), ("pt-br", "sexta-feira")]
)
def test_weekdays_are_written_as_the_language_does(language: str, text: str) -> None:
    with translation.override(language):
        assert formats.weekday(4) == text


def test_missing_dates_read_as_a_dash() -> None:
    assert {formats.instant(None), formats.near_instant(None, AT), formats.day(None)} == {"–"}
    assert {formats.long_day(None), formats.full_day(None), formats.month(None)} == {"–"}


def test_tags_show_what_formats_writes() -> None:
    assert plain(render("{{ v|working_time }}", v=timedelta(minutes=80))) == "1 h 20"
    assert (
        plain(render("{{ v|working_time:d }}", v=timedelta(hours=19), d=WORKING_DAY)) == "2 d 3 h"
    )
    assert render("{{ v|percent:1 }}", v=0.8636) == "86.4%"
    assert render("{{ v|figure }} {{ n|figure }}", v=1455, n=None) == "1,455 –"
    assert plain(render("{{ v|money:'BRL' }}", v=60000)) == "R$ 60,000"
    assert render("{{ v|instant }}", v=AT) == "Fri 22 May 19:40"
    assert render("{{ v|hours }}", v=timedelta(hours=8)) == "8:00"


def test_moment_can_be_read_by_machines() -> None:
    with timezone.override(SAO_PAULO):
        html = render("{% moment v now %}", v=AT, now=AT)
    assert html == (
        '<time datetime="2026-05-22T19:40:00+00:00" title="Fri 22 May 16:40">16:40</time>'
    )


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.573, "57.3%"), (1.4, "100%"), (-1, "0%"), (None, "0%"), (Decimal("0.125"), "12.5%")],
)
def test_extent_stays_inside_its_picture_in_every_locale(
    share: Decimal | float | None, text: str
) -> None:
    with translation.override("es"):
        assert render("{{ v|extent }}", v=share) == text


def test_icon_is_hidden_from_screen_readers() -> None:
    html = render("{% icon 'clock' %}")
    assert 'aria-hidden="true"' in html
    assert "dist/icons.svg#clock" in html


def test_every_status_has_word_icon_and_tone() -> None:
    look = statuses.look_of("at_risk")
    assert (str(look.word), look.icon, look.tone) == ("At risk", "alert-triangle", "warn")
    assert {look.tone for look in statuses.LOOKS.values()} == {"ok", "warn", "bad", "mute"}
    assert all(str(look.word) and look.icon for look in statuses.LOOKS.values())


def test_status_without_a_look_is_an_error() -> None:
    with pytest.raises(KeyError, match="unheard_of"):
        statuses.look_of("unheard_of")


def test_sparkline_marks_what_is_under_the_target() -> None:
    picture = sparklines.sparkline([0.8, 1.0, 0.9], target=0.9)
    assert picture.line == "4.0,24.0 48.0,4.0"
    assert picture.latest == "48.0,4.0 92.0,14.0"
    assert [dot.x for dot in picture.under] == [4]
    assert picture.end == (92, 14, False)
    assert picture.target_y == 14


def test_sparkline_of_a_promise_of_at_most_marks_what_is_over() -> None:
    picture = sparklines.sparkline([30, 90, 20], target=60, at_most=True)
    assert [dot.x for dot in picture.under] == [48]


def test_sparkline_passes_over_missing_figures() -> None:
    assert sparklines.sparkline([None, None]) == ("", "", (), None, None)
    assert sparklines.sparkline([0.5, None, 0.5]).latest == "4.0,14.0 92.0,14.0"
    assert sparklines.sparkline([0.5]).line == ""
