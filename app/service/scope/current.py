"""The scope of whoever is being served now.

A request enters its actor's; a task that works for somebody enters theirs by `within`. Nothing else has one:
what measures, judges and records sees everything, and pays no more for it than one look at this variable.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from app.service.scope import enforce
from app.service.scope.scope import Scope

_now: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope | None:
    """Whom the queries of this moment are narrowed for; None: for nobody."""
    return _now.get()


def enter(scope: Scope | None) -> None:
    """From here on, in this request. The next one begins with `enter(None)`."""
    _now.set(scope)


@contextmanager
def within(scope: Scope | None) -> Iterator[None]:
    """For the length of the block."""
    token = _now.set(scope)
    try:
        yield
    finally:
        _now.reset(token)


@contextmanager
def everything() -> Iterator[None]:
    """For what is made once for all, and kept: whoever happens to ask first must not narrow it."""
    with within(None):
        yield


enforce.listen(current)
