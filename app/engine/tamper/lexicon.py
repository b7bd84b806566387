"""Many words looked for at once (Aho–Corasick), with word boundaries where the script has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind


class Entry(NamedTuple):
    """A word of a list. `group` is its section (gambling, adult, …); a weak one says nothing by itself."""

    word: str
    group: str
    is_weak: bool


class Found(NamedTuple):
    word: str
    group: str
    is_weak: bool
    start: int
    end: int


@cache
def entries() -> tuple[Entry, ...]:
    """The words of `app/engine/tamper/words/*.txt`.

    A line is a word or phrase in lower case; `[group]` begins a section, `~` marks a weak word, `#` a remark.
    """
    found: dict[str, Entry] = {}
    folder = resources.files("app.engine.tamper") / "words"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if not file.name.endswith(".txt"):
            continue
        group = ""
        for line in file.read_text("utf-8").splitlines():
            line = line.strip()
            if line.startswith("["):
                group = line.strip("[]")
            elif line and not line.startswith("#"):
                word = line.lstrip("~").lower()
                found.setdefault(word, Entry(word, group, line.startswith("~")))
    return tuple(found.values())


class Lexicon:
    """`find` gives what stands in a text, longest first where they overlap."""

    def __init__(self, words: Iterable[Entry]) -> None:
        self._entries = tuple(words)
        self._machine = AhoCorasick(
            [each.word for each in self._entries], matchkind=MatchKind.LeftmostLongest
        )

    def find(self, text: str) -> Iterator[Found]:
        """`text` in lower case."""
        for number, start, end in self._machine.find_matches_as_indexes(text):
            entry = self._entries[number]
            if _is_whole(text, start, end):
                yield Found(*entry, start, end)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether the match is a word of its own. Scripts written without blanks have no such thing."""
    before = text[start - 1 : start]
    after = text[end : end + 1]
    return not (_joins(before, text[start]) or _joins(after, text[end - 1]))


def _joins(outside: str, inside: str) -> bool:
    return bool(outside) and _is_spaced(outside) and _is_spaced(inside)


def _is_spaced(char: str) -> bool:
    return char.isalnum() and not (
        "\u0e00" <= char <= "\u0eff" or "\u3040" <= char <= "\u9fff" or char >= "\U00020000"
    )


@lru_cache(maxsize=64)
def lexicon(extra: tuple[str, ...] = ()) -> Lexicon:
    """Our lists and an organization's own words."""
    own = tuple(Entry(word.strip().lower(), "own", False) for word in extra if word.strip())
    known = {each.word for each in own}
    return Lexicon((*own, *(each for each in entries() if each.word not in known)))
