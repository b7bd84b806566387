"""What a weak site is made of: labelled weaknesses, each with what it adds to the site and how it is mended.

A weakness contributes parts: a piece of HTML in a page, a header, or a whole answer at an address. Each part
has a weak and a mended version, so that any set of weaknesses can be mended by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.bug.serving import Answer, Asked

Reply = Answer | Callable[[Asked], Answer]
EVERYWHERE = "*"


@dataclass(frozen=True)
class Piece:
    """HTML in the page at `path`."""

    path: str
    weak: str
    mended: str = ""


@dataclass(frozen=True)
class Header:
    """A header of the answer at `path`, of every page where that is `EVERYWHERE`; None sends none."""

    path: str
    name: str
    weak: str | None = None
    mended: str | None = None


@dataclass(frozen=True)
class Route:
    """A whole answer at `path`; None is a page that is not there."""

    path: str
    weak: Reply
    mended: Reply | None = None


Part = Piece | Header | Route


@dataclass(frozen=True)
class Weakness:
    """One labelled weakness.

    `classes` are the names by which it is known, the author's own first; `cwe` the numbers the author would
    write. `path` is where it shows, empty for the whole site.
    """

    id: str
    classes: tuple[str, ...]
    cwe: tuple[int, ...]
    path: str
    parts: tuple[Part, ...] = ()
    needs_payload: bool = False

    @property
    def cls(self) -> str:
        return self.classes[0]


def weakness(
    id: str, classes: str, cwe: int | Iterable[int], path: str, *parts: Part, needs_payload: bool = False
) -> Weakness:
    """`classes` are separated by blanks."""
    numbers = (cwe,) if isinstance(cwe, int) else tuple(cwe)
    return Weakness(id, tuple(classes.split()), numbers, path, parts, needs_payload)


def text(body: str, status: int = 200) -> Answer:
    return Answer(body, status, "text/plain; charset=utf-8")


def json(body: str, status: int = 200) -> Answer:
    return Answer(body, status, "application/json")


def script(body: str) -> Answer:
    return Answer(body, 200, "text/javascript; charset=utf-8")


def binary(body: bytes, kind: str = "application/octet-stream") -> Answer:
    return Answer(body, 200, kind)


def html(title: str, body: str, status: int = 200) -> Answer:
    """A page that looks nothing like the site's own: a tool, a panel, a server's page."""
    return Answer(
        "<!DOCTYPE html>\n<html "
        f'lang="en"><head><title>{title}</title></head><body>\n{body}\n</body></html>\n',
        status,
    )
