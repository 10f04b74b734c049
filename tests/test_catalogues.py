"""The catalogues hold every sentence of the code and of the templates, whole, in every language."""

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

PROJECT = Path(settings.BASE_DIR)
LANGUAGES = [translation.to_locale(code) for code, _ in settings.LANGUAGES if code != "en"]
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"]),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|<[^<>]+>")

Key = tuple[str | None, str]


@cache
def catalogue(language: str) -> Catalog:
    """Read the catalogue of a language, as it is written."""
    with (PROJECT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, domain="django", abort_invalid=True)


def texts(of: object) -> list[str]:
    """Return the one text of a message, or its singular and plural."""
    return [of] if isinstance(of, str) else list(of) if isinstance(of, list | tuple) else []


def messages(language: str) -> Iterator[Message]:
    """Go through what the catalogue translates, without its header."""
    return (message for message in catalogue(language) if message.id)


def sources() -> Iterator[tuple[Path, str]]:
    """Go through everything that may hold a sentence, as Python that asks for it."""
    for app in ("agreements", "leads", "metrics", "slaportal"):
        for path in (PROJECT / app).rglob("*.py"):
            yield path, path.read_text()
    for path in (PROJECT / "templates").rglob("*.*"):
        asked = templatize(path.read_text(), origin=str(path))
        yield path, re.sub(r"^\s+", "", asked, flags=re.MULTILINE)


@cache
def asked_for() -> list[tuple[Key, Path]]:
    """Return the sentences that code and templates ask for, and where they do."""
    return [
        ((context, texts(said)[0]), path)
        for path, text in sources()
        for _, said, _, context in extract(
            "python", io.BytesIO(text.encode()), KEYWORDS, options={"encoding": "utf-8"}
        )
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    open_ones = [
        message.id
        for message in messages(language)
        if message.fuzzy or not texts(message.string) or not all(texts(message.string))
    ]
    assert open_ones == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_whole(language: str) -> None:
    forms = catalogue(language).num_plurals
    assert forms == 2
    for message in messages(language):
        assert len(texts(message.string)) == (forms if message.pluralizable else 1), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_what_is_filled_in(language: str) -> None:
    for message in messages(language):
        allowed = [set(PLACEHOLDER.findall(text)) for text in texts(message.id)]
        for text in texts(message.string):
            assert set(PLACEHOLDER.findall(text)) in allowed, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_pass_the_checks_of_their_compiler(language: str) -> None:
    assert [(message.id, errors) for message, errors in catalogue(language).check()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_is_asked_for_is_collected(language: str) -> None:
    collected = {(message.context, texts(message.id)[0]) for message in messages(language)}
    missing = {key: path.name for key, path in asked_for() if key not in collected}
    assert missing == {}, "collect them with `make messages` and translate them"


def test_no_sentence_hides_in_an_f_string() -> None:
    """What collects sentences does not look into them."""
    hidden = [
        (path.name, call.lineno)
        for path, text in sources()
        if path.suffix == ".py"
        for string in ast.walk(ast.parse(text))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in KEYWORDS
        and isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []


def test_sentences_of_code_and_of_templates_are_found() -> None:
    kinds = {path.suffix for _, path in asked_for()}
    assert {".py", ".html", ".txt"} <= kinds


@pytest.mark.parametrize(
    ("language", "text"), [("es", "Primer seguimiento"), ("pt-br", "Primeiro contato")]
)
def test_compiled_catalogues_are_there(language: str, text: str) -> None:
    with translation.override(language):
        assert translation.gettext("First follow-up") == text
