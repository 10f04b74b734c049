"""What is wrong with the settings, each with a hint that says what to do."""

import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import connections

OLDEST_POSTGRESQL = 15
LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", ".localhost", "testserver"}
BROKER_SCHEMES = ("redis://", "rediss://", "redis+socket://")
BUILT_FILES = ("app.js", "app.css")


@register(Tags.security)
def check_secret_key(**_: Any) -> list[CheckMessage]:
    """The key has to be the same for every process and after a restart."""
    if os.environ.get("SECRET_KEY") or (settings.PLACES.home / "secret_key").exists():
        return []
    return [
        Caution(
            "The secret key lasts only as long as this process, and so do people's sessions.",
            hint="Set SECRET_KEY, or SLAPORTAL_HOME to a folder that can be written.",
            id="slaportal.W001",
        )
    ]


@register(Tags.security)
def check_debug(**_: Any) -> list[CheckMessage]:
    """Error pages with everything in them are for the machine they run on."""
    public = sorted(set(settings.ALLOWED_HOSTS) - LOCAL_HOSTS)
    if not settings.DEBUG or not public:
        return []
    return [
        Error(
            f"DEBUG is on while {', '.join(public)} is served: error pages would show secrets.",
            hint="Unset DEBUG, or leave ALLOWED_HOSTS to this machine.",
            id="slaportal.E002",
        )
    ]


@register(Tags.security)
def check_hosts(**_: Any) -> list[CheckMessage]:
    """A forged host name would get into the links that are sent to people."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS allows any host name, so a forged one would stand in links.",
            hint="Name the hosts under which people reach the portal, separated by commas.",
            id="slaportal.E003",
        )
    ]


@register(Tags.compatibility)
def check_engine(**_: Any) -> list[CheckMessage]:
    """Exclusion constraints, COPY and SKIP LOCKED are PostgreSQL's."""
    if settings.DATABASES["default"].get("ENGINE") == "django.db.backends.postgresql":
        return []
    return [
        Error(
            "DATABASE_URL does not name a PostgreSQL database.",
            hint="Write postgres://user:password@host:5432/name, or unset DATABASE_URL to use the "
            "embedded PostgreSQL.",
            id="slaportal.E004",
        )
    ]


@register(Tags.database)
def check_database_version(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Older servers lack what the tables and queries use."""
    messages: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        connection.ensure_connection()
        major = connection.connection.server_version // 10_000
        if major < OLDEST_POSTGRESQL:
            messages.append(
                Error(
                    f"The database server is PostgreSQL {major}.",
                    hint=f"Use PostgreSQL {OLDEST_POSTGRESQL} or newer.",
                    id="slaportal.E005",
                )
            )
    return messages


@register(Tags.compatibility)
def check_broker(**_: Any) -> list[CheckMessage]:
    """Tasks travel through Redis or Valkey."""
    if settings.CELERY_BROKER_URL.startswith(BROKER_SCHEMES):
        return []
    return [
        Error(
            "REDIS_URL does not name a Redis or Valkey server.",
            hint="Write redis://:password@host:6379/0, or unset REDIS_URL to use the embedded "
            "Valkey.",
            id="slaportal.E006",
        )
    ]


@register(Tags.staticfiles)
def check_front_end(**_: Any) -> list[CheckMessage]:
    """Pages without the bundle are bare."""
    folder = settings.BASE_DIR / "static" / "dist"
    missing = [name for name in BUILT_FILES if not (folder / name).exists()]
    if not missing:
        return []
    return [
        Caution(
            f"The front end is not built: {', '.join(missing)} is missing in static/dist.",
            hint="Run `make run`, or `npm ci && npm run build`.",
            id="slaportal.W007",
        )
    ]


@register(Tags.security, deploy=True)
def check_mail(**_: Any) -> list[CheckMessage]:
    """Without a mail server notices reach nobody."""
    if settings.SENDS_EMAIL:
        return []
    return [
        Caution(
            "No e-mail is sent.",
            hint="Set EMAIL_URL, as in smtp+tls://user:password@host:587.",
            id="slaportal.W008",
        )
    ]
