"""Long work, each piece in a process of its own.

So it holds up nobody's checks, takes no memory for good, and takes nothing with it when it dies. Rows are the
queue. A thread of this process waits for each piece; the worker's threads are free at once.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from celery import signals
from redis import RedisError

from app.core.snowflake import ClockWentBackError, NoWorkerNumberError
from app.models.errors import DATABASE_AWAY
from config.env import ROOT

AWAY = (*DATABASE_AWAY, RedisError, NoWorkerNumberError, ClockWentBackError)
LOOK_SECONDS = 0.5
END_SECONDS = 5.0
CHILD = ROOT / "config" / "launch" / "child.py"
Arguments = tuple[str, ...]

is_ending = threading.Event()
"""Set once this process of workers was told to end."""


@signals.worker_shutting_down.connect
def _end(**_: Any) -> None:
    is_ending.set()


@dataclass
class Apart:
    """Work of one name, at most `at_once` pieces of it in this process of workers.

    `claim` takes a waiting piece and gives the arguments of `python -m program`, or None where nothing waits.
    `died` is told the arguments and the exit status of a piece whose process did not come to its end.
    """

    name: str
    program: str
    at_once: int
    claim: Callable[[], Arguments | None]
    died: Callable[[Arguments, int], None]
    places: threading.BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        self.places = threading.BoundedSemaphore(self.at_once)
        self._log = logging.getLogger(f"cloudeye.{self.name}")

    def begin(self) -> None:
        """Begin what waits, as far as there are places."""
        while not is_ending.is_set() and self.places.acquire(blocking=False):
            arguments = self._claimed()
            if arguments is None:
                self.places.release()
                return
            name = f"{self.name}-{arguments[0]}"
            threading.Thread(target=self._attend, args=(arguments,), name=name, daemon=True).start()

    def _claimed(self) -> Arguments | None:
        try:
            return self.claim()
        except AWAY as error:
            self._log.warning(f"{self.name}.cannot_claim", extra={"error": type(error).__name__})
            return None

    def _attend(self, arguments: Arguments) -> None:
        told = {"arguments": list(arguments)}
        try:
            status = self.run(arguments)
            if status != 0:
                self._log.warning(f"{self.name}.process_ended", extra={**told, "status": status})
                self.died(arguments, status)
        except AWAY as error:
            self._log.warning(f"{self.name}.cannot_end", extra={**told, "error": type(error).__name__})
        except Exception:
            self._log.exception(f"{self.name}.attend_failed", extra=told)
        finally:
            self.places.release()
        self.begin()

    def run(self, arguments: Arguments) -> int:
        """The process's exit status; it is ended with this one."""
        # child.py ends it with this process, however that ends.
        command = [sys.executable, str(CHILD), sys.executable, "-m", self.program, *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)
        while True:
            try:
                return process.wait(LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                if is_ending.is_set():
                    return _ended(process)


def _ended(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    try:
        return process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
