"""The address on which the portal is reached: taken before anything else is done."""

import errno
import os
import socket

from slaportal.embedded.failures import UnableToStart

BACKLOG = 512


def listen(bind: str) -> socket.socket:
    """Take `host:port`, `:port` or `port` and listen there; port 0 is any free one.

    Who calls before the web server is up waits, and is served by whichever process inherits the
    socket.
    """
    host, port = _parse(bind)
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise UnableToStart(
            f"{host} is no address of this machine ({error.strerror}): give one as "
            "`--bind host:port`."
        ) from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _refusal(host, port, error) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the address a browser on this machine opens."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104
        host = "127.0.0.1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _parse(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise UnableToStart(
            f"“{bind}” is no address to listen on: write host:port, such as 127.0.0.1:8000."
        )
    return host.strip("[]") or "127.0.0.1", int(port)


def _refusal(host: str, port: int, error: OSError) -> UnableToStart:
    if error.errno == errno.EADDRINUSE:
        return UnableToStart(
            f"Port {port} of {host} is in use: stop what listens there, or choose another port, "
            f"as in `make run PORT={port + 1}`."
        )
    if error.errno == errno.EACCES:
        return UnableToStart(
            f"Port {port} of {host} is kept for the system: choose a port above 1023, as in "
            "`make run PORT=8000`."
        )
    return UnableToStart(
        f"The portal cannot listen on {host} ({os.strerror(error.errno or 0)}): give an address "
        "of this machine, as in `make run BIND=127.0.0.1`."
    )
