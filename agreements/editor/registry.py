"""Every section of the editor, in the order of the document."""

from agreements.editing import SECTIONS
from agreements.editor import (
    channels,
    commitments,
    funnel,
    handoff,
    objectives,
    parties,
    reasons,
    review,
    roles,
    tiers,
)
from agreements.editor.forms import SectionForm

_BY_NAME: dict[str, SectionForm] = {
    form.name: form
    for form in (
        parties.FORM,
        objectives.FORM,
        funnel.FORM,
        tiers.FORM,
        handoff.FORM,
        commitments.FORM,
        reasons.FORM,
        roles.FORM,
        channels.FORM,
        review.FORM,
    )
}
FORMS = tuple(_BY_NAME[section.name] for section in SECTIONS if section.name in _BY_NAME)


def form_named(name: str) -> SectionForm | None:
    """Return the form of a section, None if there is none."""
    return _BY_NAME.get(name)
