"""The style sheets of all pages are one file in the end: what two of them name alike collides."""

import re
from collections import defaultdict
from pathlib import Path

STYLES = Path(__file__).resolve().parent.parent / "static" / "src" / "css"
# Paper hides and shows the components of every page.
ON_PAPER = "print.css"


def classes_styled_as_such(style: str) -> set[str]:
    """Return the classes that have a rule wherever they stand, as `.card {`."""
    # Neither remarks nor the lists of `:is(…)` are selectors of their own.
    bare = re.sub(r"/\*.*?\*/|\([^()]*\)", "", style, flags=re.DOTALL)
    rules = re.findall(r"([^{}]+)\{", bare)
    selectors = (selector.strip() for rule in rules for selector in rule.split(","))
    return {selector[1:] for selector in selectors if re.fullmatch(r"\.[\w-]+", selector)}


def test_a_class_belongs_to_one_family_of_pages() -> None:
    homes = defaultdict(set)
    for path in STYLES.glob("*.css"):
        if path.name != ON_PAPER:
            for name in classes_styled_as_such(path.read_text()):
                homes[name].add(path.name)

    assert "commitment" in homes
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}
