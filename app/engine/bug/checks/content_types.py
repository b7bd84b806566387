"""What answers say of their own kind, where browsers would guess otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.reading.excerpt import clipped
from app.engine.bug.registry import page_check
from app.engine.bug.types import Hit
from app.engine.net.urls import path_of

_META = re.compile(r"<meta[^>]{0,200}charset", re.I)


@page_check("content_types")
def look(page: Page, gathered: Gathered) -> Iterator[Hit]:
    response = page.response
    if response.status != 200 or not response.body:
        return
    said = response.header("content-type")
    if not said:
        yield _hit(page, "missing", "no Content-Type")
    elif response.content_type == "text/html":
        if _is_json(page.text):
            yield _hit(page, "json-as-html", clipped(f"Content-Type: {said}; {page.text[:120]}"))
        elif (
            "charset" not in said.lower()
            and not _META.search(page.text[:2_000])
            and not _has_mark(response.body)
        ):
            yield _hit(page, "without-charset", clipped(f"Content-Type: {said}"))
    elif _is_script_as_text(page):
        yield _hit(page, "script-as-text", clipped(f"Content-Type: {said}"))


def _is_json(text: str) -> bool:
    head = text[:100].lstrip()
    if not head.startswith(("{", "[")) or len(text) > 500_000:
        return False
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _has_mark(body: bytes) -> bool:
    return body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))


def _is_script_as_text(page: Page) -> bool:
    return page.response.content_type == "text/plain" and path_of(page.url).endswith((".js", ".mjs", ".css"))


def _hit(page: Page, rule: str, evidence: str) -> Hit:
    return Hit(f"content_types.{rule}", page.url, evidence=evidence, response=page.response)
