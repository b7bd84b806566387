"""Process trees: their memory and their end."""

from __future__ import annotations

import subprocess
import sys

from app.engine.browser.processes import descendants, is_alive, kill_tree, memory_of

# The grandchild leaves its parent's session and group, and its parent dies.
_TREE = """
import subprocess, sys, time
from app.engine.browser.processes import adopt_orphans
adopt_orphans()
grandchild = "import time; kept = bytearray(b'x' * 50_000_000); print('ready', flush=True); time.sleep(60)"
child = "import subprocess, sys; subprocess.Popen([sys.executable, *sys.argv[1:]], start_new_session=True)"
subprocess.run([sys.executable, "-c", child, "-c", grandchild])
time.sleep(60)
"""


def test_it_finds_weighs_and_ends_orphans_too() -> None:
    with subprocess.Popen([sys.executable, "-c", _TREE], stdout=subprocess.PIPE) as root:
        assert root.stdout is not None
        assert root.stdout.readline() == b"ready\n"
        below = {pid for pid in descendants(root.pid) if is_alive(pid)}
        assert len(below) == 1
        assert 50_000_000 < memory_of(below) < 100_000_000
        kill_tree(root.pid)
        assert root.wait(10) == -9
        # Its pipe ends when the last process that held it is gone.
        assert root.stdout.read() == b""
    assert not any(is_alive(pid) for pid in below)


def test_it_says_nothing_of_processes_that_are_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait(10)
    assert (descendants(gone.pid), memory_of({gone.pid})) == (set(), 0)
