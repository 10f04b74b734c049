"""The parts pages are made of: what each shows, and that none shows something by colour alone."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory

from agreements.statuses import LOOKS

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 5, 20, 10, 24, tzinfo=UTC)


def show(name: str, **context: Any) -> str:
    """Render a component; runs of white space read as one space."""
    html = render_to_string(f"components/{name}.html", context)
    return re.sub(r"\s+", " ", html.replace("\N{NO-BREAK SPACE}", " "))


def icons() -> set[str]:
    """Return the names of the icons in the sprite."""
    return set(json.loads((ROOT / "static/src/icons.json").read_text()))


@pytest.mark.parametrize("status", sorted(LOOKS))
def test_status_badge_says_the_status_in_a_word_with_an_icon(status: str) -> None:
    html = show("status_badge", status=status)
    assert str(LOOKS[status].word) in html
    assert f"icons.svg#{LOOKS[status].icon}" in html


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    templates = (ROOT / "templates").rglob("*.html")
    named = {
        name for path in templates for name in re.findall(r'{% icon "([\w-]+)"', path.read_text())
    }
    assert (named | {look.icon for look in LOOKS.values()}) - icons() == set()


def test_clause_key_is_a_link_with_a_name() -> None:
    html = show("clause_key", key="S1", href="/agreement#S1")
    assert 'href="/agreement#S1"' in html
    assert 'aria-label="Clause S1"' in html


def test_running_clock_gives_the_script_what_it_counts_down_from() -> None:
    html = show(
        "clock_chip",
        status="due_soon",
        left=timedelta(minutes=8),
        due_at=NOW + timedelta(minutes=8),
        now=NOW,
        total=timedelta(minutes=30),
        warn_left=timedelta(minutes=9),
        spans="1779267600-1779278400",
    )
    assert 'data-left="480"' in html
    assert f'data-at="{int(NOW.timestamp())}"' in html
    assert 'data-total="1800"' in html
    assert 'data-spans="1779267600-1779278400"' in html
    assert "Due soon" in html
    assert "8 min" in html
    assert ">10:32</time>" in html


def test_overdue_clock_has_a_minus_sign() -> None:
    html = show(
        "clock_chip",
        status="overdue",
        left=-timedelta(hours=9),
        due_at=NOW,
        now=NOW,
        day=timedelta(hours=8),
    )
    assert "−1 d 1 h" in html
    assert "Overdue" in html


def test_settled_clock_stands_still() -> None:
    html = show("clock_chip", status="met", due_at=NOW, now=NOW)
    assert "data-clock" not in html
    assert "Met" in html


def test_attainment_bar_marks_what_was_due_by_now() -> None:
    html = show("attainment_bar", share=0.57, status="at_risk", due_share=0.61)
    assert 'class="bar-fill" width="57%"' in html
    assert 'class="bar-tick" x="61%"' in html
    assert 'aria-label="57% of the target"' in html
    assert "bar-tick" not in show("attainment_bar", share=1.4, status="kept")


def test_sparkline_is_read_aloud_by_its_label() -> None:
    html = show("sparkline", values=[0.8, 0.9], target=0.9, status="kept", label="May 80%")
    assert 'aria-label="May 80%"' in html
    assert 'class="target"' in html
    assert 'class="target"' not in show("sparkline", values=[1], status="kept", label="May 1")


def test_chart_card_holds_figures_for_the_script_and_for_readers() -> None:
    html = show(
        "chart_card",
        id="volume",
        title="MQL against the goal",
        finding="Behind all month.",
        definition="Entries into MQL.",
        chart={"kind": "volume", "days": ["</script>"]},
        table={"head": ["Day", "MQL"], "rows": [["4 May", {"href": "/leads", "text": "16"}]]},
    )
    assert '<script id="volume" type="application/json">' in html
    assert "</script>" not in html.split('type="application/json">')[1].split("</script>", 1)[0]
    assert 'data-chart="volume"' in html
    assert '<a href="/leads">16</a>' in html
    assert "Entries into MQL." in html


def test_pagination_keeps_the_filters() -> None:
    page = Paginator(range(60), 25).get_page(2)
    html = show("pagination", page=page, request=RequestFactory().get("/", {"q": "ana"}))
    assert "26 to 50 of 60" in html
    assert 'href="?q=ana&amp;page=3"' in html
    assert '<span aria-current="page">2</span>' in html


def test_pagination_of_one_page_is_left_out() -> None:
    page = Paginator(range(3), 25).get_page(1)
    assert "nav" not in show("pagination", page=page, request=RequestFactory().get("/"))


def test_refused_action_says_why_beside_it() -> None:
    html = show("refused_action", label="Reject", reason="It was accepted.", id="why")
    assert 'aria-disabled="true" aria-describedby="why"' in html
    assert 'id="why">It was accepted.</p>' in html


def test_filter_chips_can_be_removed_one_by_one() -> None:
    chip = {"label": "Tier", "value": "VIP", "remove_href": "?source=web"}
    html = show("filter_chips", filters=[chip], clear_href="?")
    assert 'href="?source=web"' in html
    assert "Remove the filter Tier" in html
    assert "Remove all" not in html
    assert "Remove all" in show("filter_chips", filters=[chip, chip], clear_href="?")


@pytest.mark.parametrize(
    ("tone", "icon"),
    [
        ("ok", "circle-check"),
        ("warn", "alert-triangle"),
        ("bad", "circle-x"),
        ("accent", "info-circle"),
    ],
)
def test_note_has_an_icon_of_its_tone(tone: str, icon: str) -> None:
    html = show("note", tone=tone, title="It fits.", action_label="Look", action_href="/x")
    assert f"#{icon}" in html
    assert '<a href="/x">Look</a>' in html


def test_empty_state_says_what_to_do_next() -> None:
    html = show(
        "empty_state",
        title="Nothing waits",
        sentence="New ones appear here.",
        action_label="Take one",
        action_href="/take",
        facts=[{"label": "Met today", "value": "11 of 11"}],
    )
    assert '<a class="btn btn-primary" href="/take">Take one</a>' in html
    assert "11 of 11" in html


def test_hours_picture_tells_each_day() -> None:
    block = {"kind": "paused", "y": 0, "height": 0.5}
    day = {"number": 4, "weekday": "M", "blocks": [block], "telling": "Mon 4 May: paused 3 h"}
    html = show("hours_picture", hours=[{"label": "09", "y": 0}], days=[day], label="Hours")
    assert "Mon 4 May: paused 3 h" in html
    assert 'height="50%" fill="url(#hours-paused)"' in html
    assert "now" not in html


def test_no_template_carries_script_or_style_that_the_security_policy_refuses() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        if path.parts[-2] == "emails":
            continue
        html = path.read_text()
        assert not re.search(r"\s(style|on\w+)=[\"']", html), path
        assert not re.search(r"<script(?![^>]*src=)", html), path


def test_filter_select_names_itself_and_shows_what_is_chosen() -> None:
    asked = {"name": "holder", "label": "Held by", "any": "Anybody", "choices": [("b", "Bruno")]}
    html = render_to_string("components/filter_select.html", asked)
    assert '<select class="form-select" name="holder" aria-label="Held by">' in html
    assert '<option value="">Anybody</option>' in html
    assert "selected" not in html

    html = render_to_string("components/filter_select.html", asked | {"id": "who", "chosen": "b"})
    assert '<label class="form-label" for="who">Held by</label>' in html
    assert '<option value="b" selected>Bruno</option>' in html


def test_filter_form_asks_by_the_address_and_shows_what_is_in_force() -> None:
    chips = [{"label": "Clause", "value": "S2", "remove_href": "?"}]
    html = show(
        "filter_form",
        fields_template="metrics/partials/breach_fields.html",
        filters={"clause": "S2", "withdrawn": "yes"},
        choices={"clause": [("S2", "S2 · 4 h")], "party": []},
        month="2026-05",
        chips=chips,
    )
    assert '<form class="filter-bar" method="get" >' in html
    assert '<input type="hidden" name="month" value="2026-05">' in html
    assert '<option value="S2" selected>S2 · 4 h</option>' in html
    assert "Clause: <strong>S2</strong>" in html
