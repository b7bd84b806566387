"""`make test`: the whole suite in two parts, or what is asked for in one.

First what asks what comes out, or how much processor time it took, whole installations among it: one process
a core. Then, alone and one after the other, what holds a clock on the wall against what it measures, or waits
for time-outs of a second: beside anything else it would now and then say what is not so.
"""

from __future__ import annotations

import os
import subprocess
import sys

NOTHING_TO_RUN = 5
CLOCKS = (
    "tests/bug",
    "tests/core/test_http.py",
    "tests/engine/bug/active",
    "tests/engine/bug/http",
    "tests/engine/bug/test_ownership.py",
    "tests/engine/bug/test_takeover.py",
    "tests/engine/bug/tls",
    "tests/engine/net",
    "tests/engine/notify",
    "tests/engine/tamper/fetch",
    "tests/engine/usability",
    "tests/service/bug/test_running.py",
    "tests/tasks",
    "tests/test_bug_path.py",
)
CORES = os.cpu_count() or 1
# Files go out in the order of tests/conftest.py, not those with most tests first: a whole installation is one
# test, and must not begin as the last.
SIDE_BY_SIDE = ("--dist", "loadfile", "--no-loadscope-reorder", "-n")
PARTS = (
    (*SIDE_BY_SIDE, str(min(4, CORES)), *(f"--ignore={path}" for path in CLOCKS)),
    CLOCKS,
)


def _run(*arguments: str) -> int:
    # Hundreds of processes start while it runs: what one has compiled the others need not.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    if arguments:
        return _run(*arguments)
    codes = [_run(*part) for part in PARTS]
    return next((code for code in codes if code not in (0, NOTHING_TO_RUN)), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
