"""Error pages that tell how the site is made: stack traces, debug pages, messages of databases.

A page that talks of a trace is no weakness. So a trace counts where the answer is an error by its status, or
stands outside code markup, or is nearly all that the page has to say; debug pages by markup that only the
framework itself writes (a page that quotes it has it escaped).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.reading.answers import pages
from app.engine.bug.reading.excerpt import around
from app.engine.bug.reading.prose import is_script, reading_of
from app.engine.bug.reading.signs import Seen, any_of
from app.engine.bug.registry import site_check
from app.engine.bug.signatures.databases import DATABASES, DEFAULT_ERROR_PAGES
from app.engine.bug.signatures.traces import CONSOLES, DEBUG_PAGES, PHP_LINES, PHP_MESSAGES, TRACES
from app.engine.bug.types import Hit

_MOST_READ = 400_000
_HEADING = re.compile(r"error|exception|fail|oops|something went wrong|\b50\d\b|错误|异常|出错", re.I)
_NAMED = re.compile(r"\W*(?:[\w ]{0,40}\b)?(?:errors?|exception|错误|异常)\W*", re.I)
_SAMPLE = re.compile(r"/path/to/|\bcom\.example\.|\bexample\.(?:py|js|rb|go|php)\b|\b(?:Foo|Bar)\.java")
_MOST_PROSE = 160
_MOST_NAMED = 600


@site_check("errors")
def look(gathered: Gathered) -> Iterator[Hit]:
    for page in pages(gathered):
        yield from errors_of(page)


def errors_of(page: Page) -> Iterator[Hit]:
    """What the answer tells of the site's inside. Probes may use it for what came of their own requests."""
    if not page.response.body or _is_library(page):
        return
    text = page.text[:_MOST_READ]
    yield from _debug_pages(page, text)
    said = _said(page, text)
    for rule, signs in (("stack-trace", TRACES), ("database", DATABASES), ("php-message", PHP_LINES)):
        seen = any_of(said, signs)
        if seen is not None:
            yield _hit(page, rule, said, seen)


def _debug_pages(page: Page, text: str) -> Iterator[Hit]:
    if not page.is_html:
        return
    markup = _without_code(text)
    for rule, signs in (
        ("debug-console", CONSOLES),
        ("debug-page", DEBUG_PAGES),
        ("php-message", PHP_MESSAGES),
    ):
        seen = any_of(markup, signs)
        if seen is not None:
            yield _hit(page, rule, markup, seen)
    if page.response.status >= 400:
        seen = any_of(text, DEFAULT_ERROR_PAGES)
        if seen is not None:
            yield _hit(page, "default-error-page", text, seen)


def _said(page: Page, text: str) -> str:
    """The part of the answer that speaks for itself."""
    if page.response.status >= 400:
        return _plain(page) if page.is_html else _unescaped(text)
    if not page.is_html:
        return _unescaped(text) if _is_error_in_json(page, text) else ""
    reading = reading_of(page)
    if _is_nearly_all(page, reading.plain) and not reading.has_code:
        return f"{reading.plain}\n{reading.shown}"
    # Where manuals speak in paragraphs, they name exceptions outside code markup too.
    return "" if reading.has_article or _SAMPLE.search(reading.plain) else reading.plain


def _unescaped(text: str) -> str:
    """JSON writes a trace's lines as `\\n\\tat …`, which the signs of traces know as lines only."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    return text.replace("\\r", "").replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"')


def _plain(page: Page) -> str:
    reading = reading_of(page)
    return f"{reading.plain}\n{reading.shown}" if page.tree is not None else page.text


def _is_nearly_all(page: Page, plain: str) -> bool:
    """Whether the page is an error's: headed so, one listing at most, and next to no prose."""
    if page.tree is None or _SAMPLE.search(page.text) or len(list(page.tree.iter("pre"))) > 1:
        return False
    words = " ".join(plain.split())
    if len(words) <= _MOST_NAMED and _NAMED.fullmatch(page.title):
        return True
    heads = " ".join("".join(each.itertext()) for each in page.tree.iter("h1"))
    return len(words) <= _MOST_PROSE and bool(_HEADING.search(f"{page.title} {heads}"))


def _is_error_in_json(page: Page, text: str) -> bool:
    head = text[:200].lstrip()
    if "json" in page.response.content_type or head.startswith("{"):
        return bool(re.search(r'"(?:error|exception|stack|trace|stackTrace|stack_trace)"\s*:', text[:20_000]))
    return head.startswith(("Traceback (most recent", "panic: ", "Fatal error", "Exception in thread"))


_CODE = re.compile(r"<(textarea|xmp|script type=.text/)[^>]{0,200}>", re.I)


def _without_code(text: str) -> str:
    """The markup without what stands raw in elements whose content is text."""
    if not _CODE.search(text):
        return text
    parts: list[str] = []
    place = 0
    for found in _CODE.finditer(text):
        if found.start() < place:
            continue
        name = found[1].split()[0].lower()
        end = text.lower().find(f"</{name}", found.end()) if len(parts) < 20 else len(text)
        parts.append(text[place : found.start()])
        place = end if end >= 0 else len(text)
    return "".join(parts) + text[place:]


def _is_library(page: Page) -> bool:
    """Scripts and style sheets name errors of everything; only what they answer with an error counts."""
    if page.response.status >= 400:
        return False
    kind = page.response.content_type
    return kind == "text/css" or (is_script(page) and "json" not in kind and not page.url.endswith(".json"))


def _hit(page: Page, rule: str, text: str, seen: Seen) -> Hit:
    return Hit(
        f"errors.{rule}",
        page.url,
        evidence=around(text, seen.start, min(seen.end, seen.start + 200), before=0, after=60),
        detail={"software": seen.name},
        response=page.response,
        confidence="certain" if page.response.status >= 500 else None,
    )
