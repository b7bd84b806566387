"""`python -m tasks.bug_scan ID`: run one claimed scan to its end, in a process of its own.

It yields to everything else on the machine: page checks have their moments, a scan has an hour.
"""

from __future__ import annotations

import os
import sys

from app.core.log import configure_logging
from app.core.settings import get_settings
from config import ConfigError

NICE = 5


def main(arguments: list[str]) -> int:
    """0 when the scan's row says what became of it."""
    if len(arguments) != 1 or not arguments[0].isdigit():
        sys.stderr.write("usage: python -m tasks.bug_scan ID\n")
        return 2
    try:
        settings = get_settings()
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logging(settings, "bug")
    os.nice(NICE)
    from app.service.bug.running import run_scan
    from tasks.application import database
    from tasks.record import nudge_delivery

    with database():
        done = run_scan(int(arguments[0]))
    if done.deliveries:
        nudge_delivery()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
