"""Who decides a contested rejection, read from the terms and said in the reader's language."""

import pytest
from django.utils import translation

from agreements.arbiters import party_of_arbiter, seat_of_arbiter
from agreements.document import sections_of
from agreements.models import Agreement, Team
from agreements.starters import load_starter
from agreements.terms import parse_terms
from agreements.wording import arbiter_words

AGREEMENT = Agreement(marketing_team=Team(name="Marketing"), sales_team=Team(name="Sales"))


def test_it_works() -> None:
    assert party_of_arbiter("Sales  lead") == "sales"
    assert party_of_arbiter("líder de marketing") == "marketing"
    assert party_of_arbiter("direção") is None
    assert seat_of_arbiter("Direção") == "director"


@pytest.mark.parametrize(
    ("seat", "written"),
    [
        ("marketing", ["The marketing lead", "o líder de marketing", "el/la líder de márketing"]),
        ("marketing", ["lead of the marketing team", "líder do time de marketing"]),
        ("sales", ["the sales lead", "o líder de vendas", "O(a) líder da equipe de vendas"]),
        ("sales", ["el líder de ventas", "La líder de ventas.", "LIDER DE VENTAS"]),
        ("director", ["the director", "a direção", "A DIRECAO", "Diretoria", "o(a) diretor(a)"]),
        ("director", ["la dirección", "el director", "la directora", "a direcção"]),
        (None, ["gerência", "o líder", "vendas", "o", "Marina"]),
        (None, ["sales lead or director", "líder de vendas e líder de marketing"]),
        (None, ["diretora de vendas", "not the sales lead", "sales and marketing lead"]),
    ],
)
def test_it_is_read_whatever_its_article_case_and_accents(
    seat: str | None, written: list[str]
) -> None:
    assert [seat_of_arbiter(words) for words in written] == [seat] * len(written)


def test_words_of_the_parties_mean_a_director_and_stay_as_they_are() -> None:
    assert party_of_arbiter("Marina, or who stands in for her") is None
    assert arbiter_words("Marina, or RevOps") == "Marina, or RevOps, in the portal a director"


@pytest.mark.parametrize(
    ("arbiter", "language", "said"),
    [
        ("director", "en", "the director"),
        ("direção", "en", "the director"),
        ("director", "pt-br", "a direção"),
        ("dirección", "es", "la dirección"),
        ("líder de ventas", "en", "the sales lead"),
        ("Marketing lead", "pt-br", "o líder de marketing"),
        ("marketing lead", "es", "el líder de marketing"),
        ("sales lead", "es", "el líder de ventas"),
        ("o líder de vendas", "pt-br", "o líder de vendas"),
    ],
)
def test_the_reader_is_told_in_their_language(arbiter: str, language: str, said: str) -> None:
    with translation.override(language):
        assert arbiter_words(arbiter) == said


def test_the_document_says_it() -> None:
    document = load_starter("inbound-pt") | {"calendar": "always"}
    terms = parse_terms({key: told for key, told in document.items() if key != "hours"})
    sections = sections_of(terms, AGREEMENT)
    said = [words for section in sections for words in section.paragraphs if "contest a" in words]
    assert said == [
        "Marketing may contest a rejection within 3 working days; the director decides."
    ]
