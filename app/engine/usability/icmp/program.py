"""The `ping` program, for a process that may open no ICMP socket of its own; blocking."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass

_ROUND_TRIP = re.compile(r"\btime[=<]([0-9.]+) ?ms")
_TROUBLE = re.compile(r"^From ([0-9A-Fa-f.:]+)\S*.*?(Unreachable|prohibited|filtered|exceeded)", re.MULTILINE)
_SUMMARY = re.compile(r"packets transmitted")
_KINDS = {"Unreachable": "unreachable", "exceeded": "ttl_exceeded"}
# The program refuses shorter intervals to ordinary users.
_MIN_INTERVAL = 0.2
_MOST_OUTPUT = 10_000


class CannotPingError(Exception):
    """The program is missing or may not ping either; the message says which."""


@dataclass(frozen=True, slots=True)
class Pings:
    """What it saw: round trips in ms, and the last (kind, sender) of what complained."""

    round_trips: tuple[float, ...]
    trouble: tuple[str, str] | None


def ping_by_program(
    program: str, address: str, *, count: int, size: int, interval: float, seconds: float
) -> Pings:
    """Ping an address `count` times within `seconds`. Raises CannotPingError."""
    words = [program, "-n", "-c", str(count), "-s", str(size), "-i", f"{max(interval, _MIN_INTERVAL):g}"]
    words += ["-w", str(max(int(seconds), 1)), address]
    try:
        run = subprocess.run(
            words,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
            timeout=seconds + 2,
            check=False,
        )
    except OSError as error:
        raise CannotPingError(f"{program}: {error.strerror}") from None
    except subprocess.TimeoutExpired as expired:
        return read_output((expired.stdout or b"").decode("utf-8", "replace")[:_MOST_OUTPUT])
    said = run.stdout.decode("utf-8", "replace")[:_MOST_OUTPUT]
    if not _SUMMARY.search(said):
        # It never began: no permission, an option it does not know, no route.
        complaint = run.stderr.decode("utf-8", "replace").strip() or f"exit status {run.returncode}"
        raise CannotPingError(complaint.splitlines()[-1][:160])
    return read_output(said)


def read_output(text: str) -> Pings:
    """The words of iputils' and busybox' ping."""
    complaints = _TROUBLE.findall(text)
    last = complaints[-1] if complaints else None
    trouble = (_KINDS.get(last[1], "prohibited"), last[0]) if last else None
    return Pings(tuple(float(each) for each in _ROUND_TRIP.findall(text)), trouble)
