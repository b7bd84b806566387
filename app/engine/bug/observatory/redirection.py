"""Redirection: does http://site/ lead to HTTPS at once, and on the same host first?"""

from __future__ import annotations

from app.engine.bug.observatory.preload import is_preloaded
from app.engine.bug.observatory.seen import Seen, host_of, scheme_of

NAME = "redirection"


def judge(seen: Seen) -> str:
    if seen.http is None:
        return "redirection-not-needed-no-http"
    if not seen.http.verified:
        return "redirection-invalid-cert"
    route = seen.http_route
    if all(is_preloaded(host_of(url), seen.preload) for url in route):
        return "redirection-all-redirects-preloaded"
    if len(route) == 1:
        return "redirection-missing"
    return _by_route(route)


def _by_route(route: tuple[str, ...]) -> str:
    first, second, last = route[0], route[1], route[-1]
    if scheme_of(last) != "https":
        return "redirection-not-to-https"
    if scheme_of(second) == "http":
        return "redirection-not-to-https-on-initial-redirection"
    is_upgrade = (scheme_of(first), scheme_of(second)) == ("http", "https")
    if is_upgrade and host_of(first) != host_of(second):
        return "redirection-off-host-from-http"
    return "redirection-to-https"
