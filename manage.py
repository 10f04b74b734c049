#!/usr/bin/env python
"""Run a management command; the embedded servers are started for it where they are needed."""

import os
import sys


def main() -> int:
    """Run the command named on the command line and return its exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "slaportal.settings")
    from slaportal.embedded import UnableToStart, servers_for

    try:
        with servers_for(sys.argv):
            from django.core.management import execute_from_command_line

            execute_from_command_line(sys.argv)
    except UnableToStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
