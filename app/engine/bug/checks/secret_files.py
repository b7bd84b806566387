"""Files with passwords, keys and tokens."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.bug.asking.exposures import look_for, names_of
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.registry import probe
from app.engine.bug.types import Hit


@probe("secret_files", order=14, widens=True)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    yield from look_for(asker, gathered, "secret_files", names=names_of(gathered))
