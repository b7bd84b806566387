"""A child process that shows one page, attended until its end; its time, memory and output are bounded."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import IO, Any

from app.engine.browser.processes import descendants, kill_tree, memory_of

ROOT = Path(__file__).resolve().parents[3]
_MAX_OUTPUT = 40_000_000
_LOOK_SECONDS = 0.15
_CHUNK = 1 << 20

Take = Callable[[bytes], bool]


def attend(module: str, job: dict[str, Any], take: Take, *, seconds: float, memory_mb: int) -> str | None:
    """Run `python -m module` with the job (JSON) on its input, and give each line it tells to `take`.

    `take` returns whether that was the last, and raises ValueError, KeyError or TypeError for a line that the
    child cannot have meant. Returns what went wrong: browser_failed, browser_timeout or browser_memory. When
    it returns, the child and everything below it have ended.
    """
    with tempfile.TemporaryDirectory(prefix="ce-shot-", ignore_cleanup_errors=True) as folder:
        child = _started(module, folder)
        if child is None:
            return "browser_failed"
        try:
            return _attended(child, job, take, seconds, memory_mb)
        finally:
            kill_tree(child.pid)
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()


def _started(module: str, folder: str) -> subprocess.Popen[bytes] | None:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": folder,
        "TMPDIR": folder,
    }
    try:
        return subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
    except OSError:
        return None


def _attended(
    child: subprocess.Popen[bytes], job: dict[str, Any], take: Take, seconds: float, memory_mb: int
) -> str | None:
    """Read what the child tells until its end, watching time, memory and output."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(job).encode())
        child.stdin.close()
    except BrokenPipeError:
        return "browser_failed"
    stop_at = monotonic() + seconds
    look_at = 0.0
    lines = _Lines(child.stdout)
    while True:
        if monotonic() >= stop_at:
            return "browser_timeout"
        if monotonic() >= look_at:
            if memory_of(descendants(child.pid)) > memory_mb << 20:
                return "browser_memory"
            look_at = monotonic() + _LOOK_SECONDS
        try:
            if any(take(line) for line in lines.read(_LOOK_SECONDS)):
                return None
        except (ValueError, KeyError, TypeError):
            return "browser_failed"
        if lines.is_over:
            return "browser_failed"


class _Lines:
    """Lines of a pipe as they come, bounded altogether."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._fd = pipe.fileno()
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        self._pieces: list[bytes] = []
        self._total = 0
        self.is_over = False

    def read(self, seconds: float) -> list[bytes]:
        """Whole lines that came within this time. Raises ValueError when there were too many bytes."""
        if not self._poll.poll(seconds * 1000):
            return []
        data = os.read(self._fd, _CHUNK)
        self.is_over = not data
        self._total += len(data)
        if self._total > _MAX_OUTPUT:
            raise ValueError("the child says too much")
        if b"\n" not in data:
            self._pieces.append(data)
            return []
        *whole, rest = (b"".join(self._pieces) + data).split(b"\n")
        self._pieces = [rest]
        return whole
