"""Bounds of the processor time that hostile input may take."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def within_cpu(seconds: float) -> Iterator[None]:
    """What runs inside takes less than `seconds` of processor time, as it would in a process of its own.

    What earlier tests left in memory is kept from the garbage collector meanwhile: going through it, once
    for every few hundred new objects that survive, would be counted otherwise and can take longer.
    """
    gc.freeze()
    began = time.process_time()
    try:
        yield
        took = time.process_time() - began
    finally:
        gc.unfreeze()
    assert took < seconds, f"took {took:.2f} s of processor time"
