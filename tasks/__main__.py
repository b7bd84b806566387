"""`python -m tasks -n NAME -Q QUEUES`: one worker process.

The same as `celery -A tasks worker` with the switches we want, without Celery's command line: that loads its
shell and every command of other packages, 20 MB in each process that runs for months.
"""

from __future__ import annotations

import argparse
import socket
import sys

from celery.concurrency import get_implementation

from app.core.settings import get_settings
from tasks.application import celery, modules_of


def main() -> int:
    """The worker's exit status, when somebody has told it to end."""
    parser = argparse.ArgumentParser(prog="python -m tasks", description="One worker process of CloudEye.")
    parser.add_argument("-n", dest="name", required=True, help="what it is called in log and health")
    parser.add_argument("-Q", dest="queues", required=True, help="comma-separated")
    parser.add_argument("--pool", choices=("solo", "threads"), default="solo")
    parser.add_argument("-c", dest="concurrency", type=int, default=1)
    given = parser.parse_args()
    queues = given.queues.split(",")
    settings = get_settings()
    own = {f"probe.{settings.LOCATION}", f"browser.{settings.LOCATION}"}
    if settings.IS_REMOTE_PROBE and not own.issuperset(queues):
        parser.error(f"with CLOUDEYE_LOCATION_KEY this machine only probes: -Q {' or '.join(sorted(own))}")
    # The browser of another place shows what is checked, not watched pages, which need the database.
    celery.conf.include = modules_of(["probe"] if settings.IS_REMOTE_PROBE else queues)
    worker = celery.Worker(
        hostname=f"{given.name}@{socket.gethostname()}",
        pool_cls=get_implementation(given.pool),
        concurrency=given.concurrency,
        queues=queues,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=not vars(settings)["FLOWER"],
    )
    worker.start()
    status: int = worker.exitcode or 0
    return status


if __name__ == "__main__":
    sys.exit(main())
