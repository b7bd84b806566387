"""Lines of a busy logger, written together.

A rotating file that many processes write costs a lock, two looks and a flush each time it is written to: for
a web worker more than the line itself. Its accesses wait for each other a quarter of a second at most. What
is lost with a killed process is that much of them, and nginx has written the same.
"""

from __future__ import annotations

import logging
import threading

SECONDS = 0.25
MOST = 200


class Lines(logging.LogRecord):
    """Lines that are formatted already; a formatter of ours gives them as they are."""

    def __init__(self, text: str) -> None:
        super().__init__("lines", logging.INFO, "", 0, "", (), None)
        self.text = text


class Batched(logging.Handler):
    """Formats each record at once, as its target would, and gives it to the target along with others."""

    def __init__(self, target: logging.Handler, *, seconds: float = SECONDS, most: int = MOST) -> None:
        super().__init__()
        self._target, self._seconds, self._most = target, seconds, most
        self._waiting: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._waiting.append(self._target.format(record))
        if len(self._waiting) >= self._most:
            self.flush()
        elif len(self._waiting) == 1:
            timer = threading.Timer(self._seconds, self.flush)
            timer.daemon = True
            timer.start()

    def flush(self) -> None:
        """Write what waits; `logging.shutdown` calls it at the process's end."""
        self.acquire()
        try:
            waiting, self._waiting = self._waiting, []
            if waiting:
                self._target.handle(Lines("\n".join(waiting)))
        finally:
            self.release()
