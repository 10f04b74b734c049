"""Log lines without personal data: no addresses, and no rows that the database quotes."""

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
