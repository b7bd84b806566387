"""Whether session ids can be guessed, from the few that were seen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import pairwise

from app.engine.bug.reading.tokens import unpacked

_SMALL = tuple(str(number) for number in range(1_000))
_MOST_STEP = 1_000


def weakness_of(values: Sequence[str], now: float) -> str | None:
    """Why the ids can be guessed: sequential, time, hash, short. None for ids that look random.

    `now` is about when they were given, in unix seconds.
    """
    distinct = list(dict.fromkeys(values))[:50]
    plain = [unpacked(value) for value in distinct]
    for why, is_so in (
        ("sequential", _are_sequential(plain)),
        ("time", any(_is_time(each, now) for each in plain)),
        ("hash", any(_is_hash_of_little(each) for each in plain)),
        # The same number for everybody who comes is no id at all.
        ("short", len(distinct) == len(values) and any(map(_is_short, distinct))),
    ):
        if is_so:
            return why
    return None


def _are_sequential(values: Sequence[str]) -> bool:
    """Ids that share all but a number, or a last hexadecimal part, which grows by little each time."""
    if len(values) < 2:
        return False
    parts = [re.fullmatch(r"(.{0,200}?)(\d{1,18})(\D{0,20})", value, re.S) for value in values]
    if all(parts) and len({(part[1], part[3]) for part in parts if part}) == 1:
        return _grow([int(part[2]) for part in parts if part])
    if all(re.fullmatch(r"[0-9a-fA-F]{4,64}", value) for value in values):
        return _grow([int(value, 16) for value in values])
    return False


def _grow(numbers: Sequence[int]) -> bool:
    steps = [later - earlier for earlier, later in pairwise(numbers)]
    return all(0 < abs(step) <= _MOST_STEP for step in steps)


def _is_time(value: str, now: float) -> bool:
    """Seconds or milliseconds of about now, and nothing else that could not be guessed."""
    found = re.fullmatch(r"(?:[A-Za-z_-]{0,12})(\d{10}|\d{13})(?:[-_.]?\d{0,4})", value)
    if found is None or now <= 0:
        return False
    moment = int(found[1]) / (1_000 if len(found[1]) == 13 else 1)
    return abs(moment - now) < 30 * 86_400


def _is_hash_of_little(value: str) -> bool:
    value = value.lower()
    names = {32: "md5", 40: "sha1", 64: "sha256"}
    if not re.fullmatch(r"[0-9a-f]{32,64}", value) or len(value) not in names:
        return False
    name = names[len(value)]
    known = (hashlib.new(name, each.encode(), usedforsecurity=False).hexdigest() for each in _guesses())
    return value in known


def _guesses() -> tuple[str, ...]:
    return (*_SMALL, "admin", "user", "guest", "test", "root", "session")


def _is_short(value: str) -> bool:
    """Ten digits at most. What merely looks short may be a placeholder, and so are digits in their order."""
    return value.isdigit() and len(value) <= 10 and value not in "12345678901234567890"
