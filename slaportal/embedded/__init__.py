"""The embedded servers: a real PostgreSQL and a real Valkey where none is named by its URL.

Whoever needs them says `with Servers.of_environment().in_use():`. They run from the first that
comes to the last that leaves, or until `embedded stop` where somebody said `embedded start`.
"""

from slaportal.embedded.failures import UnableToStart
from slaportal.embedded.servers import Servers, servers_for

__all__ = ["Servers", "UnableToStart", "servers_for"]
