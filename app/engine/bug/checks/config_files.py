"""Configuration and project files that were never meant to be served."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.bug.asking.exposures import look_for
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.registry import probe
from app.engine.bug.types import Hit


@probe("config_files", order=24, widens=True)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    yield from look_for(asker, gathered, "config_files")
