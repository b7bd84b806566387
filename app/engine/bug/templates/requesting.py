"""From a step of a template to the request that is sent."""

from __future__ import annotations

import re

from app.engine.bug.templates.nodes import Scope
from app.engine.bug.templates.placeholders import UnresolvedError, fill
from app.engine.bug.templates.texts import to_bytes, to_string
from app.engine.bug.templates.types import Step
from app.engine.bug.types import Headers, Request

_UNSAFE = re.compile(rb"[^\x21-\x7e]|[\\\"<>]")
_CONTROL = re.compile(r"[\r\n\0]+")
_MAX_BYTES = 1_000_000
_DROPPED = frozenset({"content-length", "accept-encoding", "transfer-encoding"})


def request_of(step: Step, scope: Scope, *, keeps: bool = False) -> Request:
    """Raises UnresolvedError for a placeholder without a value, unless `keeps`."""
    headers = tuple(_headers(step, scope, keeps))
    body = to_bytes(fill(step.body, scope, keeps=keeps))
    target = _absolute(fill(step.target, scope, keeps=keeps).strip(), scope)
    return Request(_escaped(target), step.method, headers, body, step.timeout_ms, _MAX_BYTES)


def _headers(step: Step, scope: Scope, keeps: bool) -> Headers:
    own = to_string(scope.values.get("Hostname", ""))
    found = []
    for name, value in step.headers:
        pair = (_clean(fill(name, scope, keeps=keeps)), _clean(fill(value, scope, keeps=keeps)))
        is_own_host = pair[0].lower() == "host" and pair[1] in (own, own.partition(":")[0])
        if pair[0] and pair[0].lower() not in _DROPPED and not is_own_host:
            found.append(pair)
    return tuple(found)


def _clean(text: str) -> str:
    """A site's own words may come to stand in a header; they never end it."""
    return _CONTROL.sub(" ", text).strip()


def _absolute(target: str, scope: Scope) -> str:
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://", target):
        return target
    own = to_string(scope.values.get("Hostname", ""))
    if own and re.match(rf"{re.escape(own)}(?=[/?#]|$)", target):
        return f"{to_string(scope.values['Scheme'])}://{target}"
    if not target.startswith(("/", "?")):
        target = "/" + target
    if "BaseURL" not in scope.values:
        raise UnresolvedError("BaseURL")
    return to_string(scope.values["BaseURL"]) + target


def _escaped(url: str) -> str:
    """Blanks, quotes and what is no ASCII as percent escapes; all else as it was written."""
    return _UNSAFE.sub(lambda found: b"%%%02X" % found[0][0], to_bytes(url)).decode("ascii")
