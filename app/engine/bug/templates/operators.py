"""Matchers and extractors as a template writes them, read and judged before anything runs."""

from __future__ import annotations

from typing import Any, cast

from lxml import etree

from app.engine.bug.templates.expression import read_expression
from app.engine.bug.templates.fields import Fields
from app.engine.bug.templates.jsonpath import read_json_path
from app.engine.bug.templates.patterns import compile_pattern
from app.engine.bug.templates.placeholders import placeholders
from app.engine.bug.templates.texts import to_text
from app.engine.bug.templates.types import Condition, Extractor, Matcher, Operators, RefusedError

_MATCHED = {
    "word": "words",
    "regex": "regex",
    "status": "status",
    "size": "size",
    "dsl": "dsl",
    "binary": "binary",
    "xpath": "xpath",
}
_EXTRACTED = {"regex": "regex", "kval": "kval", "json": "json", "xpath": "xpath", "dsl": "dsl"}


def read_operators(fields: Fields) -> Operators:
    """Raises RefusedError, naming what is not supported."""
    return Operators(
        tuple(_matcher(Fields(each, "matcher")) for each in fields.tables("matchers")),
        tuple(_extractor(Fields(each, "extractor")) for each in fields.tables("extractors")),
        read_condition(fields, "matchers-condition"),
    )


def read_condition(fields: Fields, name: str) -> Condition:
    word = fields.word(name, "or")
    if word not in ("and", "or"):
        raise RefusedError("matcher", f"{name}: {word[:50]}")
    return cast(Condition, word)


def _matcher(fields: Fields) -> Matcher:
    kind = fields.word("type")
    if kind not in _MATCHED:
        raise RefusedError("matcher", f"type: {kind[:50]}")
    values = fields.texts(_MATCHED[kind])
    if not values:
        raise RefusedError("matcher", f"{kind} without values")
    encoding = fields.word("encoding")
    if encoding not in ("", "hex"):
        raise RefusedError("matcher", f"encoding: {encoding}")
    if encoding == "hex":
        values = tuple(to_text(_unhex(value)) for value in values)
    matcher = Matcher(
        kind,
        tuple(_matched(kind, value) for value in values),
        _part(fields),
        read_condition(fields, "condition"),
        fields.text("name").strip(),
        fields.flag("negative"),
        fields.flag("internal"),
        fields.flag("case-insensitive"),
    )
    # It only asks for all occurrences to be shown.
    fields.ignore("match-all", *_MATCHED.values())
    fields.end()
    return matcher


def _extractor(fields: Fields) -> Extractor:
    kind = fields.word("type")
    if kind not in _EXTRACTED:
        raise RefusedError("extractor", f"type: {kind[:50]}")
    values = fields.texts(_EXTRACTED[kind])
    if not values:
        raise RefusedError("extractor", f"{kind} without values")
    extractor = Extractor(
        kind,
        tuple(_extracted(kind, value) for value in values),
        _part(fields),
        fields.text("name").strip(),
        fields.flag("internal"),
        fields.flag("case-insensitive"),
        fields.number("group"),
        fields.text("attribute").strip(),
    )
    fields.ignore(*_EXTRACTED.values())
    fields.end()
    return extractor


def _part(fields: Fields) -> str:
    part = fields.word("part", "body").replace("-", "_")
    if part.startswith("interactsh"):
        raise RefusedError("out-of-band", part)
    return part


def _matched(kind: str, value: str) -> Any:
    if kind in ("status", "size"):
        if not value.strip().isdecimal() or len(value) > 12:
            raise RefusedError("matcher", f"{kind}: {value[:50]}")
        return int(value)
    if kind == "binary":
        return _unhex(value)
    if kind == "word":
        check_placeholders(value)
        return value
    return _extracted(kind, value)


def _extracted(kind: str, value: str) -> Any:
    if kind == "regex":
        return compile_pattern(value)
    if kind == "json":
        return read_json_path(value)
    if kind == "xpath":
        return read_xpath(value)
    if kind == "dsl":
        return _expression(value)
    return value.strip()


def _expression(text: str) -> str:
    """The text itself: the reader keeps what it reads as, and placeholders are filled when it is asked."""
    check_placeholders(text)
    if "{{" not in text:
        read_expression(text)
    return text


def check_placeholders(text: str) -> None:
    """Raises RefusedError for functions that are not supported; texts between braces may be anything."""
    for _, node in placeholders(text):
        if isinstance(node, RefusedError) and node.reason == "function":
            raise node


def read_xpath(text: str) -> Any:
    """A compiled XPath. Raises RefusedError."""
    try:
        return etree.XPath(text.strip()[:2_000])
    except (etree.XPathError, ValueError):
        raise RefusedError("xpath", text) from None


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise RefusedError("matcher", f"no hexadecimal: {text[:50]}") from None
