"""A process with all its descendants: what memory they take together, and their end.

A browser is a dozen processes in groups and sessions of their own, so neither a process group nor a resource
limit holds them. What does: the root adopts orphans (PR_SET_CHILD_SUBREAPER), so the tree stays whole, and it
is read from Linux's `/proc`.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

_PROC = Path("/proc")
_MEMORY_FIELDS = ("RssAnon:", "RssShmem:")
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_KILL_SECONDS = 2.0
_NAP_SECONDS = 0.01


def descendants(root: int) -> set[int]:
    """The ids of all processes below the root, without it."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found: set[int] = set()
    unseen = [root]
    while unseen:
        for child in children.get(unseen.pop(), ()):
            if child not in found:
                found.add(child)
                unseen.append(child)
    return found


def is_alive(pid: int) -> bool:
    """Whether the process runs: one that has ended but was not yet asked about by its parent does not."""
    return _stat(pid)[:1] not in ([], ["Z"], ["X"])


def memory_of(pids: set[int]) -> int:
    """Bytes of memory that are the processes' own: anonymous and shared memory, not the program's files.

    Readable for sandboxed processes too, which `smaps_rollup` is not.
    """
    return sum(_memory(pid) for pid in pids)


def kill_tree(root: int) -> None:
    """End the root's descendants, then the root, and wait for the descendants' end, at most two seconds.

    The caller reaps the root. While it lives it adopts whoever was born under a dying parent, so the next
    round finds them; it may be too busy to reap them, so the dead among them do not count.
    """
    stop_at = monotonic() + _KILL_SECONDS
    while monotonic() < stop_at:
        alive = {pid for pid in descendants(root) if is_alive(pid)}
        if not alive:
            break
        for pid in alive:
            _kill(pid)
        sleep(_NAP_SECONDS)
    _kill(root)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own has ended, and end when one's own parent does."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _parents() -> Iterator[tuple[int, int]]:
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            pid = int(folder.name)
            fields = _stat(pid)
            if fields:
                yield pid, int(fields[1])


def _stat(pid: int) -> list[str]:
    """State, parent, … of a process; empty when it is gone. Its name may hold anything, so it is skipped."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _memory(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "status").read_text(errors="replace").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(_MEMORY_FIELDS))


def _kill(pid: int) -> None:
    with suppress(OSError):
        os.kill(pid, signal.SIGKILL)
