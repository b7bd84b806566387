"""What a page says by itself, apart from what it shows as an example.

A page that explains a stack trace or a key shows it inside code markup; a page that leaks one does not, save
where the whole page is little else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.engine.bug.page import Page

_CODE = frozenset({"pre", "code", "samp", "kbd", "tt", "xmp", "textarea", "blockquote"})
_UNSEEN = frozenset({"script", "style", "template", "noscript", "head"})
_SHOWS_CODE = re.compile(
    r"(?:^|[\s_-])(?:highlight\w*|codehilite|hljs|prettyprint|sourcecode|code(?:block|mirror|[-_]\w+)?|"
    r"syntax\w*|snippet\w*|terminal|prism|shiki|listing)(?:$|[\s_-])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """`plain` is visible text outside code markup, `shown` what stands within it. `has_code`: there are
    elements that show code as manuals do; `has_article`: so it is, or the page is prose."""

    plain: str
    shown: str
    has_code: bool
    has_article: bool


@lru_cache(maxsize=8)
def reading_of(page: Page) -> Reading:
    """The reading of a page; of what is no HTML, everything is plain."""
    if page.tree is None:
        return Reading(page.text, "", False, False)
    plain: list[str] = []
    shown: list[str] = []
    for text, is_code in _texts(page.tree):
        (shown if is_code else plain).append(text)
    has_code = any(True for _ in page.tree.iter("code", "samp", "kbd", "blockquote"))
    prose = any(True for _ in page.tree.iter("article"))
    long = any(len("".join(each.itertext())) > 80 for each in page.tree.iter("p"))
    return Reading("\n".join(plain), "\n".join(shown), has_code, has_code or prose or long)


def _texts(root: Any) -> Iterator[tuple[str, bool]]:
    # A stack of our own: hostile pages nest deeper than Python calls.
    stack: list[tuple[Any, bool, bool]] = [(root, False, False)]
    while stack:
        element, is_code, is_tail = stack.pop()
        if is_tail:
            yield element.tail, is_code
            continue
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            continue
        within = is_code or element.tag in _CODE or _shows_code(element)
        if element.text:
            yield element.text, within
        for child in reversed(element):
            if child.tail:
                stack.append((child, within, True))
            stack.append((child, within, False))


def _shows_code(element: Any) -> bool:
    if element.tag in ("html", "body"):
        return False
    names = element.get("class")
    return bool(names) and _SHOWS_CODE.search(names[:300]) is not None


@lru_cache(maxsize=8)
def scripts_of(page: Page) -> str:
    """All that is executed or read by scripts: inline code, or the whole of a script file or of JSON."""
    if page.is_html:
        return "\n".join(script.text for script in page.scripts if script.text)
    return page.text if is_script(page) else ""


def is_script(page: Page) -> bool:
    """Whether it is a script file or JSON, by its content type, or its name where it has none."""
    kind = page.response.content_type
    if kind:
        return "javascript" in kind or "json" in kind or "ecmascript" in kind
    return page.url.partition("?")[0].endswith((".js", ".mjs", ".json"))


def is_minified(code: str) -> bool:
    """Whether somebody's tool wrote it: long lines."""
    return len(code) > 2_000 and len(code) / (code.count("\n") + 1) > 250
