"""The sets of values that a block of requests is run with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from app.engine.bug.templates.types import Attack


def combinations(payloads: Mapping[str, Sequence[str]], attack: Attack) -> Iterator[dict[str, str]]:
    """batteringram: each value alone, at all places; pitchfork: the first values together, then the second
    ones; clusterbomb: each with each. Without payloads one empty set."""
    if not payloads:
        yield {}
    elif attack == "pitchfork":
        for values in zip(*payloads.values(), strict=False):
            yield dict(zip(payloads, values, strict=True))
    elif attack == "clusterbomb":
        for values in product(*payloads.values()):
            yield dict(zip(payloads, values, strict=True))
    else:
        for each in payloads.values():
            for value in each:
                yield dict.fromkeys(payloads, value)
