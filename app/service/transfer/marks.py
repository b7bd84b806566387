"""What became of an import's rows, a letter each: a job's memory of the rows behind its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

MARKS = {"added": "a", "updated": "u", "known": "k", "refused": "r"}


def told(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """A job's outcome as it is shown. While an import runs, and where one has failed half-way, it is counts
    of the rows that were decided about until then.
    """
    if "marks" not in outcome:
        return dict(outcome)
    counts = Counter(outcome["marks"])
    rest = {name: value for name, value in outcome.items() if name != "marks"}
    return {
        "rows": len(outcome["marks"]),
        **{what: counts[letter] for what, letter in MARKS.items()},
        **rest,
    }
