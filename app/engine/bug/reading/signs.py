"""Finding signatures in long texts: a literal first, a pattern only around it.

So the cost stays linear whatever the text and the pattern: patterns see windows of a fixed size around the
literal, and at most `MOST` of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LEAD = 300
REACH = 1_500
MOST = 40


@dataclass(frozen=True, slots=True)
class Sign:
    """`name` says what it shows. One of `literals` must occur, and `pattern` fit around it."""

    name: str
    literals: tuple[str, ...]
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a sign was seen in the text; `group` is the pattern's first group, or the whole."""

    name: str
    start: int
    end: int
    group: str


def sign(name: str, literals: str | tuple[str, ...], pattern: str, flags: int = 0) -> Sign:
    return Sign(name, (literals,) if isinstance(literals, str) else literals, re.compile(pattern, flags))


def places_of(text: str, literal: str, most: int = MOST) -> Iterator[int]:
    """Where a literal stands, the first `most` of them."""
    place = text.find(literal)
    while place >= 0 and most > 0:
        yield place
        most -= 1
        place = text.find(literal, place + len(literal))


def first(text: str, each: Sign) -> Seen | None:
    """Where the sign is first seen."""
    return next(every(text, each), None)


def every(text: str, each: Sign) -> Iterator[Seen]:
    """Where the sign is seen, each place once."""
    done: set[int] = set()
    for literal in each.literals:
        for place in places_of(text, literal):
            for found in each.pattern.finditer(text, max(0, place - LEAD), min(len(text), place + REACH)):
                if (
                    found.start() not in done
                    and found.start() <= place + len(literal)
                    and found.end() > place
                ):
                    done.add(found.start())
                    group = found[1] if found.re.groups else found[0]
                    yield Seen(each.name, found.start(), found.end(), group or found[0])


def any_of(text: str, signs: Iterable[Sign]) -> Seen | None:
    """The first sign of several that is seen."""
    for each in signs:
        found = first(text, each)
        if found is not None:
            return found
    return None
