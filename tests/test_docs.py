"""The documentation says what the code does."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

from agreements.lifecycle import state_diagram
from agreements.terms import SCHEMA, Terms

DOCS = Path(__file__).parent.parent / "docs"
OURS = {"agreements", "leads", "metrics", "slaportal"}


def test_every_command_is_listed() -> None:
    ours = {name for name, app in get_commands().items() if app in OURS}
    listed = re.findall(r"^\| `(\w+)", (DOCS / "reference/commands.md").read_text(), re.MULTILINE)
    assert set(listed) == ours


def test_the_state_diagram_is_up_to_date() -> None:
    assert state_diagram() in (DOCS / "reference/version-status.md").read_text()


def test_every_key_of_the_terms_is_explained() -> None:
    text = (DOCS / "reference/terms.md").read_text()
    keys = {field.alias or name for name, field in Terms.model_fields.items()}
    assert {key for key in keys if f"`{key}`" not in text} == set()
    assert f"| `schema` | {SCHEMA} |" in text


def test_every_page_about_leads_says_who_opens_it() -> None:
    text = (DOCS / "reference/roles.md").read_text()
    told = set(re.findall(r"`([^`]+)`", text[text.index("## The pages about leads") :]))
    assert set(addresses(get_resolver("leads.urls").url_patterns)) - told == set()


def addresses(patterns: Iterable[URLPattern | URLResolver], above: str = "") -> Iterator[str]:
    """Yield addresses with "…" for what differs."""
    for pattern in patterns:
        address = above + re.sub(r"<[^>]+>", "…", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, address)
        else:
            yield address


@pytest.mark.parametrize(
    "page", sorted(DOCS.parent.glob("*.md")) + sorted(DOCS.rglob("*.md")), ids=lambda p: p.name
)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target
