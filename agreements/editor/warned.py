"""What of the promises is allowed, but hardly meant: nothing from one side, a tier left out."""

from collections.abc import Mapping, Sequence
from typing import Any

from agreements.editing import section_of_path
from agreements.editor.parts import list_in
from agreements.terms import Problem, parse_terms, warnings
from agreements.terms.problems import problem
from agreements.wording import problem_sentence


def warnings_of(document: Mapping[str, Any], problems: Sequence[Problem]) -> list[str]:
    """Return the warnings about promises; while something is wrong, whether one side has none."""
    if problems:
        found = _one_sided(document)
    else:
        told = warnings(parse_terms(document))
        found = [each for each in told if section_of_path(each.path).name == "commitments"]
    return [problem_sentence(each) for each in found]


def _one_sided(document: Mapping[str, Any]) -> list[Problem]:
    entries = list_in(document, "commitments")
    sides = {entry.get("party") for entry in entries if isinstance(entry, Mapping)}
    missing = [party for party in ("marketing", "sales") if party not in sides]
    if len(missing) == 2:
        return [problem("commitments", "nothing_promised")]
    return [problem("commitments", f"one_sided_{party}") for party in missing]
