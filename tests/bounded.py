"""Bounds of the processor time that hostile input may take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_LOOPS = 200_000
_USUAL_SECONDS = 0.006
"""What as many turns of a plain loop take on an ordinary machine."""


@contextmanager
def within_cpu(seconds: float) -> Iterator[None]:
    """What runs inside takes less than `seconds` of processor time, on an ordinary machine.

    A virtual machine counts as used what its host took away meanwhile, now and then for seconds: a plain loop
    is timed before and after, and the bound is as many times wider as the slower of the two was.
    """
    before = _slowness()
    began = time.process_time()
    yield
    took = time.process_time() - began
    if took >= seconds:
        slow = max(before, _slowness())
        assert took < seconds * slow, f"took {took:.2f} s of processor time, {slow:.1f} times slowed down"


def _slowness() -> float:
    """How many times slower than ordinary this machine is just now; 1 if it is faster."""
    began = time.process_time()
    for _ in range(_LOOPS):
        pass
    return max(1.0, (time.process_time() - began) / _USUAL_SECONDS)
