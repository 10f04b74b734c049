"""A portal of a benchmark's own: fresh servers in a folder that goes with it, no rows."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def portal() -> Iterator[None]:
    """Start PostgreSQL and Valkey as the portal does, migrate, and stop them afterwards."""
    home = Path(tempfile.mkdtemp(prefix="slaportal-bench-"))
    for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
        os.environ.pop(name, None)
    os.environ["SLAPORTAL_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "slaportal.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections
    from django.test.utils import override_settings

    from slaportal.embedded import Servers
    from slaportal.places import Places

    places = Places(home)
    connections.databases["default"]["HOST"] = str(places.sockets)
    _reach_broker(places.broker_url)
    servers = Servers(places)
    try:
        with servers.in_use(), override_settings(PLACES=places, MEDIA_ROOT=places.media):
            call_command("migrate", verbosity=0)
            yield
            connections.close_all()
    finally:
        servers.let_go(at_once=True)
        shutil.rmtree(home, ignore_errors=True)


def _reach_broker(url: str) -> None:
    """Send tasks, and count in the cache, in the Valkey of this portal and not of one before."""
    from django.conf import settings
    from django.core.cache import caches

    from slaportal.celery import app

    app.conf.update(broker_url=url, broker_write_url=url)
    # Made once, for the broker of the portal before.
    setattr(app.amqp, "_producer_pool", None)  # noqa: B010 - a name its types do not know
    settings.CACHES["default"]["LOCATION"] = url.replace("redis+socket://", "unix://")
    with suppress(AttributeError):
        del caches["default"]
