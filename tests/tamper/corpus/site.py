"""A page as a thing that lives: its owner, its places already taken by noise, and its moments."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from tests.tamper.corpus.markup import Document, Edit, Element, escape
from tests.tamper.corpus.sources import Page
from tests.tamper.corpus.words import Pool, Words

T = TypeVar("T")
_TWO_PART = {"co", "com", "org", "gov", "ac", "net", "edu", "or", "ne", "go"}


@dataclass(frozen=True, slots=True)
class Moment:
    """One fetch of a history: `last` is the step that is judged."""

    step: int
    at: int
    last: int
    seed: str

    @property
    def is_last(self) -> bool:
        return self.step == self.last

    def rng(self, name: str) -> random.Random:
        """Chance that is new at every step, yet the same whatever other noise there is."""
        return random.Random(f"{self.seed}/{name}/{self.step}")


Render = Callable[[Moment], list[Edit]]


@dataclass(slots=True)
class Site:
    """A page with its owner and what of it is already spoken for by some noise."""

    page: Page
    seed: str
    url: str
    pool: Pool
    _taken: list[tuple[int, int]] = field(default_factory=list)
    _words: Words | None = None

    @property
    def doc(self) -> Document:
        return self.page.document

    @property
    def words(self) -> Words:
        if self._words is None:
            self._words = self.pool.words_for(self.page)
        return self._words

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or "www.site.example"

    @property
    def owner(self) -> str:
        """The part of the name that the owner registered, as far as common endings tell."""
        return owner_of(self.host)

    @property
    def language(self) -> str:
        return self.page.language

    def rng(self, name: str) -> random.Random:
        """Chance that is the same for all steps of the history."""
        return random.Random(f"{self.seed}/{name}")

    def absolute(self, reference: str) -> str:
        try:
            return urljoin(self.url, reference.strip())
        except ValueError:
            return ""

    def is_own(self, reference: str) -> bool:
        """Whether a reference stays with the same owner."""
        return owner_of(urlsplit(self.absolute(reference)).hostname or "") == self.owner

    def take(self, start: int, end: int) -> bool:
        """Reserve a span, or a place when start == end; false when some noise has it."""
        for first, last in self._taken:
            if start == end or first == last:
                if first < start < last or start < first < end:
                    return False
            elif start < last and first < end:
                return False
        self._taken.append((start, end))
        return True

    def take_element(self, element: Element) -> bool:
        return self.take(element.start, element.end)

    def pick(self, rng: random.Random, elements: Sequence[Element]) -> Element | None:
        """A free one of the elements, now taken."""
        shuffled = rng.sample(list(elements), len(elements))
        return next((element for element in shuffled[:40] if self.take_element(element)), None)

    def place(self, rng: random.Random) -> int | None:
        """Somewhere visible to put a widget: at the begin or end of a block, or after a paragraph."""
        blocks = self.doc.blocks
        spots = [block.inner_end for block in blocks] + [block.inner for block in blocks]
        spots += [p.end for p in self.doc.paragraphs if p.name == "p" and not self.doc.is_hidden(p)]
        spots.append(self.doc.body_end)
        for spot in rng.sample(spots, len(spots))[:30]:
            if self._is_markup_place(spot) and self.take(spot, spot):
                return spot
        return None

    def _is_markup_place(self, spot: int) -> bool:
        return self.doc.body_start <= spot <= self.doc.body_end

    def take_place(self, spot: int) -> int | None:
        return spot if self.take(spot, spot) else None

    def class_name(self, rng: random.Random, word: str) -> str:
        """A class as this site's authors write them."""
        style = self.rng("class style").randrange(6)
        prefix = re.sub(r"[^a-z]", "", self.owner.split(".")[0])[:4] or "site"
        return (
            word, f"{prefix}-{word}", f"widget widget-{word}", f"{word}_box", f"c-{word} u-mb",
            f"{prefix}{word.title()}",
        )[style]  # fmt: skip

    def slug(self, rng: random.Random, text: str) -> str:
        """An own address for a text, in the site's manner."""
        plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:50]
        number = rng.randrange(1000, 999999)
        style = self.rng("slug style").randrange(4)
        if style == 0 or not plain:
            return f"/article/{number}.html"
        if style == 1:
            return f"/{rng.choice(['news', 'blog', 'story'])}/{plain}"
        if style == 2:
            return f"/?p={number}"
        return f"/2026/{rng.randrange(1, 12):02}/{plain}/"


def owner_of(host: str) -> str:
    labels = host.lower().rstrip(".").split(".")
    if len(labels) >= 3 and labels[-2] in _TWO_PART and len(labels[-1]) == 2:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def token(rng: random.Random, length: int = 32, alphabet: str = "0123456789abcdef") -> str:
    return "".join(rng.choice(alphabet) for _ in range(length))


def link(address: str, text: str, more: str = "") -> str:
    return f'<a href="{escape(address)}"{more}>{escape(text)}</a>'
