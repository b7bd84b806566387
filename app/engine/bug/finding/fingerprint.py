"""By what the same weakness is known again: never by its severity, evidence, version or time."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote, urlsplit

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{4}_\d{2}_\d{2}")
# A name of eight and more characters that has both digits and hexadecimal letters only: a hash of a build.
_HASH = re.compile(r"(?<![0-9a-z])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,64}(?![0-9a-z])", re.I)
_VERSION = re.compile(r"(?<![0-9a-z.])v?\d+(?:\.\d+)+(?![0-9a-z])", re.I)
_NUMBER = re.compile(r"(?<![0-9a-z])\d+(?![0-9a-z])", re.I)
_TOKEN = re.compile(r"^(?=.*\d)(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9_-]{20,}$")
_JSESSION = re.compile(r";[^/]*")


def place_of(url: str) -> str:
    """The normalised path of an address: no query, no session, and `*` for numbers, hashes, versions, dates.

    `/item/4711/app.3f2a91bc.js?v=7` → `/item/*/app.*.js`. The host and the scheme are the site's affair.
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return "/"
    parts = [_plain(part) for part in unquote(path, errors="replace").split("/")]
    return ("/".join(parts) or "/")[:500]


def _plain(part: str) -> str:
    part = _JSESSION.sub("", part)
    if _TOKEN.match(part):
        return "*"
    for pattern in (_UUID, _DATE, _HASH, _VERSION, _NUMBER):
        part = pattern.sub("*", part)
    return part


def fingerprint(
    site: str,
    rule: str,
    *,
    method: str = "GET",
    place: str = "",
    parameter: str | None = None,
    component: str | None = None,
) -> str:
    """32 hexadecimal digits. `site` is the host (and port) in lower case, `place` as of `place_of` or empty.

    A component's version is left out of it by whoever names the component.
    """
    parts = (site.lower(), rule, method.upper(), place, parameter or "", (component or "").lower())
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
