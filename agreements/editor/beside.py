"""What a section asks that is no part of the document, such as the days it is to be in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Beside:
    """What was typed, and what is wrong with what could not be kept: both by the field's name."""

    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, list[str]] = field(default_factory=dict)
