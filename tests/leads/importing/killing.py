"""The import in a process of its own, over the database of a test, so that it can be killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

from leads.models import LeadIdentity
from slaportal.places import DATABASE_NAME


def start_import(file: str | Path, mapping: str | Path, slug: str) -> "subprocess.Popen[str]":
    """Start the command; it sees what the test has committed."""
    name = connection.settings_dict["NAME"]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "slaportal.settings",
        "DATABASE_URL": settings.PLACES.database_url.replace(f"/{DATABASE_NAME}?", f"/{name}?"),
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    command = ["import_facts", file, "--mapping", mapping, "--agreement", slug]
    return subprocess.Popen(
        [sys.executable, settings.BASE_DIR / "manage.py", *command],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_half_way(file: str | Path, mapping: str | Path, slug: str) -> None:
    """Import, and kill the process as soon as a part of the leads is there."""
    with start_import(file, mapping, slug) as importing:
        while LeadIdentity.objects.count() == 0:
            if importing.poll() is not None:
                raise AssertionError(importing.communicate()[1])
            time.sleep(0.05)
        importing.send_signal(signal.SIGKILL)
