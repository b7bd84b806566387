"""What an XPath may cost on a page, reckoned before it is looked up: nothing can interrupt libxml2.

Three things grow faster than the page: merging what several elements lead to (each node is compared with
all that were found before), the texts of nested elements (each holds those within it), and comparing sets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
# Where a search begins: one element leads to what is found, so that there is nothing to merge.
_START = re.compile(r"^[\s(]*(?:/?descendant(?:-or-self)?::|//)")
_DOWN_OR_UP = re.compile(r"//|\b(?:descendant|ancestor)(?:-or-self)?\s*::")
_SIDEWAYS = re.compile(r"\b(?:following|preceding)-sibling\s*::")
_ONWARD = re.compile(r"\b(?:following|preceding)\s*::")
_PARENT = re.compile(r"\.\.|\bparent\s*::")
_COMPARISON = re.compile(r"!=|<=|>=|=|<|>")
# A text or a number on one side: each element is looked at once.
_PLAIN_COMPARISON = re.compile(r"(?:!=|<=|>=|=|<|>)\s*(?:''|-?\d)|(?:''|\d)\s*(?:!=|<=|>=|=|<|>)")
# About a nanosecond each, on a usual machine.
_MAX_STEPS = 250_000_000
_STEPS_PER_CHARACTER = 3
_STEPS_PER_PAIR = 10


@dataclass(frozen=True, slots=True)
class Page:
    """The size of a tree. `depths` is the sum of all elements' depths, `pairs` that of their children's
    numbers squared, `text` that of all characters times the number of elements they lie in."""

    elements: int
    depths: int
    pairs: int
    text: int


def measured(root: Any) -> Page:
    """The size of the tree under an lxml element."""
    elements = depths = pairs = text = 0
    below = [(root, 1)]
    while below:
        element, depth = below.pop()
        children = list(element)
        elements += 1
        depths += depth
        pairs += len(children) ** 2
        text += len(element.text or "") * depth + sum(len(each.tail or "") for each in children) * depth
        below += [(each, depth + 1) for each in children]
    return Page(elements, depths, pairs, text)


@dataclass(frozen=True, slots=True)
class Reach:
    """What an XPath does that may cost much: how often it merges what elements lead to, by direction, how
    often it takes elements' texts, and how often it compares one set with another."""

    merges: int
    sideways: int
    onward: int
    unions: int
    texts: int
    comparisons: int

    def is_within(self, page: Page) -> bool:
        """Whether it takes no longer than about a quarter of a second on such a page."""
        merged = self.merges * page.depths + self.sideways * page.pairs + self.onward * page.elements**2
        steps = page.elements * (merged + self.unions * page.elements)
        steps += (
            _STEPS_PER_CHARACTER * self.texts * page.text + _STEPS_PER_PAIR * self.comparisons * page.pairs
        )
        return steps <= _MAX_STEPS


def reach_of(xpath: str) -> Reach:
    """What this XPath does; it has to be one that libxml2 accepts."""
    plain = _QUOTED.sub("''", xpath)
    branches = [_START.sub("", each) for each in plain.split("|")]
    comparisons = len(_COMPARISON.findall(plain))
    translated = sum(len(each) for each in _QUOTED.findall(xpath)) if "translate" in plain else 0
    return Reach(
        merges=sum(len(_DOWN_OR_UP.findall(each)) for each in branches),
        sideways=len(_SIDEWAYS.findall(plain)),
        onward=len(_ONWARD.findall(plain)),
        unions=len(branches) - 1 + len(_PARENT.findall(plain)),
        # What is found is read, too; to translate looks through its letters for each character.
        texts=3 + plain.count("(") + comparisons + 4 * translated * plain.count("translate"),
        comparisons=comparisons - len(_PLAIN_COMPARISON.findall(plain)),
    )
