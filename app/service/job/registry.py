"""The kinds of jobs: what each may cost, who may ask for it, and the function that does it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from app.core.errors import NotFoundError
from app.service.job import kinds

if TYPE_CHECKING:
    from app.service.job.course import Course

Run = Callable[["Course"], dict[str, Any]]
"""Does the work and gives its outcome: plain counts and texts, shown on the job's page."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """`permission` is asked for when somebody asks for the job, and again when it is run."""

    name: str
    permission: str
    run: Run


_kinds: dict[str, JobKind] = {}


def job_kind(name: str, permission: str) -> Callable[[Run], Run]:
    """Make a function a kind of job."""

    def register(run: Run) -> Run:
        _kinds[name] = JobKind(name, permission, run)
        return run

    return register


@cache
def all_kinds() -> dict[str, JobKind]:
    """Every kind by name; the first call loads them."""
    for found in pkgutil.iter_modules(kinds.__path__, f"{kinds.__name__}."):
        importlib.import_module(found.name)
    return dict(sorted(_kinds.items()))


def kind_of(name: str) -> JobKind:
    try:
        return all_kinds()[name]
    except KeyError:
        raise NotFoundError("there is no such kind of job") from None
