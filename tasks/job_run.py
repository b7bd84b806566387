"""`python -m tasks.job_run ID RUNNER`: run one claimed job to its end, in a process of its own.

It yields to everything else on the machine: page checks have their moments, a job has its time.
"""

from __future__ import annotations

import os
import sys

from app.core.log import configure_logging
from app.core.settings import get_settings
from config import ConfigError

NICE = 5


def main(arguments: list[str]) -> int:
    """0 when the job's row says what became of it."""
    if len(arguments) != 2 or not arguments[0].isdigit():
        sys.stderr.write("usage: python -m tasks.job_run ID RUNNER\n")
        return 2
    try:
        settings = get_settings()
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logging(settings, "job")
    os.nice(NICE)
    from app.service.job.running import run_job
    from tasks.application import database

    with database():
        run_job(int(arguments[0]), arguments[1])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
