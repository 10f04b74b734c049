"""Each mistake in the settings has a message with a hint; sound settings have none."""

from pathlib import Path

import pytest
from django.core.checks import CheckMessage, run_checks
from pytest_django import Settings

from slaportal.places import Places


def ours() -> dict[str, CheckMessage]:
    """Return the project's messages by id, but for those of the front end, built or not."""
    messages = run_checks(include_deployment_checks=True)
    own = {message.id: message for message in messages if str(message.id).startswith("slaportal")}
    own.pop("slaportal.W007", None)
    return {str(key): value for key, value in own.items()}


@pytest.fixture(autouse=True)
def sound(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "of a test")
    settings.SENDS_EMAIL = True
    settings.ALLOWED_HOSTS = ["sla.example"]


def test_sound_settings_have_no_message() -> None:
    assert ours() == {}


@pytest.mark.parametrize(
    ("identifier", "changes"),
    [
        ("slaportal.E002", {"DEBUG": True}),
        ("slaportal.E003", {"ALLOWED_HOSTS": ["*"]}),
        ("slaportal.E006", {"CELERY_BROKER_URL": "amqp://localhost"}),
        ("slaportal.W008", {"SENDS_EMAIL": False}),
    ],
)
def test_a_mistake_is_said_with_a_hint(
    settings: Settings, identifier: str, changes: dict[str, object]
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    found = ours()
    assert list(found) == [identifier]
    assert found[identifier].hint


def test_another_database_than_postgresql(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    assert list(ours()) == ["slaportal.E004"]


def test_a_key_that_does_not_last(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY")
    settings.PLACES = Places(tmp_path)
    assert list(ours()) == ["slaportal.W001"]

    settings.PLACES.secret_key()

    assert ours() == {}


def test_a_front_end_that_is_not_built(settings: Settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    assert "slaportal.W007" in {message.id for message in run_checks()}

    (tmp_path / "static" / "dist").mkdir(parents=True)
    for name in ("app.js", "app.css"):
        (tmp_path / "static" / "dist" / name).touch()

    assert "slaportal.W007" not in {message.id for message in run_checks()}


@pytest.mark.django_db
def test_the_database_server_is_new_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ours_of_the_database() == []

    monkeypatch.setattr("slaportal.checks.OLDEST_POSTGRESQL", 99)

    assert ours_of_the_database() == ["slaportal.E005"]


def ours_of_the_database() -> list[object]:
    return [message.id for message in run_checks(databases=["default"], tags=["database"])]
