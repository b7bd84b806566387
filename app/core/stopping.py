"""Whether this process is about to end, for answers that would otherwise go on without end.

A server that is told to end gives running requests time to finish. A stream of events never finishes by
itself, so it asks here between two events and ends; the browser then connects to the new worker.
"""

from __future__ import annotations

import signal
from types import FrameType

# A plain value: locks must not be taken in a signal handler.
_is_stopping = False


def is_stopping() -> bool:
    return _is_stopping


def announce_on_signal(number: signal.Signals = signal.SIGTERM) -> None:
    """Note the signal, then do what was done on it before. Call it in the main thread."""
    before = signal.getsignal(number)

    def note(received: int, frame: FrameType | None) -> None:
        global _is_stopping
        _is_stopping = True
        if callable(before):
            before(received, frame)

    signal.signal(number, note)
