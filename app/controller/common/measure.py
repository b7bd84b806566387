"""Requests counted and timed, for `/metrics`: by method, route and status.

prometheus-client keeps each worker's numbers in files of PROMETHEUS_MULTIPROC_DIR, which gunicorn.conf.py
sets, so that any worker can tell those of all. Without it (one process) they stay in memory.
"""

from __future__ import annotations

import os
import time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus-client's own setting; gunicorn.conf.py sets it for its workers."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
FILES = {"counter": 2**20, "histogram": 2**22}
"""Bytes by kind: what a worker's file of a kind has room for from the start."""
_has_room = False
_made: tuple[CollectorRegistry, Counter, Histogram] | None = None


def meters() -> tuple[CollectorRegistry, Counter, Histogram]:
    """This process's registry and its two meters, made at the first call."""
    global _made
    if _made is None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        registry = CollectorRegistry()
        answered = Counter(
            "cloudeye_http_requests_total",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=registry,
        )
        taken = Histogram(
            "cloudeye_http_request_seconds",
            "Time until a request's answer began.",
            ("method", "route"),
            buckets=SECONDS,
            registry=registry,
        )
        _made = registry, answered, taken
    return _made


def init_app(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.asked_at = time.perf_counter()


def _end(response: Response) -> Response:
    began = g.get("asked_at")
    if began is not None and _take_room():
        # Only what we know becomes a label: whoever asks must not decide how many there are.
        method, rule = request.method, request.url_rule
        method = method if method in METHODS else "other"
        route = rule.rule if rule else "none"
        answered, taken = _meters_of(method, route, response.status_code)
        answered.inc()
        taken.observe(time.perf_counter() - began)
    return response


def _take_room() -> bool:
    """Whether this worker's files have their room on the disk. Taken once; until then nothing is counted.

    prometheus-client writes them through memory, where a page without room would end the worker (SIGBUS).
    """
    global _has_room
    if _has_room:
        return True
    if folder := os.environ.get(FOLDER):
        paths = {Path(folder) / f"{kind}_{os.getpid()}.db": size for kind, size in FILES.items()}
        try:
            for path, size in paths.items():
                with path.open("ab") as file:
                    os.posix_fallocate(file.fileno(), 0, size)
        except OSError:
            for path in paths:
                path.unlink(missing_ok=True)
            return False
    _has_room = True
    return True


@lru_cache(maxsize=2000)
def _meters_of(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    _, answered, taken = meters()
    return answered.labels(method, route, str(status)), taken.labels(method, route)
