"""XPath over what a site sent: as HTML, or as XML where it says that it is. No entities, no network."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lxml import etree, html

from app.engine.bug.long_tags import without_long_tags
from app.engine.bug.templates.texts import to_bytes

_MOST_PARSED = 500_000
_MOST_FOUND = 200


def select(path: Any, text: str, attribute: str = "") -> list[str]:
    """Texts of the nodes that the compiled path finds, or their attribute; a true boolean finds "true"."""
    tree = _tree(text[:_MOST_PARSED])
    if tree is None:
        return []
    try:
        found = path(tree)
    except (etree.XPathError, ValueError):
        return []
    if isinstance(found, bool):
        return ["true"] if found else []
    if not isinstance(found, list):
        return [str(found)]
    return [value for each in found[:_MOST_FOUND] if (value := _value(each, attribute)) is not None]


def _value(node: Any, attribute: str) -> str | None:
    if isinstance(node, str):
        return str(node)
    if attribute:
        value = node.get(attribute)
        return None if value is None else str(value)
    return "".join(node.itertext()) if isinstance(node.tag, str) else str(node.text or "")


@lru_cache(maxsize=4)
def _tree(text: str) -> Any | None:
    if not text.strip():
        return None
    try:
        if text.lstrip().startswith("<?xml"):
            parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
            return etree.fromstring(to_bytes(text.lstrip()), parser)
        return html.document_fromstring(
            without_long_tags(text).encode("utf-8", "replace"),
            parser=html.HTMLParser(encoding="utf-8", huge_tree=False),
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
