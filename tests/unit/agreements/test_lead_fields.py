"""Attributes of leads have names in the reader's language, and are known by their own."""

import pytest
from django.utils import translation

from agreements.criteria import Condition
from agreements.editor.lead_fields import field_read, field_shown, fields_shown, known_fields
from agreements.rule_words import FIELD_NAMES, field_words, rule_words
from agreements.starters import load_starter, starter_names

LANGUAGES = ("en", "es", "pt-br")


def test_it_works() -> None:
    rule = Condition(field="job_title", operator="contains", value="diretor")
    with translation.override("pt-br"):
        assert rule_words(rule) == "cargo contém diretor"
        assert field_shown("job_title") == "cargo (job_title)"
        assert field_read("cargo (job_title)") == "job_title"


def test_whatever_starters_ask_about_has_a_name() -> None:
    known = {
        name for starter in starter_names() for name, _shown in known_fields(load_starter(starter))
    }
    assert {"pricing_page_visits", "named_account", "employees"} <= known
    for language in ("es", "pt-br"):
        with translation.override(language):
            assert [name for name in known if field_words(name) == name] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shown_is_read_in_every_language(language: str) -> None:
    for name in (*FIELD_NAMES, "favourite_colour", "cargo", "Work (email)"):
        with translation.override(language):
            shown = field_shown(name)
        assert field_read(shown) == name


def test_what_nobody_knows_is_shown_and_read_as_written() -> None:
    assert field_words("favourite_colour") == field_shown("favourite_colour") == "favourite_colour"
    # A team's own attribute may be called as a well-known one is.
    assert field_read("cargo") == "cargo"
    assert field_read("colour (job_title)") == "colour (job_title)"


def test_they_stand_in_the_order_of_the_alphabet() -> None:
    with translation.override("es"):
        shown = [each for _name, each in fields_shown({"zip", "country", "phone", "employees"})]
    assert shown == ["empleados (employees)", "país (country)", "teléfono (phone)", "zip"]
