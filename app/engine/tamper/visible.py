"""Characters that hide or turn round what one reads, made visible.

Directional controls make a text read in another order than it stands in, zero-width characters split a word
for a filter and for nobody else (Unicode Technical Report #36). Whoever judges a page must see them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

JOINERS = "\u200c\u200d"
HIDING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
MAX_MARKS = 3
"""Marks over one letter that a living script needs; a tower of them covers the lines around."""


def is_hiding(text: str, place: int) -> bool:
    """Would this character not be seen, or change how others are seen?"""
    char = text[place]
    if char.isascii():
        return (char < " " and char != "\t") or char == "\x7f"
    if char in JOINERS:
        return not (_joins(text, place - 1) and _joins(text, place + 1))
    kind = unicodedata.category(char)
    if kind == "Mn":
        return place >= MAX_MARKS and all(
            unicodedata.category(each) == "Mn" for each in text[place - MAX_MARKS : place]
        )
    return kind in HIDING


def _joins(text: str, place: int) -> bool:
    """Persian, Indic and emoji need joiners between their characters; Latin, Chinese and edges do not."""
    if not 0 <= place < len(text) or text[place].isascii():
        return False
    char = text[place]
    return unicodedata.category(char) in ("Lo", "Mn", "Mc", "So", "Sk") and not "\u3040" <= char <= "\u9fff"


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in runs: (what to show, is it the name of hidden characters), such as ("U+202E ×3", True)."""
    begin = place = 0
    while place < len(text):
        char = text[place]
        if " " <= char <= "~" or not is_hiding(text, place):
            place += 1
            continue
        if begin < place:
            yield text[begin:place], False
        begin = place
        while place < len(text) and text[place] == char:
            place += 1
        count = place - begin
        yield f"U+{ord(char):04X}" + (f" ×{count}" if count > 1 else ""), True
        begin = place
    if begin < len(text):
        yield text[begin:], False


def visible(text: str) -> str:
    """One string with hidden characters named in brackets: `abc⟨U+202E⟩def`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"⟨{shown}⟩" if hidden else shown for shown, hidden in pieces(text))


def without_hiding(text: str) -> str:
    """The text without characters one does not see: for names that people give."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for place, char in enumerate(text) if not is_hiding(text, place))
