"""Which libraries a text shows: expressions run only where the words they cannot do without stand."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Iterator

from ahocorasick_rs import AhoCorasick

from app.engine.bug.libraries.repository import Extractor

MAX_CONTENT = 8_000_000
"""Characters of a script that are looked at."""
MAX_ADDRESS = 4_000
"""Characters of an address or a file's name that are looked at."""
MAX_SECONDS = 1.0
"""How long all expressions together may take over one text. A hostile one could keep some busy for ever."""
MAX_SECONDS_EACH = 0.3
"""How long one of them may."""
MAX_REPEATED = 1_500_000
"""Characters that are looked at by those that repeat groups: each turn is remembered, in some 200 bytes."""
MOST_VERSIONS = 100
"""Versions of one component that are told apart in one text."""
_SHORTEST_WORD = 3
_MIN = re.compile(r"[.-]min\Z")
_LINE_ENDS = re.compile(r"\r\n?")
_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_GROUP = re.compile(r"\$(\$|&|[0-9]{1,2})")
Found = tuple[str, str]


class Search:
    """Expressions of one kind over one text. `find` gives (component, version) in the repository's order."""

    def __init__(self, extractors: Iterable[Extractor]) -> None:
        self._extractors = tuple(extractors)
        self._words = [_word_of(each) for each in self._extractors]
        self._known = sorted({word for word in self._words if word})
        self._automaton = AhoCorasick(self._known)

    def find(self, text: str) -> list[Found]:
        """Each component and version once. A text that takes too long gives what was found until then."""
        found: dict[Found, None] = {}
        counts: dict[str, int] = {}
        ends_at = time.monotonic() + MAX_SECONDS
        for extractor in self._candidates(text):
            left = ends_at - time.monotonic()
            if left <= 0:
                break
            for version in _versions(extractor, text, min(left, MAX_SECONDS_EACH)):
                key = (extractor.component, _MIN.sub("", version))
                if key in found or counts.get(extractor.component, 0) >= MOST_VERSIONS:
                    continue
                found[key] = None
                counts[extractor.component] = counts.get(extractor.component, 0) + 1
        return list(found)

    def _candidates(self, text: str) -> Iterator[Extractor]:
        there = self._words_in(text)
        for extractor, word in zip(self._extractors, self._words, strict=True):
            if word and word not in there:
                continue
            if all(literal in text for literal in extractor.expression.literals):
                yield extractor

    def _words_in(self, text: str) -> set[str]:
        if not self._known:
            return set()
        if not text.isascii():
            text = _SURROGATE.sub("\ufffd", text)  # Half a character is no text for the automaton.
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return {self._known[number] for number, _, _ in hits}


def _word_of(extractor: Extractor) -> str:
    longest = max(extractor.expression.literals, key=len, default="")
    return longest if len(longest) >= _SHORTEST_WORD else ""


def _versions(extractor: Extractor, text: str, seconds: float) -> Iterator[str]:
    pattern = extractor.expression.pattern
    end = MAX_REPEATED if extractor.expression.repeats_groups else MAX_CONTENT
    try:
        for match in pattern.finditer(text, endpos=end, timeout=seconds):
            if extractor.replacement:
                yield _replaced(extractor, match[0], seconds)
            elif match.re.groups and match[1]:
                yield match[1]
    except TimeoutError:
        return


def _replaced(extractor: Extractor, part: str, seconds: float) -> str:
    """The part with its match replaced, `$1` being the first group (ECMA-262 §22.1.3.19)."""
    match = extractor.expression.pattern.search(part, timeout=seconds)
    if match is None:
        return part
    values = {"$": "$", "&": match[0]}
    for number in range(1, match.re.groups + 1):
        values[str(number)] = match[number] or ""
    made = _GROUP.sub(lambda each: values.get(each[1], each[0]), extractor.replacement)
    return part[: match.start()] + made + part[match.end() :]


def normalized(content: str) -> str:
    """The text as retire.js sees it: lines end in a line feed, characters are UTF-16's."""
    content = content[:MAX_CONTENT]
    if "\r" in content:
        content = _LINE_ENDS.sub("\n", content)
    if content.isascii() or not _ASTRAL.search(content):
        return content
    return _ASTRAL.sub(_pair, content)


def _pair(found: re.Match[str]) -> str:
    code = ord(found[0]) - 0x10000
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))


def sha1_of(text: str) -> str:
    """The SHA-1 of a normalized text in UTF-8, by which retire.js knows whole files."""
    data = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode("utf-8", "replace")
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()
