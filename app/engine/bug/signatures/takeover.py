"""Services whose customers' names can be taken over, read from `takeover.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.engine.bug.types import Response

_LOOKED_AT = 100_000


@dataclass(frozen=True, slots=True)
class Service:
    """One table of `takeover.toml`."""

    name: str
    aliases: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...] = ()
    statuses: tuple[int, ...] = ()
    unclaimed_when_missing: bool = False

    def serves(self, alias: str) -> bool:
        """Whether a name is one of the service's own."""
        return any(alias == each or alias.endswith(f".{each}") for each in self.aliases)

    def sign_in(self, response: Response) -> str:
        """What in the answer says that nobody has claimed the name; empty for nothing."""
        if self.statuses and response.status not in self.statuses:
            return ""
        text = response.text[:_LOOKED_AT]
        return next((texts[0] for texts in self.texts if all(each in text for each in texts)), "")


@cache
def services() -> tuple[Service, ...]:
    tables = tomllib.loads((Path(__file__).parent / "takeover.toml").read_text(encoding="utf-8")).values()
    return tuple(
        Service(
            table["name"],
            tuple(table["aliases"]),
            tuple(tuple(texts) for texts in table.get("texts", ())),
            tuple(table.get("statuses", ())),
            table.get("unclaimed_when_missing", False),
        )
        for table in tables
    )


def service_of(aliases: tuple[str, ...]) -> Service | None:
    """The service that a chain of aliases leads to."""
    return next((each for alias in reversed(aliases) for each in services() if each.serves(alias)), None)
