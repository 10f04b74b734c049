"""The panel beside a rep's queue: two clicks without scrolling, clocks that count, keys, words."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from agreements.models import AgreementVersion, User
from leads.actions import handoffs, pauses
from leads.models import Handoff
from tests.browser import faults, hold, wait_until_answered
from tests.journeys.queues import QUEUE, offer_many, panel_of
from tests.leads.pages import offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], None]


@pytest.fixture
def three(version: AgreementVersion, ana: User) -> list[Handoff]:
    return offer_many(version, ana, 3)


@pytest.mark.parametrize(
    ("status", "language"),
    [("accepted", "en"), ("offered", "en"), ("offered", "es"), ("offered", "pt-br")],
)
def test_two_clicks_need_no_scrolling_on_a_laptop(
    page: Page,
    sign_in: SignIn,
    version: AgreementVersion,
    ana: User,
    status: str,
    language: str,
) -> None:
    User.objects.filter(pk=ana.pk).update(language=language)
    page.set_viewport_size({"width": 1366, "height": 768})
    told = {"job_title": "Head of projects", "company": "Vale Norte", "city": "Belo Horizonte"}
    handoff = offer(
        version,
        "Fernanda",
        timezone.now() - timedelta(minutes=22),
        holder=ana,
        phone="+55 31 9 8845-0192",
        email="fernanda.figueiredo@vale-norte.example",
        message="We run 14 sites and look for one place to plan them. " * 4,
        **told,
    )
    if status == "accepted":
        handoffs.accept(handoff=handoff, by=ana, now=timezone.now())
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Fernanda")
    tiles = page.locator("#deed .tile")
    expect(tiles).to_have_count(14)
    save = page.locator("#deed [type=submit]")
    expect(save).to_be_in_viewport(ratio=1)
    above = save.bounding_box()
    assert above
    for tile in tiles.all():
        expect(tile).to_be_in_viewport(ratio=1)
        box = tile.bounding_box()
        assert box
        assert box["y"] + box["height"] <= above["y"]

    page.keyboard.press("p")
    expect(page.locator("#deed-title")).to_be_focused()
    expect(page.locator("[name=pause-until]")).to_be_visible()


def test_what_a_follow_up_will_do_is_in_sight_in_a_low_window(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    page.set_viewport_size({"width": 1280, "height": 640})
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    page.locator(".tile", has_text="No answer").click()
    expect(page.locator("[data-foreseen] .effects")).to_be_in_viewport(ratio=1)


def test_what_a_follow_up_will_do_moves_no_button_that_is_pressed(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    held = hold(page, "**/foreseen/**")
    page.get_by_label("Note").fill("Rang twice.")
    save = page.get_by_role("button", name="Save follow-up")
    foreseen = page.locator("[data-foreseen]")

    def answer_while_pressing(button: Locator) -> None:
        button.hover()
        page.mouse.down()
        with page.expect_response("**/foreseen/**"):
            held.pop().continue_()
        expect(page.locator("[data-foreseen][aria-busy=true]")).to_have_count(0)
        expect(foreseen).to_be_empty()

    with page.expect_request("**/foreseen/**"):
        page.locator(".tile", has_text="No answer").click()
    assert len(held) == 1  # for the outcome: a note changes no clock
    answer_while_pressing(page.get_by_label("Note"))
    with page.expect_request("**/foreseen/**"):
        page.mouse.up()
    answer_while_pressing(save)
    page.mouse.up()
    expect(page.get_by_text("Logged: call")).to_be_visible()
    page.unroute("**/foreseen/**")


def shown_left(page: Page, handoff: Handoff) -> Locator:
    return page.locator(f"#row-{handoff.pk} [data-clock-left]:visible")


def test_clocks_count_down_without_asking(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.clock.install()
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    wait_until_answered(page)
    page.clock.pause_at(timezone.now() + timedelta(seconds=5))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    clock = page.locator(f"#row-{three[0].pk} [data-clock]")
    an_hour = (
        "clock => Object.assign(clock.dataset, {left: '3605', at: Date.now() / 1000, spans: ''})"
    )
    clock.evaluate(an_hour)

    page.clock.run_for(5_000)
    expect(shown_left(page, three[0])).to_have_text("1 h")
    page.clock.run_for(5_000)
    expect(shown_left(page, three[0])).to_have_text("59 min")
    assert asked == []


def test_a_clock_counts_again_when_its_pause_ends(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    now = timezone.now()
    until = now + timedelta(hours=2)
    pauses.pause(handoff=three[0], reason="asked", until=until, by=ana, now=now)
    sign_in(page, ana)
    page.clock.install()
    page.goto(f"{QUEUE}?open={three[0].pk}")
    panel_of(page, "Lead 01")
    row = page.locator(f"#row-{three[0].pk}")
    expect(row).to_contain_text("Paused until")
    expect(shown_left(page, three[0])).to_have_count(0)
    page.clock.fast_forward("02:01:00")
    expect(shown_left(page, three[0])).to_be_visible()
    expect(row).not_to_contain_text("Paused until")


def test_the_queue_is_searched_by_its_key(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff]
) -> None:
    sign_in(page, ana)
    page.goto(QUEUE)
    panel_of(page, "Lead 01")
    page.keyboard.press("/")
    expect(page.get_by_label("Name, company, e-mail or id")).to_be_focused()
    page.keyboard.type("Lead 02")
    page.keyboard.press("Enter")
    expect(page.locator(".queue-row")).to_have_count(1)


BROKEN_WORDS = """tiles => tiles.flatMap(tile => {
  const found = [];
  for (const node of tile.childNodes) {
    if (node.nodeType !== Node.TEXT_NODE) continue;
    for (const word of node.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const box = range.getBoundingClientRect(), around = tile.getBoundingClientRect();
      const isOut = box.left < around.left || box.right > around.right;
      if (isOut || range.getClientRects().length > 1) found.push(word[0]);
    }
  }
  return found;
})"""


@pytest.mark.parametrize("language", ["es", "pt-br"])
@pytest.mark.parametrize("width", [390, 1280])
def test_words_of_tiles_are_whole(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff], language: str, width: int
) -> None:
    User.objects.filter(pk=ana.pk).update(language=language)
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, ana)
    page.goto(f"{QUEUE}?open={three[0].pk}")
    panel_of(page, "Lead 01")
    tiles = page.locator("#deed .tile")
    expect(tiles).to_have_count(14)
    assert page.locator("html").get_attribute("lang") == language
    assert tiles.evaluate_all(BROKEN_WORDS) == []
    assert faults(page) == []


@pytest.mark.parametrize("key", ["r", "z"])
def test_digits_stand_beside_what_they_choose(
    page: Page, sign_in: SignIn, ana: User, three: list[Handoff], key: str
) -> None:
    sign_in(page, ana)
    page.goto(f"{QUEUE}?open={three[2].pk}")
    panel_of(page, "Lead 03")
    wait_until_answered(page)
    expect(page.locator(".htmx-settling")).to_have_count(0)
    page.keyboard.press(key)
    expect(page.locator("#deed-title")).to_be_focused()
    choices = page.locator("#deed .choice")
    digits = choices.locator(".digit:visible").all_inner_texts()
    assert digits == [str(place) for place in range(1, choices.count() + 1)]
    page.keyboard.press(digits[-1])
    expect(choices.last.get_by_role("radio")).to_be_checked()
    assert faults(page) == []
