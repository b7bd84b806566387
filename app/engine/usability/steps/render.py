"""`{{name}}` in addresses, headers and bodies: which names there are, and their values in place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, quote_plus

# A form begins with a name and "="; XML and plain text do not.
_FORM = re.compile(r"\s*[^\s=&<{]+=")
PLACE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,39})\s*\}\}")


def names_in(text: str) -> set[str]:
    return set(PLACE.findall(text))


def in_url(text: str, values: Mapping[str, str]) -> str:
    """At the beginning a value is the address itself; further on it is escaped, so that it stays one part."""
    found = PLACE.match(text)
    if found is None:
        return _filled(text, values, lambda value: quote(value, safe=""))
    rest = _filled(text[found.end() :], values, lambda value: quote(value, safe=""))
    return values[found[1]] + rest


def in_header(text: str, values: Mapping[str, str]) -> str:
    return _filled(text, values, str)


def in_body(text: str, content_type: str, values: Mapping[str, str]) -> str:
    """Escaped as the body's kind wants it: in JSON's strings, in forms, else as it is.

    Of a body without a kind the beginning tells; libcurl sends it as a form.
    """
    kind = content_type.lower()
    if "json" in kind or (not kind and text.lstrip()[:1] in ("{", "[")):
        return _filled(text, values, lambda value: json.dumps(value, ensure_ascii=False)[1:-1])
    if "x-www-form-urlencoded" in kind or (not kind and _FORM.match(text)):
        return _filled(text, values, quote_plus)
    return _filled(text, values, str)


def _filled(text: str, values: Mapping[str, str], escape: Callable[[str], str]) -> str:
    """Raises KeyError for a name without a value."""
    return PLACE.sub(lambda found: escape(values[found[1]]), text)
