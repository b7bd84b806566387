"""What authors noted for themselves in HTML comments, and visitors can read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.reading.entropy import is_placeholder
from app.engine.bug.reading.excerpt import clipped, hidden
from app.engine.bug.registry import page_check
from app.engine.bug.signatures.comments import CODE, CREDENTIAL, IGNORED, LINK, NOTE, PAIR, QUERY, TELLING
from app.engine.bug.types import Hit

_ORDINARY = """
    field fields input box form forms strength reset forgot forgotten confirm confirmation change
    new old label link section must should required optional your the row div button here block
    area modal end start begin is not and
"""
_WORDS = frozenset(_ORDINARY.split())
_MOST = 10


@page_check("comments")
def look(page: Page, gathered: Gathered) -> Iterator[Hit]:
    done: set[str] = set()
    for comment in page.comments:
        rule, evidence = _judged(comment[:5_000])
        if rule and evidence not in done and len(done) < _MOST:
            done.add(evidence)
            yield Hit(f"comments.{rule}", page.url, evidence=evidence, response=page.response)


def _judged(comment: str) -> tuple[str, str]:
    if IGNORED.search(comment[:200]) and not CREDENTIAL.search(comment):
        return "", ""
    found = _credential(comment)
    if found is not None:
        last = found.lastindex or 1
        return "credentials", hidden(comment, *found.span(last), f"… ({len(found[last])} characters)")
    for rule, pattern in (("server-code", CODE), ("query", QUERY)):
        if pattern.search(comment):
            return rule, clipped(comment)
    # Prose of people is short; markup that was commented out names everything.
    is_prose = "<" not in comment and len(comment) < 600
    if len(comment) < 400 and LINK.search(comment):
        return "hidden-link", clipped(comment)
    if is_prose and TELLING.search(comment) and len(comment.split()) > 3:
        return "sensitive", clipped(comment)
    return ("note", clipped(comment)) if NOTE.search(comment) else ("", "")


def _credential(comment: str) -> re.Match[str] | None:
    for found in CREDENTIAL.finditer(comment):
        if _is_value(found[2]) and not _is_markup(comment, found.start()):
            return found
    for found in PAIR.finditer(comment):
        if _is_value(found[2]) and not _is_markup(comment, found.start()) and "//" not in found[0]:
            return found
    return None


def _is_value(word: str) -> bool:
    plain = word.strip(".:*").lower()
    if len(plain) < 3 or plain in _WORDS or is_placeholder(plain) or re.search(r"[<>(){}$%]|^[/.#]", plain):
        return False
    # A word alone is a sentence's; digits or signs make it a password, and so do the classic ones.
    return bool(re.search(r"\d|[!@#^&*]", plain)) or plain in (
        "admin",
        "root",
        "secret",
        "letmein",
        "password",
        "guest",
    )


def _is_markup(comment: str, place: int) -> bool:
    """Whether the place stands within a tag: `<input name=password value=…>`."""
    return comment.rfind("<", 0, place) > comment.rfind(">", 0, place)
