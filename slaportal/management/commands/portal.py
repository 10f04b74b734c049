"""`manage.py portal`: the whole portal in one terminal."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from socket import socket
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from slaportal.embedded import Servers, UnableToStart
from slaportal.embedded.external import check_broker, check_database
from slaportal.embedded.failures import unwritable
from slaportal.embedded.locks import held
from slaportal.listening import listen, url_of
from slaportal.places import Places
from slaportal.supervisor import Interruption, Part, Supervisor

DEFAULT_PORT = 8000
SECONDS_TO_FIRST_PAGE = 60
_NOBODY_IS_KNOWN = """Nobody can sign in yet. In another terminal, make the first administrator:
  .venv/bin/python manage.py add_person otto@acme.example --name "Otto Reyes" --admin"""


class Command(BaseCommand):
    """Run web server, worker and beat, over embedded servers where no others are named."""

    help = (
        "Runs the whole portal: the web server, the Celery worker and beat, and an embedded "
        "PostgreSQL and Valkey where DATABASE_URL and REDIS_URL name none. The first time it "
        "fills in the demo. Ctrl-C stops everything."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, by default from PORT, and whether to fill in the demo."""
        default = f"127.0.0.1:{os.environ.get('PORT') or DEFAULT_PORT}"
        parser.add_argument("--bind", default=default, help=f"host:port, by default {default}")
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")

    def handle(self, *args: Any, bind: str, no_demo: bool, **options: Any) -> None:
        """Start everything, wait for Ctrl-C, stop everything."""
        places = Places.of_environment()
        with Interruption() as interruption:
            try:
                with _only_portal_of(places):
                    parts = _parts(places)
                    for part in parts:
                        part.end_leftovers()
                    with listen(bind) as listener:
                        _hand_over(listener, parts[0])
                        environment = _environment(listener)
                        supervisor = Supervisor(parts, environment, self._say, interruption)
                        self._run(supervisor, listener, with_demo=not no_demo)
            except KeyboardInterrupt:
                self._say("The portal has stopped.")

    def _run(self, supervisor: Supervisor, listener: socket, *, with_demo: bool) -> None:
        servers = Servers.of_environment()
        if not servers.with_database:
            check_database(os.environ["DATABASE_URL"])
        if not servers.with_broker:
            check_broker(os.environ["REDIS_URL"])
        with servers.in_use():
            is_anybody_known = self._prepare(with_demo=with_demo)
            with supervisor.stopping():
                # The first page comes sooner while nothing else is starting.
                supervisor.parts[0].start(supervisor.environment)
                _await_first_page(supervisor, listener)
                supervisor.start()
                self._say(f"\nThe portal is at {url_of(listener)} (Ctrl-C stops it).")
                if not is_anybody_known:
                    self._say(_NOBODY_IS_KNOWN)
                supervisor.watch()

    def _prepare(self, *, with_demo: bool) -> bool:
        """Bring the tables up to date, and fill in the demo where nobody is known yet.

        Return whether anybody is known then.
        """
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say("Preparing the database …")
            call_command("migrate", interactive=False, verbosity=0)
        is_anybody_known = get_user_model()._default_manager.exists()
        if with_demo and not is_anybody_known:
            self._say("Filling in the demo …")
            call_command("demo", stdout=self.stdout, stderr=self.stderr)
        connections.close_all()
        return is_anybody_known or with_demo

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


@contextmanager
def _only_portal_of(places: Places) -> Iterator[None]:
    """Be the only portal over a home folder: two beats would do everything twice."""
    lock = places.home / "portal.lock"
    try:
        lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        places.processes.mkdir(exist_ok=True)
        lock_held = held(lock, wait=False)
        lock_held.__enter__()
    except BlockingIOError as error:
        raise UnableToStart(
            f"A portal is running over {places.home} already: stop that one, or set SLAPORTAL_HOME "
            "to another folder."
        ) from error
    except OSError as error:
        raise unwritable(places.home, error) from error
    try:
        yield
    finally:
        lock_held.__exit__(None, None, None)


def _parts(places: Places) -> list[Part]:
    """Return the processes in the order in which they stop: what makes work before what does it."""
    gunicorn = [sys.executable, "-m", "gunicorn", "slaportal.wsgi", "--no-control-socket"]
    # A worker as root is meant here: the servers and tasks are one person's own.
    quiet = ["-W", "ignore:You're running the worker with superuser privileges"]
    celery = [sys.executable, *quiet, "-m", "celery", "--quiet", "--app", "slaportal"]
    web = [*gunicorn, "--preload", "--workers", "2", "--threads", "4", "--log-level", "warning"]
    schedule = str(places.processes / "beat-schedule")
    beat = [*celery, "beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "WARNING"]
    worker = [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle"]
    return [
        Part("web server", web, places.processes / "web", seconds_to_stop=15),
        Part("beat", beat, places.processes / "beat", seconds_to_stop=10),
        Part("worker", worker, places.processes / "worker", seconds_to_stop=60),
    ]


def _hand_over(listener: socket, web: Part) -> None:
    """Let the web server serve on a socket that is already listening."""
    web.command = [*web.command, "--bind", f"fd://{listener.fileno()}"]
    web.inherited = [listener.fileno()]


def _environment(listener: socket) -> dict[str, str]:
    """Return the processes' environment; they answer to the address that was asked for."""
    environment = dict(os.environ)
    host = listener.getsockname()[0]
    name = f"[{host}]" if ":" in host else host
    if not environment.get("ALLOWED_HOSTS"):
        environment["ALLOWED_HOSTS"] = ",".join({*settings.ALLOWED_HOSTS, name})
    return environment


def _await_first_page(supervisor: Supervisor, listener: socket) -> None:
    """Wait until the web server answers anything at all."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    end = monotonic() + SECONDS_TO_FIRST_PAGE
    while monotonic() < end:
        supervisor.look()
        caller = HTTPConnection(host, port, timeout=2)
        try:
            caller.request("GET", "/health/")
            caller.getresponse().read()
        except (OSError, HTTPException):
            continue
        else:
            return
        finally:
            caller.close()
    raise UnableToStart(
        f"The web server gave no page within {SECONDS_TO_FIRST_PAGE} s: what it said stands above."
    )
