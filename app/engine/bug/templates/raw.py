"""A raw request of a template as a step: request line, headers, an empty line, the body."""

from __future__ import annotations

import re

from app.engine.bug.templates.types import RefusedError, Step

_METHOD = re.compile(r"[A-Z]{3,20}")
_TIMEOUT = re.compile(r"(\d{1,4})\s*(ms|s|m)?")
_UNIT = {"ms": 1, "s": 1_000, "m": 60_000}
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}|\{\{[^{}]{1,100}\}\}")
MAX_TIMEOUT_MS = 30_000
_OWN = frozenset({"content-length", "accept-encoding"})
"""Headers that the client itself gives, as they follow from what is sent."""
_PLAIN_CONNECTION = frozenset({"close", "keep-alive"})


def read_raw(text: str) -> Step:
    """Raises RefusedError: annotation, unsafe, method, request."""
    lines = text.replace("\r\n", "\n").split("\n")
    timeout, once = 10_000, False
    while lines and (not lines[0].strip() or lines[0].lstrip().startswith("@")):
        line = lines.pop(0).strip()
        if line.startswith("@timeout"):
            timeout = _timeout(line)
        elif line.startswith("@once"):
            once = True
        elif line:
            raise RefusedError("annotation", line)
    if not lines:
        raise RefusedError("request", "empty")
    method, target = _first(lines.pop(0))
    headers = _headers(lines)
    return Step(method, target, headers, _body(lines, headers), timeout, once=once)


def _timeout(line: str) -> int:
    found = _TIMEOUT.fullmatch(line.partition(":")[2].strip())
    if found is None:
        raise RefusedError("annotation", line)
    return max(1_000, min(MAX_TIMEOUT_MS, int(found[1]) * _UNIT[found[2] or "s"]))


def _first(line: str) -> tuple[str, str]:
    method, _, rest = line.strip().partition(" ")
    target, blank, version = rest.strip().rpartition(" ")
    if not blank or not version.upper().startswith("HTTP/"):
        target = rest.strip()
    if not _METHOD.fullmatch(method):
        raise RefusedError("method", method)
    return method, target.strip() or "/"


def _headers(lines: list[str]) -> tuple[tuple[str, str], ...]:
    """Takes the lines up to and with the first empty one."""
    found = []
    while lines:
        line = lines.pop(0)
        if not line.strip():
            break
        name, colon, value = line.partition(":")
        if not colon or not _HEADER.fullmatch(name.strip()) or name[:1] in (" ", "\t"):
            raise RefusedError("request", line.strip())
        if name.strip().lower() == "transfer-encoding":
            raise RefusedError("unsafe", line.strip())
        if not _is_own(name.strip().lower(), value.strip().lower()):
            found.append((name.strip(), value.strip()))
    return tuple(found)


def _is_own(name: str, value: str) -> bool:
    return name in _OWN or (name == "connection" and value in _PLAIN_CONNECTION)


def _body(lines: list[str], headers: tuple[tuple[str, str], ...]) -> str:
    kinds = [value.lower() for name, value in headers if name.lower() == "content-type"]
    if any(kind.startswith("multipart/") for kind in kinds):
        return "\r\n".join(lines)
    return "\n".join(lines).rstrip("\r\n")
