"""The order of a template's requests: `http(1) && (http(2) || !http("login"))`. JavaScript is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.engine.bug.templates.types import RefusedError

_TOKEN = re.compile(r"\s*(?:http\(\s*([\w\s,\"'-]{0,100}?)\s*\)|(&&|\|\||!|\(|\)|;)|(\Z))")
_MAX_DEPTH = 20
Run = Callable[[tuple[str, ...]], bool]
"""Runs the blocks of these ids or numbers (none: all), and says whether they matched."""


class Flow:
    def holds(self, run: Run) -> bool:
        raise NotImplementedError

    def ids(self) -> tuple[str, ...]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Http(Flow):
    wanted: tuple[str, ...]

    def holds(self, run: Run) -> bool:
        return run(self.wanted)

    def ids(self) -> tuple[str, ...]:
        return self.wanted


@dataclass(frozen=True, slots=True)
class Not(Flow):
    other: Flow

    def holds(self, run: Run) -> bool:
        return not self.other.holds(run)

    def ids(self) -> tuple[str, ...]:
        return self.other.ids()


@dataclass(frozen=True, slots=True)
class Both(Flow):
    parts: tuple[Flow, ...]

    def holds(self, run: Run) -> bool:
        return all(part.holds(run) for part in self.parts)

    def ids(self) -> tuple[str, ...]:
        return tuple(each for part in self.parts for each in part.ids())


@dataclass(frozen=True, slots=True)
class Either(Flow):
    parts: tuple[Flow, ...]

    def holds(self, run: Run) -> bool:
        return any(part.holds(run) for part in self.parts)

    def ids(self) -> tuple[str, ...]:
        return tuple(each for part in self.parts for each in part.ids())


@dataclass(frozen=True, slots=True)
class Sequence(Flow):
    """One after the other, whatever came of each; the last one decides."""

    parts: tuple[Flow, ...]

    def holds(self, run: Run) -> bool:
        held = [part.holds(run) for part in self.parts]
        return held[-1]

    def ids(self) -> tuple[str, ...]:
        return tuple(each for part in self.parts for each in part.ids())


def read_flow(text: str) -> Flow:
    """Raises RefusedError: flow."""
    reader = _Reader(text.strip().rstrip(";").rstrip()[:2_000])
    parts = [reader.either(0)]
    while reader.token == ";":
        parts.append(reader.following())
    if reader.token:
        raise reader.refused()
    return parts[0] if len(parts) == 1 else Sequence(tuple(parts))


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.token = ""
        self._wanted: str | None = None
        self._advance()

    def refused(self) -> RefusedError:
        return RefusedError("flow", " ".join(self._text.split())[:100])

    def _advance(self) -> None:
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            raise self.refused()
        self._at = found.end()
        self._wanted = found[1]
        self.token = "http" if found[1] is not None else found[2] or ""

    def following(self) -> Flow:
        """What stands after a semicolon."""
        self._advance()
        return self.either(0)

    def either(self, depth: int) -> Flow:
        parts = [self._both(depth)]
        while self.token == "||":
            self._advance()
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self, depth: int) -> Flow:
        parts = [self._one(depth)]
        while self.token == "&&":
            self._advance()
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _one(self, depth: int) -> Flow:
        if depth > _MAX_DEPTH:
            raise self.refused()
        token, wanted = self.token, self._wanted
        self._advance()
        if token == "http":
            return Http(tuple(part.strip(" \"'") for part in (wanted or "").split(",") if part.strip(" \"'")))
        if token == "!":
            return Not(self._one(depth + 1))
        if token == "(":
            flow = self.either(depth + 1)
            if self.token != ")":
                raise self.refused()
            self._advance()
            return flow
        raise self.refused()
