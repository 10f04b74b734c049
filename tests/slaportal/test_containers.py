"""No container engine is at hand: at least the files are whole and what they run exists."""

import json
import re
import secrets
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.urls import reverse

from tests.slaportal.conftest import PROJECT, Manage

# Programs that come with an image and not with the project; each was run with these arguments.
OF_THE_IMAGES = {"redis-server", "redis-cli", "npm", "useradd", "mkdir", "chown", "test"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Give docker-compose.yml with .env.example in place of .env."""
    given = dict(re.findall(r"^(\w+)=(.*)$", (PROJECT / ".env.example").read_text(), re.MULTILINE))
    given |= {name: given[name] or f"a-{name.lower()}" for name in given}
    given |= {"EMAIL_URL": "smtp+tls://ana:word@mail.example:587"}
    given |= {"SECRET_KEY": secrets.token_urlsafe(50)}
    text = (PROJECT / "docker-compose.yml").read_text()
    filled = re.sub(r"\$\{(\w+)[^}]*\}", lambda match: given[match[1]], text)
    parsed = yaml.safe_load(filled)
    assert isinstance(parsed, dict)
    return parsed


@pytest.fixture(scope="module")
def dockerfile() -> list[tuple[str, str]]:
    """Give the instructions of the Dockerfile with their arguments."""
    text = (PROJECT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def of_kind(dockerfile: list[tuple[str, str]], kind: str) -> list[str]:
    return [rest for name, rest in dockerfile if name == kind]


def commands_in(command: list[str] | str) -> list[list[str]]:
    """Return the words of each command of a line in shell or list form."""
    if isinstance(command, list):
        return [command[1:] if command[0] == "CMD" else command]
    return [shlex.split(part) for part in command.split("&&")]


def is_known(words: list[str]) -> bool:
    if words[:2] == ["python", "manage.py"]:
        return words[2] in get_commands()
    if words[0] in {"python", "gunicorn", "celery", "pybabel"}:
        return (Path(sys.executable).parent / words[0]).exists()
    return words[0] in OF_THE_IMAGES | {"pg_isready"}


def test_services(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"database", "redis", "tables", "web", "worker", "beat"}
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"] == {
            "tables": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        }
    for name in ("database", "redis", "worker", "beat"):
        assert services[name]["healthcheck"]["test"]
    assert set(compose["volumes"]) == {"database", "redis", "files"}


def test_every_command_is_one_that_exists(
    compose: dict[str, Any], dockerfile: list[tuple[str, str]]
) -> None:
    found = [service.get("command") for service in compose["services"].values()]
    for service in compose["services"].values():
        check = service.get("healthcheck", {}).get("test", ["CMD", "test"])
        found.append(check if check[0] == "CMD" else check[1].replace("$$", "$"))
    found += of_kind(dockerfile, "RUN")
    found += [json.loads(rest) for rest in of_kind(dockerfile, "CMD")]
    for command in filter(None, found):
        for words in commands_in(command):
            assert is_known(words), command


def test_the_web_server_starts_with_these_arguments(dockerfile: list[tuple[str, str]]) -> None:
    (command,) = (json.loads(rest) for rest in of_kind(dockerfile, "CMD"))
    gunicorn = str(Path(sys.executable).parent / command[0])
    result = subprocess.run(
        [gunicorn, *command[1:], "--check-config"], cwd=PROJECT, capture_output=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_the_health_check_asks_what_answers(dockerfile: list[tuple[str, str]]) -> None:
    (check,) = of_kind(dockerfile, "HEALTHCHECK")
    assert f"http://localhost:8000{reverse('health')}" in check
    compile(json.loads(check.partition("CMD ")[2])[2], "health check", "exec")


def test_the_image_is_not_roots_and_has_everything(dockerfile: list[tuple[str, str]]) -> None:
    assert of_kind(dockerfile, "USER") == ["portal"]
    ignored = (PROJECT / ".dockerignore").read_text().split()
    for copied in of_kind(dockerfile, "COPY"):
        sources = copied.split()[:-1]
        if not sources[0].startswith("--from"):
            assert all((PROJECT / source).exists() for source in sources)
            assert not set(sources) & set(ignored)
    assert {".env", ".git", ".slaportal", ".venv", "node_modules"} <= set(ignored)


def test_the_settings_are_fit_for_deployment(compose: dict[str, Any], manage: Manage) -> None:
    environment = compose["services"]["web"]["environment"]
    settings = (PROJECT / "slaportal" / "settings.py").read_text()
    for name in environment:
        assert f'"{name}"' in settings, name
    values = {name: str(value) for name, value in environment.items()}
    result = manage("check", "--deploy", "--fail-level", "WARNING", **values)
    assert result.returncode == 0, result.stderr


def test_the_beat_check_is_true_only_of_a_fresh_schedule(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    check = compose["services"]["beat"]["healthcheck"]["test"][1].replace("$$", "$")
    check = check.replace("/data", str(tmp_path))
    shell = shutil.which("sh")
    assert shell
    assert subprocess.run([shell, "-c", check], check=False).returncode == 1
    (tmp_path / "beat-schedule.db").touch()
    assert subprocess.run([shell, "-c", check], check=False).returncode == 0
