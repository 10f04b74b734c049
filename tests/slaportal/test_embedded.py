"""The embedded servers: started by the first that comes, stopped after the last, never lost."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import environ
import psycopg2
import pytest
import redis
from django.core.management import call_command

from slaportal.embedded import Servers, UnableToStart, servers_for
from slaportal.embedded.accounts import account_for, private_folder
from slaportal.embedded.external import database_parameters
from slaportal.places import LONGEST_SOCKET, Places
from tests.servers import servers_of
from tests.slaportal.conftest import PROJECT, Manage

RUNNING = {"PostgreSQL": "running", "Valkey": "running"}
STOPPED = {"PostgreSQL": "stopped", "Valkey": "stopped"}
# A process of its own that uses the servers, says so, and leaves when its input ends.
USER = """
import sys
from pathlib import Path
from slaportal.embedded import Servers
from slaportal.places import Places
with Servers(Places(Path(sys.argv[1])), careless=True).in_use():
    print("there", flush=True)
    sys.stdin.read()
"""


def ask(places: Places, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(**database_parameters(places.database_url))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


def valkey(places: Places) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(places.broker_socket))


def user_of(home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(home)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def await_user(user: "subprocess.Popen[str]") -> None:
    assert user.stdout
    assert user.stdout.readline() == "there\n"


def number_of_postgres(places: Places) -> int:
    return int((places.database / "postmaster.pid").read_text().split()[0])


def number_of_valkey(places: Places) -> int:
    return int((places.broker / "pid").read_text())


def test_it_works(home: Path) -> None:
    servers = servers_of(home)
    assert servers.status() == STOPPED

    with servers.in_use():
        assert servers.status() == RUNNING
        ((version, user, folded),) = ask(
            servers.places,
            "SELECT current_setting('server_version_num')::int, current_user, lower('Á')",
        )
        assert isinstance(version, int)
        assert version >= 150_000
        assert (user, folded) == ("slaportal", "á")
        with valkey(servers.places) as client:
            assert client.ping()

    assert servers.status() == STOPPED


def test_they_are_closed_to_others(used_home: Path) -> None:
    servers = servers_of(used_home)
    with servers.in_use():
        assert ask(servers.places, "SHOW listen_addresses") == [("",)]
        assert ask(servers.places, "SELECT usesuper FROM pg_user WHERE usename = current_user") == [
            (False,)
        ]
        assert servers.places.sockets.stat().st_mode & 0o077 == 0
        with valkey(servers.places) as client:
            assert client.config_get("port") == {"port": "0"}
    # Root lets the servers' account through, and nobody else.
    assert used_home.stat().st_mode & 0o007 == 0


def test_what_they_keep_is_there_again_after_a_restart(used_home: Path) -> None:
    servers = servers_of(used_home)
    with servers.in_use():
        ask(servers.places, "CREATE TABLE kept AS SELECT 7 AS value")
        with valkey(servers.places) as client:
            client.set("kept", "7")

    with servers.in_use():
        assert ask(servers.places, "SELECT value FROM kept") == [(7,)]
        with valkey(servers.places) as client:
            assert client.get("kept") == b"7"


def test_the_last_that_leaves_stops_them(used_home: Path) -> None:
    servers = servers_of(used_home)
    other = user_of(used_home)
    await_user(other)

    with servers.in_use():
        other.communicate()
        assert other.returncode == 0
        assert servers.status() == RUNNING

    assert servers.status() == STOPPED


def test_three_first_starts_at_once(home: Path) -> None:
    users = [user_of(home) for _ in range(3)]
    for user in users:
        await_user(user)
    assert servers_of(home).status() == RUNNING

    for user in users:
        user.communicate()

    assert [user.returncode for user in users] == [0, 0, 0]
    assert servers_of(home).status() == STOPPED


def test_who_was_killed_keeps_them_no_longer(used_home: Path) -> None:
    servers = servers_of(used_home)
    user = user_of(used_home)
    await_user(user)
    user.kill()
    user.communicate()
    assert servers.status() == RUNNING

    with servers.in_use():
        pass

    assert servers.status() == STOPPED


def test_kept_servers_run_until_they_are_let_go(used_home: Path) -> None:
    servers = servers_of(used_home)
    servers.keep()
    with servers.in_use():
        pass
    assert servers.status() == RUNNING

    assert servers.let_go()

    assert servers.status() == STOPPED


def test_servers_in_use_stop_when_their_user_leaves(used_home: Path) -> None:
    servers = servers_of(used_home)
    servers.keep()
    with servers.in_use():
        assert not servers.let_go()
        assert servers.status() == RUNNING
    assert servers.status() == STOPPED


def test_servers_that_were_killed_start_again(used_home: Path) -> None:
    servers = Servers(Places(used_home))
    servers.keep()
    ask(servers.places, "CREATE TABLE kept AS SELECT 7 AS value")
    os.kill(number_of_postgres(servers.places), signal.SIGKILL)
    os.kill(number_of_valkey(servers.places), signal.SIGKILL)

    with servers.in_use():
        assert ask(servers.places, "SELECT value FROM kept") == [(7,)]
        with valkey(servers.places) as client:
            assert client.ping()


def test_a_process_id_that_was_given_away_does_not_stop_a_start(used_home: Path) -> None:
    servers = servers_of(used_home)
    with servers.in_use():
        locks = {
            path: path.read_text()
            for path in (
                servers.places.database / "postmaster.pid",
                servers.places.sockets / ".s.PGSQL.5432.lock",
            )
        }
    account = account_for(servers.places.database)
    become = {"user": account.uid, "group": account.gid} if account.change else {}
    stranger = subprocess.Popen(["/bin/sh", "-c", "read end"], stdin=-1, **become)  # type: ignore[call-overload]
    try:
        for path, text in locks.items():
            path.write_text(text.replace(text.split()[0], str(stranger.pid), 1))
            account.own(path)

        with servers.in_use():
            assert ask(servers.places, "SELECT 1") == [(1,)]
    finally:
        stranger.communicate()


def test_a_valkey_that_does_not_answer_is_replaced(used_home: Path) -> None:
    servers = servers_of(used_home)
    with servers.in_use():
        mute = number_of_valkey(servers.places)
        os.kill(mute, signal.SIGSTOP)
        with Servers(servers.places, with_database=False).in_use():
            assert number_of_valkey(servers.places) != mute
            with valkey(servers.places) as client:
                assert client.ping()


def test_a_home_too_long_for_sockets(home: Path) -> None:
    deep = home / ("long " * 20) / "home, with a comma & more"
    servers = servers_of(deep)
    sockets = servers.places.sockets
    assert deep not in sockets.parents
    assert len(str(sockets / ".s.PGSQL.5432")) <= LONGEST_SOCKET

    with servers.in_use():
        assert ask(servers.places, "SELECT 1") == [(1,)]

    assert not sockets.exists()


def test_addresses_of_a_home_with_strange_letters() -> None:
    places = Places(Path("/home/ana maría/50% & more"))
    config = environ.Env.db_url_config(places.database_url)
    assert config["OPTIONS"] == {"host": "/home/ana maría/50% & more/run"}
    assert config["PORT"] == 5432


def test_a_folder_that_cannot_be_written(home: Path) -> None:
    (home / "file").touch()
    servers = servers_of(home / "file" / "home")
    with pytest.raises(UnableToStart, match=r"cannot write to .* set SLAPORTAL_HOME"):
        servers.keep()


def test_data_of_another_postgresql(used_home: Path) -> None:
    servers = servers_of(used_home)
    with servers.in_use():
        pass
    (servers.places.database / "PG_VERSION").write_text("9\n")

    with pytest.raises(UnableToStart, match=r"did not start .*incompatible with server"):
        servers.keep()

    assert servers.status() == STOPPED


def test_a_socket_folder_that_somebody_else_laid_out(home: Path) -> None:
    (home / "elsewhere").mkdir()
    (home / "run").symlink_to(home / "elsewhere")
    with pytest.raises(UnableToStart, match="belongs to another account"):
        private_folder(home / "run", account_for(home / "postgres"))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["help"],
        ["migrate", "--help"],
        ["check"],
        ["makemessages", "--all"],
        ["collectstatic", "--noinput"],
    ],
)
def test_commands_that_read_no_record_start_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("SLAPORTAL_HOME", str(home))
    with servers_for(["manage.py", *arguments]):
        assert Servers.of_environment().status() == STOPPED


@pytest.mark.parametrize("arguments", [["migrate"], ["check", "--database", "default"]])
def test_other_commands_find_them_running(
    used_home: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("SLAPORTAL_HOME", str(used_home))
    with servers_for(["manage.py", *arguments]):
        assert Servers.of_environment().status() == RUNNING


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "does not name a PostgreSQL database"),
        ("mysql://ana:hidden@localhost/sla", "does not name a PostgreSQL database"),
        ("postgres://ana:hidden@localhost", "does not name a PostgreSQL database"),
        ("postgres://ana:hidden@localhost:99999/sla", "cannot be read"),
        ("postgres://ana:hidden@127.0.0.1:1/sla", "cannot be reached"),
        ("postgres://ana:hidden@127.0.0.1:1/sla?sslmode=nonsense", "cannot be"),
    ],
)
def test_a_database_url_that_leads_nowhere(
    monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(UnableToStart, match=sentence) as failure, servers_for(["", "migrate"]):
        pass
    assert "hidden" not in str(failure.value)
    assert "\n" not in str(failure.value)


def test_servers_of_ones_own_take_their_place(
    used_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = servers_of(used_home)
    with servers.in_use():
        monkeypatch.setenv("SLAPORTAL_HOME", str(used_home / "other"))
        monkeypatch.setenv("DATABASE_URL", servers.places.database_url)
        monkeypatch.setenv("REDIS_URL", servers.places.broker_url)
        with servers_for(["manage.py", "migrate"]):
            assert not (used_home / "other").exists()


def test_two_commands_at_once(
    manage_in_background: Callable[..., "subprocess.Popen[str]"], used_home: Path, manage: Manage
) -> None:
    first = manage_in_background("showmigrations")
    second = manage("showmigrations")
    told = first.communicate()
    assert first.returncode == 0, told
    assert second.returncode == 0, second.stderr
    assert servers_of(used_home).status() == STOPPED


def test_the_command_keeps_shows_and_stops_them(
    used_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def command(action: str) -> str:
        out = StringIO()
        call_command("embedded", action, stdout=out, stderr=out)
        return out.getvalue()

    monkeypatch.setenv("SLAPORTAL_HOME", str(used_home))
    running = "PostgreSQL: running\nValkey: running\n"
    assert command("start") == running
    with servers_of(used_home).in_use():
        said = command("stop")
        assert "they stop when it ends" in said
        assert said.endswith(running)
    assert command("status") == running.replace("running", "stopped")
