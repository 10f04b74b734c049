"""Leads that look like one are suggested; nothing else is."""

import pytest

from leads.merging.likeness import Likeness, Said, email_key, is_same_phone, likenesses, name_keys


def test_it_works() -> None:
    one = Said("Ana Souza", "Acme", "ana@acme.example", "+55 11 95555-0101")
    other = Said("SOUZA, Ana", "", "Ana+news@ACME.example", "(011) 95555-0101")
    assert likenesses(one, other) == (
        Likeness("email", "ana@acme.example"),
        Likeness("phone", "+55 11 95555-0101"),
        Likeness("name", "acme.example"),
    )
    bruno = Said("Bruno Souza", "Acme", "bruno@acme.example", "+55 11 95555-0102")
    assert likenesses(one, bruno) == likenesses(Said(), Said()) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ana@acme.example", "ANA@Acme.Example"),
        ("ana@acme.example", " ana+fair@acme.example "),
    ],
)
def test_addresses_that_are_the_same(one: str, other: str) -> None:
    assert email_key(one) == email_key(other) != ""


@pytest.mark.parametrize("text", ["", "n/a", "ana", "@acme.example", "+tag@acme.example", "a@b"])
def test_what_is_no_address(text: str) -> None:
    assert email_key(text) == ""


def test_dots_in_addresses_tell_people_apart() -> None:
    assert email_key("ana.b@acme.example") != email_key("anab@acme.example")


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("+55 11 95555-0101", "0055 11 95555 0101", True),
        ("+55 11 95555-0101", "(11) 95555-0101", True),
        ("011 95555-0101", "+5511955550101", True),
        ("+49 (0)30 12345678", "030 12345678", True),
        ("+55 11 95555-0101", "+54 11 95555-0101", False),
        ("11 95555-0101", "21 95555-0101", False),
        ("5555-0101", "5555-0102", False),
        ("0101", "0101", False),
        ("9999-9999", "9999-9999", False),
        ("", "", False),
    ],
)
def test_numbers(one: str, other: str, *, is_same: bool) -> None:
    assert is_same_phone(one, other) is is_same
    assert is_same_phone(other, one) is is_same


@pytest.mark.parametrize(
    "name", ["José  da Silva", "jose da silva", "Silva, José da", "JOSE DA SILVA"]
)
def test_names_in_a_company(name: str) -> None:
    assert name_keys(Said(name, email="x@acme.example")) == ["acme.example da jose silva"]


@pytest.mark.parametrize("name", ["", " ", "-"])
def test_where_nobody_is_named_the_company_is(name: str) -> None:
    sales = Said(name, "Pedra Ltda.", "vendas@pedra.example")
    assert name_keys(sales) == ["pedra.example ltda pedra"]
    assert likenesses(sales, Said("", "pedra ltda", "compras@pedra.example")) == (
        Likeness("name", "pedra.example"),
    )
    assert likenesses(sales, Said("Ana", "Pedra Ltda.", "ana@pedra.example")) == ()


@pytest.mark.parametrize(
    "said",
    [
        Said("Ana", email="ana@gmail.com"),
        Said("Ana"),
        Said("Ana", email="acme.example"),
        Said(email="a@acme.example"),
        Said("-", "/", "a@b.co"),
        Said("", "Pedra", "pedra@gmail.com"),
        Said("Ana", website_domain="gmail.com"),
        Said("Ana", website_domain="pt-br.facebook.com"),
    ],
)
def test_names_that_say_too_little(said: Said) -> None:
    assert name_keys(said) == []


def test_a_website_tells_the_company_of_an_address_that_anybody_can_have() -> None:
    ana = Said("Ana Souza", email="ana@gmail.com", website_domain="acme.example")
    same = (Likeness("name", "acme.example"),)
    for other in (
        Said("Souza, Ana", email="asouza@acme.example"),
        Said("Ana Souza", website_domain="acme.example"),
        Said("Ana Souza", email="ana@acme.test", website_domain="acme.example"),
    ):
        assert likenesses(ana, other) == likenesses(other, ana) == same
    assert likenesses(ana, Said("Ana Souza", website_domain="notacme.example")) == ()
