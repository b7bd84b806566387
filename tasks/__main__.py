"""`python -m tasks -n NAME -Q QUEUES`: one worker process.

The same as `celery -A tasks worker` with the switches we want, without Celery's command line: that loads its
shell and every command of other packages, 20 MB in each process that runs for months.
"""

from __future__ import annotations

import argparse
import socket
import sys

from celery.concurrency import get_implementation

from tasks.application import MODULES, celery


def main() -> int:
    """The worker's exit status, when somebody has told it to end."""
    parser = argparse.ArgumentParser(prog="python -m tasks", description="One worker process of CloudEye.")
    parser.add_argument("-n", dest="name", required=True, help="what it is called in log and health")
    parser.add_argument("-Q", dest="queues", required=True, help="comma-separated")
    parser.add_argument("--pool", choices=("solo", "threads"), default="solo")
    parser.add_argument("-c", dest="concurrency", type=int, default=1)
    given = parser.parse_args()
    queues = given.queues.split(",")
    celery.conf.include = sorted({MODULES[queue.partition(".")[0]] for queue in queues})
    worker = celery.Worker(
        hostname=f"{given.name}@{socket.gethostname()}",
        pool_cls=get_implementation(given.pool),
        concurrency=given.concurrency,
        queues=queues,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    status: int = worker.exitcode or 0
    return status


if __name__ == "__main__":
    sys.exit(main())
