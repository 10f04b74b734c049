"""Log lines without personal data: no addresses, no rows that the database quotes.

What a person was refused is a line; where the server failed it has its traceback.
"""

import logging
import re

from leads.personal.blanking import without_addresses

# PostgreSQL quotes whole rows in the details of its errors.
_DETAIL = re.compile(r"^(DETAIL|CONTEXT|LINE \d+):.*$", re.MULTILINE)


class DiscreetFormatter(logging.Formatter):
    """Writes a record without e-mail addresses and without the rows that errors quote."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the traceback where there is one."""
        return without_addresses(_DETAIL.sub(r"\1: …", super().format(record)), lambda _: "…@…")


class RefusalFilter(logging.Filter):
    """Takes the traceback off the records of requests that were refused."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True
