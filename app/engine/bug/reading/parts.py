"""Where in an answer something stands: a script, a comment, an attribute, the text, or a file."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from app.engine.bug.page import Page
from app.engine.bug.reading.prose import is_script, reading_of, scripts_of

Where = Literal["script", "comment", "attribute", "text", "preformatted", "file"]
_LONG_VALUE = 3_000
_MOST = 1_000_000
_FILE_KINDS = ("text/", "json", "xml", "yaml", "javascript", "octet-stream", "x-sh", "sql", "toml")


@lru_cache(maxsize=4)
def parts_of(page: Page) -> tuple[tuple[Where, str], ...]:
    """The parts of an answer, each at most a million characters. Examples in code markup are in none."""
    if page.tree is not None:
        reading = reading_of(page)
        parts: list[tuple[Where, str]] = [
            ("script", scripts_of(page)),
            ("comment", "\n".join(page.comments)),
            ("attribute", _attributes(page)),
            ("text", "" if reading.has_code else reading.plain),
            ("preformatted", "" if reading.has_code else reading.shown),
        ]
    elif is_script(page):
        parts = [("script", page.text)]
    elif page.response.content_type == "" or any(k in page.response.content_type for k in _FILE_KINDS):
        parts = [("file", "" if "\ufffd" in page.text[:1_000] else page.text)]
    else:
        parts = []
    return tuple((where, text[:_MOST]) for where, text in parts if text)


def _attributes(page: Page) -> str:
    found: list[str] = []
    for element in page.tree.iter() if page.tree is not None else ():
        if not isinstance(element.tag, str) or not element.attrib:
            continue
        # A box's own content is what somebody is to type, or an example.
        for name, value in element.attrib.items():
            if name not in ("class", "id", "style", "placeholder", "title", "alt") and value[:5] != "data:":
                found.append(f'{name}="{value[:_LONG_VALUE]}"')
    return "\n".join(found)
