"""Who decides a contested rejection: whom the terms name, in the words of their language."""

_LEADS = {
    "marketing lead": "marketing",
    "líder de marketing": "marketing",
    "sales lead": "sales",
    "líder de vendas": "sales",
    "líder de ventas": "sales",
}


def party_of_arbiter(arbiter: str) -> str | None:
    """Return the party whose lead is the arbiter; None for a director.

    The words are those of the starters for the two leads. Any others mean a director, who stands
    above both parties.
    """
    return _LEADS.get(" ".join(arbiter.casefold().split()))
