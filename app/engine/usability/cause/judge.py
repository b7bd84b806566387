"""The rules, in the order they are asked: the first that fits says the cause.

1. Nothing is blamed on others while it may be our own network.
2. What only some places see is a matter of the way, unless the target itself tells them apart.
3. Then layer by layer as a check goes: name, address, certificate, connection, answer, content. What history
   and neighbours tell (another address, another certificate, a release, an alert) comes before what the
   failing layer alone would say.
"""

from __future__ import annotations

# The order of these two is the order of their rules.
from app.engine.usability.cause import way  # isort: skip
from app.engine.usability.cause import answer  # isort: skip
from app.engine.usability.cause.case import Case, Finding
from app.engine.usability.cause.table import RULES

__all__ = ["RULES", "answer", "judge", "way"]


def judge(case: Case) -> Finding:
    """What caused it, by the first rule that fits; `unclear` when none does."""
    for each in RULES:
        values = each.fits(case)
        if values is not None:
            return Finding(each.category, each.name, each.confidence, values)
    return Finding(None, "unclear", "possible", {})
