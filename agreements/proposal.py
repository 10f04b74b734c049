"""What is said of a text before it is proposed or signed: problems, warnings and its period."""

from datetime import datetime
from typing import Any

from agreements.actions.signing import UnableToSign, check_text, coming_of
from agreements.coming_words import coming_words
from agreements.editing import section_of_path
from agreements.editor.registry import form_named
from agreements.editor.table import ShownProblem
from agreements.models import AgreementVersion
from agreements.terms import warnings
from agreements.wording import problem_sentence


def summary_of(version: AgreementVersion, *, now: datetime) -> dict[str, Any]:
    """Return what the pages show; of a text with problems only those.

    ``refused`` says why a sound text cannot be proposed as it is, such as for its dates.
    """
    found = version.problems()
    summary: dict[str, Any] = {
        "version": version,
        "problems": [
            ShownProblem(form_named(section_of_path(each.path).name), problem_sentence(each))
            for each in found
        ],
        "replaced": version.agreement.versions.in_force(now).exclude(pk=version.pk).first(),
        "comments": version.comments.open().count(),
        "suggestions": version.suggestions.open().count(),
        "coming": [],
        "warnings": [],
        "refused": "",
    }
    if found:
        return summary
    terms = version.parsed_terms()
    coming = coming_of(version, now=now)
    summary["coming"] = coming_words(coming, time_zone=terms.time_zone, now=now)
    summary["warnings"] = [problem_sentence(each) for each in warnings(terms)]
    try:
        check_text(version, now)
    except UnableToSign as error:
        summary["refused"] = str(error)
    return summary
