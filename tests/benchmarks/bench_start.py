"""From `manage.py portal` to the first page, on a machine that is prepared."""

import os
import signal
import subprocess
import sys
import tempfile
from http.client import HTTPConnection
from pathlib import Path
from socket import create_server
from time import perf_counter, sleep

from tests.benchmarks.report import Line

PROJECT = Path(__file__).resolve().parent.parent.parent
MOST_SECONDS = 120


def measure() -> list[Line]:
    """Start once to prepare the folder, then once more and wait for the sign-in page."""
    with tempfile.TemporaryDirectory(prefix="slaportal-bench-") as home:
        prepare = _seconds_to_first_page(home)
        seconds = _seconds_to_first_page(home)
    return [
        Line(
            "start: seconds to the first page",
            seconds,
            10,
            at_least=False,
            detail=f"the very first start, with an empty folder, took {prepare:.1f} s",
        )
    ]


def _seconds_to_first_page(home: str) -> float:
    port = _free_port()
    environment = os.environ | {"SLAPORTAL_HOME": home}
    start = perf_counter()
    portal = subprocess.Popen(
        [sys.executable, "manage.py", "portal", "--bind", f"127.0.0.1:{port}", "--no-demo"],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            if portal.poll() is not None or perf_counter() - start > MOST_SECONDS:
                raise RuntimeError("The portal did not start.")
            sleep(0.05)
        return perf_counter() - start
    finally:
        portal.send_signal(signal.SIGINT)
        portal.wait(timeout=60)


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
