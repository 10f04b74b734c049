"""Who decides a contested rejection: whom the terms name, in the words of their language."""

import re

from agreements.alphabet import folded

_DIRECTOR = "director"
_WORD = re.compile(r"[^\W_]+")
# Articles and what joins words, as they are folded: they change nobody's seat.
_LITTLE = frozenset(
    {"a", "the", "of", "o", "as", "os", "el", "la", "las", "los", "de", "da", "das", "del", "do"}
    | {"dos", "team", "equipa", "equipe", "equipo", "time"}
)
_LEADS = frozenset({"lead", "leads", "leader", "lider", "lideres", "lideranca", "liderazgo"})
_SIDES = {"marketing": "marketing", "sales": "sales", "vendas": "sales", "ventas": "sales"}
_DIRECTORS = frozenset(
    {"directors", "directora", "directores", "directoras", "direccion", "direccao"}
    | {"diretor", "diretora", "diretores", "diretoras", "diretoria", "direcao", _DIRECTOR}
)


def seat_of_arbiter(arbiter: str) -> str | None:
    """Return "marketing" or "sales" for the lead of that party, "director" for a director.

    Articles, accents, case and signs say nothing: "o(a) líder de vendas" is the sales lead. None
    for words that are the parties' own: they mean a director too.
    """
    words = frozenset(_WORD.findall(folded(arbiter))) - _LITTLE
    if words and words <= _DIRECTORS:
        return _DIRECTOR
    sides = {_SIDES.get(word) for word in words - _LEADS}
    return sides.pop() if words & _LEADS and len(sides) == 1 else None


def party_of_arbiter(arbiter: str) -> str | None:
    """Return the party whose lead is the arbiter; None for a director.

    Any words but those for the two leads mean a director, who stands above both parties.
    """
    seat = seat_of_arbiter(arbiter)
    return None if seat == _DIRECTOR else seat
