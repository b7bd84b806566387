"""Something laid over the whole window that was never there."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, make, where_of
from app.engine.tamper.types import Reason


@detector(
    "cover",
    {"cover_new": ("Something new lies over the whole page.", "有新的内容覆盖了整个页面。")},
)
def look(seen: Seen) -> Iterator[Reason]:
    known = {note for p in seen.family for note in p.covers}
    for ref in seen.page.refs:
        if ref.role == "cover" and ref.note not in known:
            yield make(
                "cover",
                "defacement",
                "high",
                "alert",
                "cover_new",
                ref.note[:80],
                where=where_of(ref.region),
                after=ref.note,
            )
