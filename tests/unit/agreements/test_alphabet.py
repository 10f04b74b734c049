"""Words stand in the order of the reader's alphabet."""

from agreements.alphabet import alphabetical, folded


def _in_order(language: str, *words: str) -> list[str]:
    return sorted(words, key=lambda word: alphabetical(word, language))


def test_it_works() -> None:
    words = ("Zambia", "Áustria", "Brasil", "austrália", "Åland")
    assert _in_order("pt-br", *words) == ["Åland", "austrália", "Áustria", "Brasil", "Zambia"]


def test_spanish_has_a_letter_after_n() -> None:
    assert _in_order("es", "Ñandú", "Nzema", "Níger", "Omán") == ["Níger", "Nzema", "Ñandú", "Omán"]
    assert _in_order("en", "Ñandú", "Nzema", "Níger") == ["Ñandú", "Níger", "Nzema"]


def test_accents_and_capitals_do_not_count_when_something_is_looked_for() -> None:
    assert folded("SÃO Tomé") == folded("sao tome")
