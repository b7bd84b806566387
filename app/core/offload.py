"""Work that would hold up everybody else in a web worker: done in a real thread, beside gevent's loop."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast

T = TypeVar("T")


def thread_lock() -> AbstractContextManager[bool]:
    """A lock for what `in_thread` runs: it holds up that thread alone, and never gevent's loop."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None:
        return threading.Lock()
    return cast("AbstractContextManager[bool]", monkey.get_original("_thread", "allocate_lock")())


def in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """The function's answer, and its errors; other greenlets go on meanwhile.

    For work that gives the interpreter's lock away (disk, pictures, hashes) and uses neither the database nor
    the request. Where nothing is patched it is called as it is.
    """
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("threading"):
        return function(*arguments)
    from gevent import get_hub

    return cast(T, get_hub().threadpool.apply(function, arguments))
