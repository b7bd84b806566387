"""Policies that let every other site's plug-ins read this one."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.bug.asking.exposures import look_for
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.registry import probe
from app.engine.bug.types import Hit


@probe("policy_files", order=16, widens=True)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    yield from look_for(asker, gathered, "policy_files")
