"""A section of the editor as a form: read what was typed, change its lists, show it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict

from agreements.editing import EditedSection, part_of, section_named
from agreements.editor.beside import Beside
from agreements.editor.deeds import after_deed
from agreements.editor.fields import (
    Field,
    Rows,
    Shown,
    ShownRows,
    Text,
    read_fields,
    shown_fields,
)
from agreements.models import AgreementVersion, User
from agreements.terms import Problem


@dataclass(frozen=True, slots=True)
class SectionForm:
    """A section that consists of fields and lists of rows; others build on it.

    ``fields`` name places within the section's part, such as ``pause.max``. ``template`` lays
    them out; it gets ``fields`` and what `context` adds. ``around`` is what stands in the section
    and is shown anew whenever it has saved itself; ``below`` stands after the form.
    """

    name: str
    title: Text
    intro: Text
    fields: tuple[Field | Rows, ...]
    template: str = "agreements/editor/section_fields.html"
    around: str = ""
    below: str = ""

    @property
    def section(self) -> EditedSection:
        """The section of the document that this form edits."""
        found = section_named(self.name)
        if found is None:
            raise KeyError(self.name)
        return found

    def read(self, document: Mapping[str, Any], data: QueryDict) -> dict[str, Any]:
        """Return the section's part with what was typed in it."""
        return read_fields(self.fields, part_of(document, self.section), data)

    def changed(self, part: Mapping[str, Any], deed: str) -> dict[str, Any]:
        """Return the part after a deed on one of its lists, such as ``add objectives``."""
        return after_deed(self.fields, part, deed)

    def changed_in(
        self,
        document: Mapping[str, Any],  # noqa: ARG002 - for those whose deeds need the rest of it
        part: Mapping[str, Any],
        deed: str,
    ) -> dict[str, Any]:
        """Return the part after a deed, as `changed` does, in the document as it is stored."""
        return self.changed(part, deed)

    def is_reshaped(
        self,
        before: Mapping[str, Any],  # noqa: ARG002 - for those whose fields follow from values
        after: Mapping[str, Any],  # noqa: ARG002
    ) -> bool:
        """Whether the part has other fields now than those that stand in the page."""
        return False

    def shown(
        self, document: Mapping[str, Any], problems: Sequence[Problem]
    ) -> Iterator[Shown | ShownRows]:
        """Give the fields as they are shown, each with what is wrong with it."""
        return shown_fields(self.fields, part_of(document, self.section), document, problems)

    def context(
        self,
        document: Mapping[str, Any],  # noqa: ARG002 - for those that need it
        problems: Sequence[Problem],  # noqa: ARG002
    ) -> dict[str, Any]:
        """Return what else the template needs."""
        return {}

    def context_of(
        self,
        version: AgreementVersion,  # noqa: ARG002 - for those that compare it with another
        document: Mapping[str, Any],
        problems: Sequence[Problem],
        *,
        shown: Sequence[Shown | ShownRows],  # noqa: ARG002
        now: datetime,  # noqa: ARG002
    ) -> dict[str, Any]:
        """Return what else the template needs for this version, whose fields are ``shown``."""
        return self.context(document, problems)

    def keep_beside(
        self,
        version: AgreementVersion,  # noqa: ARG002 - for those that ask more than the document says
        data: QueryDict,  # noqa: ARG002
        *,
        by: User,  # noqa: ARG002
        now: datetime,  # noqa: ARG002
    ) -> Beside:
        """Keep what was typed besides the document; return what could not be kept."""
        return Beside()

    def shown_beside(
        self,
        version: AgreementVersion,  # noqa: ARG002
        beside: Beside,  # noqa: ARG002
    ) -> dict[str, Any]:
        """Return what the template needs of it: ``beside`` are fields, by their names."""
        return {}
