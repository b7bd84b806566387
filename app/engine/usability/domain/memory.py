"""What one loop remembers of registries, so that none is asked more often than it bears.

Registries count questions by the hour and shut out who asks too many; nothing about a domain changes by the
minute. What was learned stays an hour, a failure five minutes, IANA's list of registries a day.
"""

from __future__ import annotations

from collections import OrderedDict

from app.engine.usability.domain.gate import Gate
from app.engine.usability.domain.record import NotRegisteredError, Record
from app.engine.usability.stream.talk import TalkError

KEEP_SECONDS = 3600.0
KEEP_FAILURE_SECONDS = 300.0
KEEP_BASES_SECONDS = 86_400.0
# Between two questions to the same registry.
GAP_SECONDS = 0.2
_MOST = 20_000

Learned = Record | NotRegisteredError | TalkError
Key = tuple[object, ...]


class Memory:
    """Times are `monotonic()` seconds."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.bases: dict[str, str] = {}
        self.bases_until = 0.0
        self.bases_trouble: NotRegisteredError | TalkError | None = None
        self._kept: OrderedDict[Key, tuple[float, Learned]] = OrderedDict()
        self._free_at: OrderedDict[str, float] = OrderedDict()

    def get(self, key: Key, now: float) -> Learned | None:
        kept = self._kept.get(key)
        return kept[1] if kept is not None and kept[0] > now else None

    def put(self, key: Key, learned: Learned, now: float) -> None:
        seconds = KEEP_FAILURE_SECONDS if isinstance(learned, TalkError) else KEEP_SECONDS
        self._kept[key] = (now + seconds, learned)
        self._kept.move_to_end(key)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)

    def turn(self, registry: str, now: float) -> float:
        """Take the next turn to ask a registry: how many seconds from now it is."""
        at = max(self._free_at.get(registry, 0.0), now)
        self._free_at[registry] = at + GAP_SECONDS
        self._free_at.move_to_end(registry)
        if len(self._free_at) > _MOST:
            self._free_at.popitem(last=False)
        return at - now

    def shut(self, registry: str, until: float) -> None:
        """The registry wants no questions until then."""
        self._free_at[registry] = max(until, self._free_at.get(registry, 0.0))
