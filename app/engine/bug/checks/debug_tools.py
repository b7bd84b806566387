"""Consoles and inspectors for developers, and frameworks whose "not found" page is a debugger's."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.bug.asking.exposures import hit_of, look_for
from app.engine.bug.asking.soft404 import samples_of
from app.engine.bug.gathered import Gathered
from app.engine.bug.http.asker import Asker
from app.engine.bug.registry import probe
from app.engine.bug.signatures import exposures_of
from app.engine.bug.types import Hit

_NAME = "debug_tools"


@probe(_NAME, order=18, widens=True)
def look(asker: Asker, gathered: Gathered) -> Iterator[Hit]:
    yield from look_for(asker, gathered, _NAME)
    yield from _debug_mode(gathered)


def _debug_mode(gathered: Gathered) -> Iterator[Hit]:
    """A site that answers random addresses with 404 and a debugger's words."""
    for exposure in exposures_of(_NAME):
        if exposure.rule != "debug-mode":
            continue
        for response in samples_of(gathered):
            proof = exposure.proof_in(response) if response.status >= 400 else None
            if proof is not None:
                yield hit_of(_NAME, exposure, response, proof)
                break
