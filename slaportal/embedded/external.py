"""Servers of one's own, named by DATABASE_URL and REDIS_URL: can they be reached?"""

import warnings
from typing import Any

from slaportal.embedded.failures import UnableToStart

SECONDS_TO_CONNECT = 5
REMEDY = "correct DATABASE_URL, or unset it to use the embedded PostgreSQL."


def database_parameters(url: str) -> dict[str, Any]:
    """Return what psycopg2 needs to connect to the database of a URL."""
    import environ

    form = "postgres://user:password@host:5432/name"
    try:
        with warnings.catch_warnings(action="ignore"):
            config = environ.Env.db_url_config(url)
    except ValueError as error:
        raise UnableToStart(f"DATABASE_URL cannot be read ({error}): write {form}.") from error
    if config.get("ENGINE") != "django.db.backends.postgresql" or not config["NAME"]:
        raise UnableToStart(f"DATABASE_URL does not name a PostgreSQL database: write {form}.")
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    given: dict[str, Any] = {
        names.get(key, key.lower()): value for key, value in config.items() if value
    }
    del given["engine"]
    options = given.pop("options", {})
    return {**given, **options}


def check_database(url: str) -> None:
    """Connect once, so that what is wrong is said before anything builds on the database."""
    import psycopg2

    parameters = {"connect_timeout": SECONDS_TO_CONNECT} | database_parameters(url)
    try:
        psycopg2.connect(**parameters).close()
    except psycopg2.OperationalError as error:
        said = " ".join(str(error).split())
        raise UnableToStart(
            f"The database that DATABASE_URL names cannot be reached ({said}): start it, {REMEDY}"
        ) from error
    except psycopg2.Error as error:
        said = " ".join(str(error).split())
        raise UnableToStart(f"DATABASE_URL cannot be used ({said}): {REMEDY}") from error


def check_broker(url: str) -> None:
    """Connect once to the Redis server that a URL names."""
    from kombu import Connection

    options = {"socket_connect_timeout": SECONDS_TO_CONNECT, "socket_timeout": SECONDS_TO_CONNECT}
    try:
        with Connection(url, transport_options=options) as connection:
            connection.ensure_connection(max_retries=1, timeout=SECONDS_TO_CONNECT)
    except Exception as error:  # each transport has errors of its own
        said = " ".join(str(error).split())
        raise UnableToStart(
            f"The Redis server that REDIS_URL names cannot be reached ({said}): start it, correct "
            "REDIS_URL, or unset it to use the embedded Valkey."
        ) from error
