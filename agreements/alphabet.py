"""The order of words in a reader's alphabet. Pure."""

import unicodedata

# Letters of their own, each after the plain one that it looks like.
_OWN_LETTERS = {"es": {"ñ": "n\N{NOT SIGN}"}}


def alphabetical(text: str, language: str) -> tuple[str, str]:
    """Return what a word sorts by in a language such as ``pt-br``: "Á" stands with "A".

    Spanish has "ñ" after "n".
    """
    own = _OWN_LETTERS.get(language.partition("-")[0], {})
    return "".join(own.get(letter, folded(letter)) for letter in text.casefold()), text


def folded(text: str) -> str:
    """Return a text without accents, in small letters, as people look for it: "São" is "sao"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
