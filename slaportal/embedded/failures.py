"""What is said when the portal or its servers cannot start."""

import os


class UnableToStart(Exception):
    """One sentence for the person at the terminal: what is wrong and what to do."""


def unwritable(path: os.PathLike[str] | str, error: OSError) -> UnableToStart:
    """Return the failure of a folder or file that cannot be written."""
    return UnableToStart(
        f"slaportal cannot write to {os.fspath(path)} ({error.strerror or error}): "
        "set SLAPORTAL_HOME to a folder you may write to."
    )
