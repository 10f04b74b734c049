"""Who decides a contested rejection: whom the terms name, in the words of their language."""

_DIRECTOR = "director"
_SEATS = {
    "marketing lead": "marketing",
    "líder de marketing": "marketing",
    "sales lead": "sales",
    "líder de vendas": "sales",
    "líder de ventas": "sales",
    "director": _DIRECTOR,
    "the director": _DIRECTOR,
    "directora": _DIRECTOR,
    "dirección": _DIRECTOR,
    "diretor": _DIRECTOR,
    "diretora": _DIRECTOR,
    "direção": _DIRECTOR,
}


def seat_of_arbiter(arbiter: str) -> str | None:
    """Return "marketing" or "sales" for the lead of that party, "director" for a director.

    None for words that are the parties' own: they mean a director too.
    """
    return _SEATS.get(" ".join(arbiter.casefold().split()))


def party_of_arbiter(arbiter: str) -> str | None:
    """Return the party whose lead is the arbiter; None for a director.

    The words are those of the starters for the two leads. Any others mean a director, who stands
    above both parties.
    """
    seat = seat_of_arbiter(arbiter)
    return None if seat == _DIRECTOR else seat
