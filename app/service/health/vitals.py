"""What a process takes: memory, processor time, open files. From /proc; empty where there is none."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PROC = Path("/proc")
_TICKS, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
# Fields of /proc/<pid>/stat behind the name, which may hold spaces (proc_pid_stat(5)).
_USER, _SYSTEM, _THREADS, _STARTED, _RESIDENT = 11, 12, 17, 19, 21


@dataclass(frozen=True, slots=True)
class Vitals:
    """`started` is in unix seconds, to a tick."""

    resident_bytes: int
    cpu_seconds: float
    threads: int
    open_files: int
    started: float

    def document(self) -> dict[str, Any]:
        return asdict(self)


def vitals_of(pid: int, proc: Path = PROC) -> Vitals | None:
    """None for a process that is gone, or another user's."""
    try:
        fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
        files = len(os.listdir(proc / str(pid) / "fd"))  # noqa: PTH208 - names alone, and often
        booted = _booted(proc)
    except (OSError, ValueError):
        return None
    return Vitals(
        resident_bytes=int(fields[_RESIDENT]) * _PAGE,
        cpu_seconds=(int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS,
        threads=int(fields[_THREADS]),
        open_files=files,
        started=booted + int(fields[_STARTED]) / _TICKS,
    )


def _booted(proc: Path) -> int:
    for line in (proc / "stat").read_text().splitlines():
        if line.startswith("btime "):
            return int(line.split()[1])
    raise ValueError("the kernel does not say when it started")
