"""JavaScript's regular expressions (ECMA-262 §22.2, without flags) as Python's, with the same meaning.

The differences that matter: `.` and `\\s` know other line ends and blanks, `\\w`, `\\d` and `\\b` are ASCII,
`$` is the very end, `[^]` is any character, a brace that is no quantifier and an escaped letter without
meaning are themselves, and a reference to a group that took no part matches nothing. The library `regex`
stands in for `re`, since lookbehinds may vary in width, and since a search must end at a given time whatever
the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import regex

MAX_SOURCE = 4_000
"""Characters of an expression that is read at all."""
_LINE_ENDS = r"\n\r\u2028\u2029"
_BLANKS = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_SETS = {"d": "0-9", "w": "A-Za-z0-9_", "s": _BLANKS}
_QUANTIFIER = re.compile(r"(?:[*+?]|\{[0-9]{1,6}(?:,[0-9]{0,6})?\})\??")
_ENDLESS = re.compile(r"(?:[*+]|\{[0-9]+,\})\??")
_CODE = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})")
_NAMED = re.compile(r"\(\?<([A-Za-z_$][\w$]*)>", re.ASCII)
_NAME = re.compile(r"\\k<([\w$]+)>", re.ASCII)
_NUMBER = re.compile(r"\\([0-9]{1,2})")
_GROUPS = ("(?:", "(?=", "(?!", "(?<=", "(?<!")


class PatternError(ValueError):
    """The expression cannot be said in Python; the message says why."""


@dataclass(frozen=True, slots=True)
class Expression:
    """`pattern` matches what the JavaScript did. A text without one of `literals` cannot match.

    `repeats_groups`: a group is repeated without an end, so that a search remembers each of its turns.
    """

    pattern: regex.Pattern[str]
    literals: tuple[str, ...]
    repeats_groups: bool = False


@dataclass
class _Reader:
    source: str
    at: int = 0
    out: list[str] = field(default_factory=list)
    depth: int = 0
    run: list[str] = field(default_factory=list)
    literals: list[str] = field(default_factory=list)
    has_choice: bool = False
    repeats_groups: bool = False

    def read(self) -> Expression:
        while self.at < len(self.source):
            self._next()
        if self.depth:
            raise PatternError("a group is not closed")
        self._end_run()
        try:
            pattern = regex.compile("".join(self.out), regex.ASCII | regex.VERSION0)
        except (regex.error, RecursionError, OverflowError) as error:
            raise PatternError(str(error)) from None
        return Expression(pattern, () if self.has_choice else tuple(self.literals), self.repeats_groups)

    def _next(self) -> None:
        char = self.source[self.at]
        if char == "(":
            self._open()
        elif char == ")":
            self._close()
        elif char == "|":
            self._end_run()
            self.has_choice = self.has_choice or not self.depth
            self._take(1, "|")
        elif char in "^$":
            self._end_run()
            self._take(1, "^" if char == "^" else r"\Z")
        else:
            self._atom(char)

    def _atom(self, char: str) -> None:
        """One character, class or escape with its quantifier."""
        literal: str | None = None
        if char == "[":
            text = self._class()
        elif char == "\\":
            text, literal = self._escape()
        elif char == ".":
            text, self.at = f"[^{_LINE_ENDS}]", self.at + 1
        elif char in "*+?" or _QUANTIFIER.match(self.source, self.at):
            raise PatternError("nothing to repeat")
        else:
            text, literal, self.at = re.escape(char), char, self.at + 1
        repeat = self._quantifier()
        self.out.append(text + repeat)
        if literal is None or repeat or self.depth:
            self._end_run()
        else:
            self.run.append(literal)

    def _quantifier(self) -> str:
        found = _QUANTIFIER.match(self.source, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[0]

    def _take(self, length: int, text: str) -> None:
        self.at += length
        self.out.append(text)

    def _end_run(self) -> None:
        if self.run:
            self.literals.append("".join(self.run))
            self.run = []

    def _open(self) -> None:
        self._end_run()
        self.depth += 1
        named = _NAMED.match(self.source, self.at)
        plain = next((each for each in _GROUPS if self.source.startswith(each, self.at)), "(")
        if named:
            self._take(len(named[0]), f"(?P<{named[1].replace('$', '_')}>")
        elif plain == "(" and self.source.startswith("(?", self.at):
            raise PatternError("an unknown kind of group")
        else:
            self._take(len(plain), plain)

    def _close(self) -> None:
        if not self.depth:
            raise PatternError("a group is closed that was not opened")
        self.depth -= 1
        self.at += 1
        repeat = self._quantifier()
        self.repeats_groups = self.repeats_groups or _ENDLESS.fullmatch(repeat) is not None
        self.out.append(")" + repeat)

    def _class(self) -> str:
        """A character class, in which an opening bracket is nothing special."""
        end = self.at + 1
        is_negated = self.source.startswith("^", end)
        self.at = end + is_negated
        parts = []
        while True:
            if self.at >= len(self.source):
                raise PatternError("a character class is not closed")
            char = self.source[self.at]
            if char == "]":
                self.at += 1
                break
            if char == "\\":
                parts.append(self._class_escape())
                continue
            parts.append(char if char.isalnum() or char == "-" else re.escape(char))
            self.at += 1
        if not parts:
            return r"[\s\S]" if is_negated else r"(?!)"
        return f"[{'^' if is_negated else ''}{''.join(parts)}]"

    def _class_escape(self) -> str:
        char = self.source[self.at + 1 : self.at + 2]
        if not char or char not in "dwsDWSb-":
            return self._character()[0]
        self.at += 2
        return _SETS.get(char, "\\" + char)

    def _escape(self) -> tuple[str, str | None]:
        """What an escape means outside a class: Python's text, and the character if it is one."""
        char = self.source[self.at + 1 : self.at + 2]
        if char and char in "dwsDWS":
            self.at += 2
            return f"[{'^' if char.isupper() else ''}{_SETS[char.lower()]}]", None
        if char and char in "bB":
            self.at += 2
            return "\\" + char, None
        if char.isdigit() and char != "0":
            return self._reference(), None
        if char == "k" and (found := _NAME.match(self.source, self.at)):
            self.at = found.end()
            return f"(?P={found[1].replace('$', '_')})", None
        return self._character()

    def _reference(self) -> str:
        found = _NUMBER.match(self.source, self.at)
        if found is None:
            raise PatternError("a reference cannot be read")
        self.at = found.end()
        return f"(?:(?({int(found[1])})\\{int(found[1])}))"

    def _character(self) -> tuple[str, str]:
        char = self.source[self.at + 1 : self.at + 2]
        if not char:
            raise PatternError("a backslash stands at the end")
        coded = _CODE.match(self.source, self.at + 1)
        if coded:
            self.at = coded.end()
            value = chr(int(coded[1] or coded[2], 16))
        else:
            self.at += 2
            value = {"n": "\n", "r": "\r", "t": "\t", "v": "\v", "f": "\f", "0": "\0"}.get(char, char)
        return re.escape(value), value


def translate(source: str) -> Expression:
    """The expression as Python's. Raises PatternError."""
    if len(source) > MAX_SOURCE:
        raise PatternError("the expression is too long")
    return _Reader(source).read()
