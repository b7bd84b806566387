"""Content security policies by their grammar (https://www.w3.org/TR/CSP3/#parse-serialized-policy).

Several policies hold together: a source counts only when each policy that names its directive allows it.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.engine.bug.observatory.words import trim, words

NONE = "'none'"
_SHORTEST = len("img-src") - 1
_ONLY_IN_HEADERS = ("frame-ancestors", "report-uri", "sandbox")
_MAY_REPEAT = ("report-uri", "report-to")
_LINE_ENDS = re.compile(r"[\r\n]")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")
_ESCAPES = re.compile(r"(?:%[0-9a-fA-F]{2})+")
# How a collator orders what a source may consist of: punctuation, symbols, digits, letters.
_ORDER = {code: 100 + code for code in range(128)} | {
    ord(character): rank
    for rank, character in enumerate("_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz")
}
MAX_POLICIES = 50
MAX_SOURCES = 1_000
"""How many policies, and sources of a directive, are looked at."""
MAX_SOURCES_TOGETHER = 5_000
"""After so many in all directives no further policy is looked at: the work grows with their square."""


class PolicyError(ValueError):
    """The policy cannot be read."""


@dataclass
class Policies:
    """`directives` holds the sources that all policies allow, by directive; `is_doubled` says that a
    directive stands twice where that does no harm (only reporting ones may)."""

    directives: dict[str, set[str]]
    is_doubled: bool = False

    def __len__(self) -> int:
        return len(self.directives) + self.is_doubled

    def sources(self, *names: str) -> set[str]:
        """Of the first directive that there is (the very set); of none of them: everything."""
        return next((self.directives[name] for name in names if name in self.directives), {"*"})


@dataclass(slots=True)
class _Source:
    text: str
    policy: int
    is_kept: bool
    rank: tuple[str, str]


def split_policies(values: Iterable[str]) -> list[str]:
    """A comma ends a policy: none may stand within one."""
    return [trim(policy) for value in values for policy in value.split(",")]


def read_policies(texts: Sequence[str]) -> Policies:
    """Raises PolicyError for an empty one, one with a directive given twice, or a broken escape."""
    policies = [trim(_LINE_ENDS.sub("", text)) for text in texts[:MAX_POLICIES]]
    if any(len(policy) < _SHORTEST for policy in policies):
        raise PolicyError("too short")
    merged: dict[str, list[_Source]] = {}
    is_doubled = False
    count = 0
    for number, policy in enumerate(policies):
        if count >= MAX_SOURCES_TOGETHER:
            break
        seen: set[str] = set()
        for directive, values in _directives(policy):
            if directive in seen and directive not in _MAY_REPEAT:
                raise PolicyError(f"{directive} stands twice")
            is_doubled = is_doubled or directive in seen
            seen.add(directive)
            count += len(values)
            merged[directive] = _merged(merged.get(directive, []), values, number, len(policies) > 1)
    found = {name: {each.text for each in sources} or {NONE} for name, sources in merged.items()}
    return Policies(found, is_doubled)


def read_meta_policies(texts: Sequence[str]) -> Policies:
    """Those of meta elements, without the directives that count in headers only. Raises PolicyError."""
    policies = read_policies(texts)
    for name in _ONLY_IN_HEADERS:
        policies.directives.pop(name, None)
    return policies


def _directives(policy: str) -> Iterator[tuple[str, list[str]]]:
    for part in policy.split(";"):
        name, *values = words(part)
        if not name:
            continue
        name = name.lower()
        if not values and name.endswith("-src"):
            values = [NONE]
        yield name, list(dict.fromkeys(value.lower() for value in values[:MAX_SOURCES]))


def _merged(before: list[_Source], values: list[str], number: int, is_one_of_several: bool) -> list[_Source]:
    """The sources that remain when a policy's are added to those of the policies before it.

    1. Sorted, what begins like the one before it in the same policy is superfluous.
    2. A source that stands beside an equal one of another policy is kept; in further policies only such are.
    """
    added = [_Source(value, number, number == 0, _collation(value)) for value in values]
    sources = sorted(added if number == 0 else before + added, key=lambda each: each.rank)
    for previous, source in pairwise(sources):
        if source.policy == previous.policy:
            if source.text.startswith(previous.text):
                source.is_kept = False
        elif _is_same_place(previous.text, source.text):
            source.is_kept = True
    kept = [source for source in sources if source.is_kept]
    if number == 0 and is_one_of_several:
        for source in kept:
            source.is_kept = False
    return kept


def _collation(text: str) -> tuple[str, str]:
    """What texts are sorted by: each character stands for its rank, so that they are compared at once."""
    if text.isascii():
        return text.translate(_ORDER), text
    plain = unicodedata.normalize("NFKD", text)
    return "".join(_ranked(each) for each in plain if not unicodedata.combining(each)), plain


def _ranked(character: str) -> str:
    code = ord(character)
    return chr(min(_ORDER.get(code, 100 + code), sys.maxunicode))


def _is_same_place(first: str, second: str) -> bool:
    """Whether the second is the first, or below it when the first ends with a slash."""
    if "%" not in first and "%" not in second:
        return second.startswith(first) if first.endswith("/") else first == second
    ours, theirs = first.split("/"), second.split("/")
    if len(ours) > len(theirs):
        return False
    if not first.endswith("/"):
        if len(ours) != len(theirs):
            return False
    else:
        ours.pop()
    return all(_unescaped(one) == _unescaped(other) for one, other in zip(ours, theirs, strict=False))


def _unescaped(text: str) -> str:
    if "%" not in text:
        return text
    if _BROKEN_ESCAPE.search(text):
        raise PolicyError("broken escape")
    try:
        return _ESCAPES.sub(lambda found: bytes.fromhex(found[0].replace("%", "")).decode(), text)
    except UnicodeDecodeError:
        raise PolicyError("broken escape") from None
