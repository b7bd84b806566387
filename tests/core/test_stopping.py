"""A process that is told to end says so to its endless answers."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import signal, os
from app.core import stopping
signal.signal(signal.SIGTERM, lambda number, frame: print("earlier handler ran"))
stopping.announce_on_signal()
print(stopping.is_stopping())
os.kill(os.getpid(), signal.SIGTERM)
print(stopping.is_stopping())
"""


def test_a_signal_is_noted_and_still_does_what_it_did() -> None:
    said = subprocess.check_output([sys.executable, "-c", PROGRAM], text=True)
    assert said.split("\n")[:3] == ["False", "earlier handler ran", "True"]
