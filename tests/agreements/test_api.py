"""Who may call the API, and how a refusal reads."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.utils import timezone

from agreements.models import AccessToken, Audit, User
from tests.calls import Caller
from tests.factories import make_user, make_version

pytestmark = pytest.mark.django_db

FIGURES = "/agreements/acme/attainment/"
ADDRESS = f"/api/v1{FIGURES}"


@pytest.fixture
def ana() -> User:
    return make_user("Ana", team=make_version().agreement.sales_team)


def command(name: str, *args: str) -> str:
    out = StringIO()
    call_command(name, *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def ask(text: str, path: str = ADDRESS, **headers: str) -> Any:
    return Client(headers={"authorization": f"Token {text}"} | headers).get(path)


def test_it_works(ana: User) -> None:
    text = command("issue_token", "ana@example.com", "--name", "HubSpot").strip()

    response = ask(text)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    token = AccessToken.objects.get()
    assert text not in (token.digest, token.name)
    assert timedelta(days=364) < token.expiry - timezone.now() <= timedelta(days=365)


def test_tokens_are_listed_and_revoked(ana: User) -> None:
    text = command("issue_token", "ana@example.com", "--name", "HubSpot", "--days", "30").strip()

    listed = command("list_tokens")
    assert text[:15] in listed
    assert text not in listed
    assert "ana@example.com  HubSpot  lasts until" in listed
    assert "is revoked" in command("revoke_token", text[:15])

    response = ask(text)
    assert response.status_code == 401
    assert "was revoked: ask an administrator" in response.json()["detail"]
    issued, revoked = Audit.objects.filter(action__startswith="agreements.token").order_by("pk")
    assert (issued.action, revoked.action) == (
        "agreements.token.issued",
        "agreements.token.revoked",
    )
    assert issued.data == revoked.data == {"name": "HubSpot", "token_key": text[:15]}


def test_a_token_ends(ana: User) -> None:
    caller = Caller(ana)
    AccessToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    response = caller.get(FIGURES)
    assert response.status_code == 401
    assert "This token ended on" in response.json()["detail"]
    assert "ended" in command("list_tokens")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["issue_token", "nobody@example.com", "--name", "X"], "Nobody has the e-mail address"),
        (["issue_token", "", "--name", "X"], "Name the person"),
        (["issue_token", "ana@example.com", "--name", "X", "--days", "0"], "at least one day"),
        (["revoke_token", "abc"], "No token begins with 'abc'"),
    ],
)
def test_commands_refuse_in_a_sentence(ana: User, args: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        command(*args)


def test_only_an_administrator_handles_tokens(ana: User) -> None:
    for args in (
        ["issue_token", "ana@example.com", "--name", "X"],
        ["revoke_token", Caller(ana).text[:15]],
    ):
        with pytest.raises(CommandError, match="Only an administrator may do this"):
            command(*args, "--by", "ana@example.com")
    otto = make_user("Otto", is_admin=True)
    command("issue_token", "ana@example.com", "--name", "X", "--by", "otto@example.com")
    assert Audit.objects.latest("pk").actor_id == otto.pk


def test_nobody_calls_as_who_may_not_sign_in(ana: User) -> None:
    caller = Caller(ana)
    User.objects.update(is_active=False)
    assert caller.get(FIGURES).status_code == 401
    with pytest.raises(CommandError, match="may not sign in"):
        command("issue_token", "ana@example.com", "--name", "X")


@pytest.mark.parametrize("header", ["", "Token", "Token a b", "Token \udcff", "Token x", "Basic x"])
def test_a_stranger_is_told_to_send_a_token(ana: User, header: str) -> None:
    sent = {"authorization": header.encode("utf-8", "surrogateescape").decode("latin-1")}
    response = Client(headers=sent if header else {}).get(ADDRESS)

    problem = response.json()
    assert response.status_code == problem["status"] == 401
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["WWW-Authenticate"] == "Token"
    assert problem["type"] == "urn:slaportal:problem:not_authenticated"
    assert set(problem) == {"type", "title", "status", "detail"}


def test_a_session_reads_and_is_protected_when_it_writes(ana: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ana)
    assert strict.get(ADDRESS).status_code == 200
    response = strict.post(ADDRESS, {}, content_type="application/json")
    assert response.status_code == 403
    assert "lacks the page's CSRF token" in response.json()["detail"]


def test_a_session_does_not_help_a_bad_token(ana: User) -> None:
    client = Client(headers={"authorization": "Token nonsense"})
    client.force_login(ana)
    assert client.get(ADDRESS).status_code == 401


def test_a_refusal_speaks_the_readers_language(ana: User) -> None:
    User.objects.update(language="pt-br", time_zone="America/Sao_Paulo")
    caller = Caller(ana)
    response = caller.get(FIGURES, month="nonsense")
    assert response.headers["Content-Language"] == "pt-br"
    assert "“nonsense” não é um mês" in response.json()["detail"]
    assert response.json()["title"] == "Algo na chamada precisa mudar"
    assert str(timezone.get_current_timezone()) == "UTC"


def refusals(ana: User) -> dict[str, Any]:
    caller = Caller(ana)
    client = caller.client
    return {
        "not_found": caller.get("/agreements/elsewhere/attainment/"),
        "method_not_allowed": client.delete(ADDRESS),
        "not_acceptable": client.get(ADDRESS, headers={"accept": "text/html"}),
        "invalid": caller.get(FIGURES, month="2026-13"),
    }


def test_every_refusal_has_the_one_shape(ana: User) -> None:
    for kind, response in refusals(ana).items():
        problem = response.json()
        assert response.headers["Content-Type"] == "application/problem+json", kind
        assert problem["type"] == f"urn:slaportal:problem:{kind}"
        assert problem["status"] == response.status_code
        assert problem["title"]
        assert problem["detail"]
    assert problem["errors"] == [
        {"field": "month", "detail": "“2026-13” is not a month; write one such as 2026-05."}
    ]


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/nothing/", "/api/v1/agreements/acme/clocks"])
def test_what_is_no_address_is_not_found(ana: User, path: str) -> None:
    assert Client().get(path).status_code == 401
    for method in ("get", "post", "put", "delete"):
        response = getattr(Caller(ana).client, method)(path)
        assert response.status_code == 404
        assert response.json()["type"] == "urn:slaportal:problem:not_found"
        assert "end with “/”" in response.json()["detail"]


def test_what_goes_wrong_is_not_shown(
    ana: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of the machine room")

    monkeypatch.setattr("metrics.api.month_report", fail)
    caller = Caller(ana)
    caller.client.raise_request_exception = False

    response = caller.get(FIGURES)

    assert response.status_code == 500
    assert response.json()["type"] == "urn:slaportal:problem:error"
    assert "secret" not in response.content.decode()
    assert "a secret of the machine room" in caplog.text


def test_what_is_refused_before_any_view_has_the_shape_too(ana: User) -> None:
    response = Caller(ana).client.get(ADDRESS, headers={"host": "evil.example"})
    assert response.status_code == 400
    assert response.json()["type"] == "urn:slaportal:problem:bad_request"
    page = Client().get("/health/", headers={"host": "evil.example"})
    assert page.headers["Content-Type"].startswith("text/html")


MEMORY = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
FEW = settings.REST_FRAMEWORK | {"CALLS_A_MINUTE": 2}


def test_too_many_calls_are_refused(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    at = timezone.now().replace(second=12, microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: at)
    with override_settings(CACHES=MEMORY, REST_FRAMEWORK=FEW):
        caller, other = Caller(ana), Caller(make_user("Otto", is_admin=True))
        try:
            assert [caller.get(FIGURES).status_code for _ in range(2)] == [200, 200]
            response = caller.get(FIGURES)
            assert other.get(FIGURES).status_code == 200
            at += timedelta(minutes=1)
            assert caller.get(FIGURES).status_code == 200
        finally:
            caches["default"].clear()
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "48"
    assert response.json()["detail"] == "Call again in 48 seconds."


def test_calls_are_answered_while_redis_is_away(ana: User) -> None:
    away = {
        "BACKEND": "slaportal.cache.RobustCache",
        "LOCATION": "redis://127.0.0.1:1",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    with override_settings(CACHES={"default": away}, REST_FRAMEWORK=FEW):
        caller = Caller(ana)
        codes = [caller.get(FIGURES).status_code for _ in range(2)]
        caches["default"].clear()
    assert codes == [200, 200]
