"""A second factor: turned on, asked for at sign-in, turned off, and taken away where it is lost."""

import re
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from agreements.models import Audit, User
from tests.agreements.pages import signed_in, text_at, text_of
from tests.factories import make_user
from tests.second_factors import code_of, turn_on, wrong_code

pytestmark = pytest.mark.django_db

ACCOUNT = "/accounts/second-factor/"
ON, OFF = f"{ACCOUNT}totp/activate/", f"{ACCOUNT}totp/deactivate/"
CODES = f"{ACCOUNT}recovery-codes/"
CODE = f"{ACCOUNT}authenticate/"
PASSWORD = "a long secret"


@pytest.fixture
def ana() -> User:
    return make_user("Ana")


@pytest.fixture
def confirmed(ana: User) -> Client:
    """Give a browser in which Ana is signed in, and has just shown again that it is her."""
    client = signed_in(ana)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture
def counts_guesses(settings: Settings, request: pytest.FixtureRequest) -> None:
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": request.node.name}}


def by_password(person: User) -> Client:
    """Sign in as far as the password goes."""
    client = Client()
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def deeds() -> list[str]:
    return [
        f"{row.action.rpartition('.')[2]} {' '.join(row.data['kinds'])}"
        for row in Audit.objects.filter(action__startswith="agreements.second_factor").order_by(
            "pk"
        )
    ]


@pytest.mark.django_db(transaction=True)
def test_it_works(ana: User, confirmed: Client) -> None:
    key = re.search(r"totp-secret\">([A-Z2-7 ]+)<", text_at(confirmed, ON))
    assert key is not None
    shown = confirmed.post(ON, {"code": code_of(key[1].replace(" ", ""))}, follow=True)
    assert "The authenticator app is on." in text_of(shown)
    assert len(re.findall(r"<code>\d{4} \d{4}</code>", text_of(shown))) == 10

    client = by_password(ana)
    assert not is_signed_in(client)
    client.post(CODE, {"code": code_of(key[1].replace(" ", ""))})
    assert is_signed_in(client)

    assert "good no longer" in text_at(confirmed, OFF)
    assert "The authenticator app is off." in text_of(confirmed.post(OFF, follow=True))
    assert is_signed_in(by_password(ana))
    assert not Authenticator.objects.exists()
    assert deeds() == [
        "added totp", "added recovery_codes", "removed totp", "removed recovery_codes",
    ]  # fmt: skip


# -- in one's own account


def test_the_menu_leads_to_the_account(ana: User) -> None:
    client = signed_in(ana)
    assert f'href="{ACCOUNT}"' in text_at(client, "/")
    text = text_at(client, ACCOUNT)
    assert reverse("account_change_password") in text
    assert ON in text
    assert CODES not in text


def test_the_changed_password_leads_back(ana: User) -> None:
    typed = {"oldpassword": PASSWORD, "password1": "clear water 42", "password2": "clear water 42"}
    answer = signed_in(ana).post(reverse("account_change_password"), typed)
    assert answer["Location"] == ACCOUNT


def test_who_is_signed_in_shows_again_that_it_is_them(ana: User) -> None:
    asked = signed_in(ana).get(ON)
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    turn_on(ana)
    client = signed_in(ana)
    asked_for = client.get(CODES, follow=True)
    assert "Use a code instead" in text_of(asked_for)
    address = f"{ACCOUNT}reauthenticate/?next={CODES}"
    assert "Use the password instead" in text_at(client, address)
    assert client.post(address, {"code": code_of(), "next": CODES})["Location"] == CODES
    assert "10 of 10 are left" in text_at(client, CODES)


def test_the_wrong_first_code_turns_nothing_on(confirmed: Client) -> None:
    key = re.search(r"totp-secret\">([A-Z2-7 ]+)<", text_at(confirmed, ON))
    assert key is not None
    again = confirmed.post(ON, {"code": wrong_code(key[1].replace(" ", ""))})
    assert "This code is wrong" in text_of(again)
    assert key[1] in text_of(again)
    assert not Authenticator.objects.exists()


def test_the_key_is_a_picture_and_a_text(confirmed: Client) -> None:
    text = text_at(confirmed, ON)
    assert '<svg width="' in text
    assert "<?xml" not in text
    assert "otpauth://totp/ana%40example.com?secret=" in text
    assert "style=" not in text


def test_recovery_codes_are_taken_along(ana: User, confirmed: Client) -> None:
    codes = turn_on(ana)
    download = confirmed.get(f"{CODES}download/")
    assert download.headers["Content-Type"] == "text/plain"
    assert "attachment" in download.headers["Content-Disposition"]
    lines = download.content.decode().split("\n")
    assert lines[0] == "Recovery codes of slaportal for ana@example.com. Each is good once."
    assert [line.replace(" ", "") for line in lines[2:] if line] == codes


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_end_the_old_ones(ana: User, confirmed: Client) -> None:
    old = turn_on(ana)
    assert "The 10 codes that are left are good no longer" in text_at(
        confirmed, f"{CODES}generate/"
    )
    shown = text_of(confirmed.post(f"{CODES}generate/", follow=True))
    new = [code.replace(" ", "") for code in re.findall(r"<code>(\d{4} \d{4})</code>", shown)]
    assert set(new).isdisjoint(old)
    assert deeds() == ["reset recovery_codes"]

    client = by_password(ana)
    client.post(CODE, {"code": old[0]})
    assert not is_signed_in(client)
    client.post(CODE, {"code": new[0]})
    assert is_signed_in(client)


def test_without_recovery_codes_one_is_warned(ana: User, confirmed: Client) -> None:
    turn_on(ana)
    row = Authenticator.objects.get(type="recovery_codes")
    row.data["used_mask"] = 2**9 - 1
    row.save()
    assert "1 code is left" in text_at(confirmed, ACCOUNT)
    row.data["used_mask"] = 2**10 - 1
    row.save()
    text = text_at(confirmed, ACCOUNT)
    assert "No code is left" in text
    assert f"{CODES}download/" not in text


def test_the_account_of_another_is_never_shown(ana: User) -> None:
    turn_on(ana)
    other = signed_in(make_user("Rafael"))
    other.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert other.get(CODES).status_code == 404
    assert other.get(OFF).status_code == 404


@pytest.mark.parametrize(("language", "title"), [("es", "Su cuenta"), ("pt-br", "Sua conta")])
def test_in_the_language_of_the_reader(ana: User, language: str, title: str) -> None:
    User.objects.filter(pk=ana.pk).update(language=language)
    turn_on(ana)
    client = signed_in(ana)
    assert title in text_at(client, ACCOUNT)
    answer = client.post(f"{ACCOUNT}reauthenticate/", {"code": wrong_code()})
    assert "This code is wrong" not in text_of(answer)


# -- at sign-in


def test_the_way_goes_on_to_where_one_wanted(ana: User) -> None:
    turn_on(ana)
    client = Client()
    login = f"{reverse('account_login')}?next={ACCOUNT}"
    asked = client.post(login, {"login": ana.email, "password": PASSWORD, "next": ACCOUNT})
    assert asked["Location"] == CODE
    assert "the code of your app" in text_at(client, CODE)
    assert client.post(CODE, {"code": code_of(later=1)})["Location"] == ACCOUNT


def test_a_wrong_code_is_said(ana: User) -> None:
    turn_on(ana)
    client = by_password(ana)
    answer = client.post(CODE, {"code": wrong_code()})
    assert "This code is wrong or was used already" in text_of(answer)
    assert not is_signed_in(client)


def test_a_code_is_good_once(ana: User) -> None:
    turn_on(ana)
    code = code_of()
    by_password(ana).post(CODE, {"code": code})
    again = by_password(ana)
    again.post(CODE, {"code": f"{code[:3]} {code[3:]}"})
    assert not is_signed_in(again)
    again.post(CODE, {"code": code_of(later=1)})
    assert is_signed_in(again)
    third = by_password(ana)
    third.post(CODE, {"code": code})
    assert not is_signed_in(third)


def test_a_recovery_code_is_good_once(ana: User) -> None:
    code = turn_on(ana)[3]
    client = by_password(ana)
    client.post(CODE, {"code": f"{code[:4]} {code[4:]}"})
    assert is_signed_in(client)
    again = by_password(ana)
    again.post(CODE, {"code": code})
    assert not is_signed_in(again)


def test_guesses_are_slowed_down(ana: User, counts_guesses: None) -> None:
    turn_on(ana)
    client = by_password(ana)
    for _ in range(5):
        client.post(CODE, {"code": wrong_code()})
    answer = client.post(CODE, {"code": code_of()})
    assert "Too many failed login attempts" in text_of(answer)
    assert not is_signed_in(client)


def test_who_asks_too_often_is_told_to_wait(ana: User, counts_guesses: None) -> None:
    client = signed_in(ana)
    for _ in range(10):
        client.post(reverse("account_reauthenticate"), {"password": "guessed"})
    answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer.status_code == 429
    assert "Wait a minute" in text_of(answer)


# -- lost


def take_away(*arguments: str) -> str:
    out = StringIO()
    call_command("remove_second_factor", *arguments, stdout=out)
    return out.getvalue()


def test_an_administrator_takes_a_lost_one_away(ana: User) -> None:
    turn_on(ana)
    make_user("Marina", is_admin=True)

    said = take_away("ana@example.com", "--by", "marina@example.com")

    assert said == "ana@example.com signs in by password alone, until they set it up anew.\n"
    assert is_signed_in(by_password(ana))
    row = Audit.objects.get(action="agreements.second_factor.removed")
    assert (row.actor_name, row.subject_id) == ("Marina", str(ana.pk))
    assert row.data == {"kinds": ["recovery_codes", "totp"]}


def test_only_an_administrator_does(ana: User) -> None:
    turn_on(ana)
    with pytest.raises(CommandError, match="Only an administrator"):
        take_away("ana@example.com", "--by", "ana@example.com")
    assert Authenticator.objects.count() == 2


def test_what_is_not_there_is_not_taken_away(ana: User) -> None:
    with pytest.raises(CommandError, match="has no second factor"):
        take_away("ana@example.com")
    with pytest.raises(CommandError, match=r"Nobody has the e-mail address eve@example\.com"):
        take_away("eve@example.com")
    assert not Audit.objects.exists()
