"""Starter documents: complete terms to begin from, each in its company's language."""

from pathlib import Path
from typing import Any

from agreements.terms import document_from_yaml

_FOLDER = Path(__file__).parent


def starter_names() -> tuple[str, ...]:
    """Return the names of the starters, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def load_starter(name: str) -> dict[str, Any]:
    """Return a starter's document, ready to be a draft's terms.

    Raises KeyError that names the starters there are.
    """
    if name not in starter_names():
        raise KeyError(f"There is no starter {name!r}; there are {', '.join(starter_names())}.")
    return document_from_yaml((_FOLDER / f"{name}.yaml").read_bytes())
