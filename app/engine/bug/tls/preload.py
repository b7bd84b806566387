"""May the domain be put on browsers' lists of sites that are asked by HTTPS only
(https://hstspreload.org)?"""

from __future__ import annotations

from collections.abc import Sequence

from app.engine.bug.types import Response
from app.engine.net.urls import host_of, site_of

MIN_AGE = 31_536_000


def preload_problems(
    host: str, header: str, http_chain: Sequence[Response], *, is_trusted: bool
) -> tuple[str, ...]:
    """What is missing: not_the_domain (only registrable domains are listed), certificate, no_header, max_age,
    subdomains, preload, redirect. Empty when it may be. `header` is Strict-Transport-Security of the home
    page."""
    directives: dict[str, str] = {}
    for part in header.split(";"):
        name, _, value = part.partition("=")
        directives.setdefault(name.strip().lower(), value.strip().strip('"'))
    age = directives.get("max-age", "")
    problems = (
        ("not_the_domain", site_of(host) != host or "." not in host),
        ("certificate", not is_trusted),
        ("no_header", not header.strip()),
        ("max_age", not (age.isascii() and age.isdigit() and int(age[:12]) >= MIN_AGE)),
        ("subdomains", "includesubdomains" not in directives),
        ("preload", "preload" not in directives),
        ("redirect", not _goes_to_https(host, http_chain)),
    )
    return tuple(code for code, is_so in problems if is_so)


def _goes_to_https(host: str, chain: Sequence[Response]) -> bool:
    """Whether http is not answered at all, or leads to https of the very host first."""
    if not chain or chain[0].status == 0:
        return True
    location = chain[0].header("location")
    return location.startswith("https://") and host_of(location) == host
