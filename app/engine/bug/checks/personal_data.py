"""Numbers of people in an answer: payment cards, identity cards, e-mail addresses.

A number counts by its check digit and by what stands around it; numbers that providers print for tests don't.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.reading.entropy import is_chinese_id, passes_luhn
from app.engine.bug.reading.excerpt import hidden
from app.engine.bug.reading.parts import parts_of
from app.engine.bug.registry import page_check
from app.engine.bug.signatures.places import (
    CARD,
    CARD_WORDS,
    CHINESE_ID,
    EMAIL,
    KNOWN_IDS,
    SOCIAL_SECURITY,
    TEST_CARDS,
)
from app.engine.bug.types import Hit

_MOST = 5
_NO_MAIL = re.compile(
    r"@(?:[\w-]+\.)*(?:example\.(?:com|org|net)|domain\.com|email\.com|site\.com|company\.com|w3\.org|sentry\.io|"
    r"(?:ingest\.)?sentry[\w.-]*)$|\.(?:png|jpe?g|gif|svg|webp|js|css|html?|min)$",
    re.I,
)


@page_check("personal_data")
def look(page: Page, gathered: Gathered) -> Iterator[Hit]:
    mails: dict[str, None] = {}
    for where, text in parts_of(page):
        is_data = where != "script" or "json" in page.response.content_type
        if is_data:
            yield from _numbers(page, text)
        if "@" in text and (is_data or page.is_html):
            mails.update(
                (found[1].lower(), None) for found in EMAIL.finditer(text) if not _NO_MAIL.search(found[1])
            )
    if mails:
        listed = ", ".join(list(mails)[:8])
        yield Hit(
            "personal_data.emails",
            page.url,
            evidence=listed[:300],
            detail={"count": len(mails)},
            response=page.response,
        )


def _numbers(page: Page, text: str) -> Iterator[Hit]:
    if not any(map(str.isdigit, text[:200_000])):
        return
    for rule, found in islice(_found(text), _MOST):
        number = found[1]
        shown = f"{number[:4]}…{number[-2:]}"
        yield Hit(
            f"personal_data.{rule}",
            page.url,
            evidence=hidden(text, *found.span(1), shown, before=30, after=0),
            detail={"number": shown},
            response=page.response,
        )


def _found(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    for found in CARD.finditer(text):
        digits = re.sub(r"\D", "", found[1])
        if digits in TEST_CARDS or len(set(digits)) < 5 or not passes_luhn(digits):
            continue
        # A tenth of all numbers pass the check: without groups, something must call it a card.
        if len(digits) < len(found[1]) or CARD_WORDS.search(text, max(0, found.start() - 200), found.start()):
            yield "card", found
    for found in CHINESE_ID.finditer(text):
        if found[1].upper() not in KNOWN_IDS and is_chinese_id(found[1]):
            yield "chinese-id", found
    if "-" in text and re.search(r"SSN|social security", text, re.I):
        for found in SOCIAL_SECURITY.finditer(text):
            if found[1] not in ("123-45-6789", "078-05-1120", "219-09-9999"):
                yield "social-security", found
