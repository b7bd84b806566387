"""One at a time: of many checks that want to learn the same thing, the first asks and the others wait."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from functools import partial

from app.engine.usability.stream.talk import Cancel, Net, Pause, Resume


class Gate:
    """`await wait(…)` until nobody is inside, then `with hold(…)` without an await between the two."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, list[Resume]] = {}

    async def wait(self, key: Hashable) -> None:
        """Wait until nobody holds the key."""
        while key in self._waiting:
            waiting = self._waiting[key]

            def begin(resume: Resume, waiting: list[Resume] = waiting) -> Cancel:
                waiting.append(resume)
                return lambda: waiting.remove(resume) if resume in waiting else None

            await Pause(begin)

    @contextmanager
    def hold(self, net: Net, key: Hashable) -> Iterator[None]:
        """Hold the key, and let those go on who wait for it."""
        self._waiting[key] = []
        try:
            yield
        finally:
            for resume in self._waiting.pop(key):
                net.loop.reactor.call_at(0.0, partial(resume, None))
