"""`python child.py program arguments…`: become the program, and end when the parent ends.

supervisor.conf starts every process through this, so that none outlives a supervisord that was killed and
the next one finds sockets and files free. Run as a file, not as a module: it imports next to nothing.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent ends (Linux; elsewhere nothing happens)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    end_with_parent()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - the command stands in supervisor.conf
