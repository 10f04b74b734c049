"""`make bench`: every budget of the design as a ratio measured in this run, on this machine.

    python -m tests.benchmarks [name ...] [--small]

``--small`` measures with a tenth of the rows, to see that the benchmarks themselves work.
"""

import argparse
import importlib
import sys
from typing import Any

from tests.benchmarks.portal import portal
from tests.benchmarks.report import Line, print_lines

ALONE = ("business_time", "start")
WITH_DATABASE = ("import", "rebuild", "sweep", "dashboard", "queue", "api", "backtest")


def main() -> int:
    """Measure what was asked for and print the lines; 1 if a budget does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(ALONE + WITH_DATABASE))
    parser.add_argument("--small", action="store_true", help="with a tenth of the rows")
    options = parser.parse_args()
    unknown = set(options.names) - {*ALONE, *WITH_DATABASE}
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    wanted = options.names or [*ALONE, *WITH_DATABASE]
    lines: list[Line] = []
    for name in wanted:
        sys.stderr.write(f"measuring {name} …\n")
        if name in ALONE:
            lines += _module(name).measure()
            continue
        with portal():
            lines += _module(name).measure(scale=0.1 if options.small else 1.0)
    print_lines(lines)
    return 0 if all(line.holds for line in lines) else 1


def _module(name: str) -> Any:
    return importlib.import_module(f"tests.benchmarks.bench_{name}")


if __name__ == "__main__":
    sys.exit(main())
