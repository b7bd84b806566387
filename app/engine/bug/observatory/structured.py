"""A structured field's single token with its parameters (RFC 8941 §3.3.4, §3.1.2)."""

from __future__ import annotations

import re

_TOKEN = r"[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*"
_STRING = r'"(?:[ !#-\[\]-~]|\\["\\])*"'
_NUMBER = r"-?(?:[0-9]{1,12}\.[0-9]{1,3}(?![0-9.])|[0-9]{1,15}(?![0-9.]))"
_BYTES = r":[A-Za-z0-9+/=]*:"
_DATE = r"@-?[0-9]{1,15}(?![0-9.])"
_VALUE = rf"(?:{_NUMBER}|{_STRING}|{_TOKEN}|{_BYTES}|\?[01]|{_DATE})"
_PARAMETER = re.compile(rf"; *[a-z*][a-z0-9_\-.*]*(?:={_VALUE})?")
_POLICY = re.compile(rf" *({_TOKEN})")


def policy_token(value: str) -> str | None:
    """`same-origin; report-to="x"` → `same-origin`; None for no token or a malformed field."""
    found = _POLICY.match(value)
    if found is None:
        return None
    position = found.end()
    while parameter := _PARAMETER.match(value, position):
        position = parameter.end()
    return found[1] if not value[position:].strip(" ") else None
