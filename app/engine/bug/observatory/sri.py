"""Subresource integrity: can a foreign host change the scripts that it serves to this site?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.engine.bug.observatory.domains import registered_domain
from app.engine.bug.observatory.seen import HTML_TYPES, Seen, host_of

NAME = "subresource-integrity"
_PROTOCOL_RELATIVE = re.compile(r"//[^/]")
_FULL = re.compile(r"https?://")
# From the best to the worst: the worst of all scripts is the result.
_ORDER = (
    "sri-implemented-and-all-scripts-loaded-securely",
    "sri-implemented-but-external-scripts-not-loaded-securely",
    "sri-not-implemented-but-external-scripts-loaded-securely",
    "sri-not-implemented-and-external-scripts-not-loaded-securely",
)


@dataclass(frozen=True, slots=True)
class LoadedScript:
    """`is_foreign`: from another registrable domain, or by an address without a scheme."""

    url: str
    is_foreign: bool
    is_secure: bool
    has_integrity: bool


def judge(seen: Seen) -> str:
    if seen.media_type and seen.media_type not in HTML_TYPES:
        return "sri-not-implemented-response-not-html"
    if not seen.scripts:
        return "sri-not-implemented-but-no-scripts-loaded"
    scripts = [loaded(tag["src"], tag.get("integrity", ""), seen) for tag in seen.scripts if tag.get("src")]
    return _worst(scripts)


def loaded(source: str, integrity: str, seen: Seen) -> LoadedScript:
    """A script element's source as it stands in the page."""
    if _PROTOCOL_RELATIVE.match(source):
        return LoadedScript(source, True, False, bool(integrity))
    if _FULL.match(source):
        is_foreign = registered_domain(host_of(source)) != registered_domain(seen.host)
        return LoadedScript(source, is_foreign, source.startswith("https:"), bool(integrity))
    return LoadedScript(source, False, seen.scheme == "https", bool(integrity))


def _worst(scripts: list[LoadedScript]) -> str:
    result = ""
    for script in scripts:
        found = _result(script)
        if found and (not result or _ORDER.index(found) > _ORDER.index(result)):
            result = found
    if result:
        return result
    if any(script.is_foreign for script in scripts):
        return "sri-implemented-and-external-scripts-loaded-securely"
    return "sri-not-implemented-but-all-scripts-loaded-from-secure-origin"


def _result(script: LoadedScript) -> str:
    if not script.is_foreign:
        return _ORDER[0] if script.has_integrity and script.is_secure else ""
    if script.has_integrity:
        return "" if script.is_secure else _ORDER[1]
    return _ORDER[2] if script.is_secure else _ORDER[3]
