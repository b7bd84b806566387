"""Cookies: do they stay on HTTPS, out of scripts' reach, and on the site?"""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.bug.observatory import hsts
from app.engine.bug.observatory.cookie_jar import Cookie, kept_cookies
from app.engine.bug.observatory.seen import Seen
from app.engine.bug.observatory.words import trim

NAME = "cookies"
# From the best to the worst: the worst of all cookies is the result.
_ORDER = (
    "cookies-without-secure-flag-but-protected-by-hsts",
    "cookies-without-secure-flag",
    "cookies-session-without-secure-flag-but-protected-by-hsts",
    "cookies-samesite-flag-invalid",
    "cookies-anticsrf-without-samesite-flag",
    "cookies-session-without-httponly-flag",
    "cookies-session-without-secure-flag",
)
# A load balancer sets it, and its owner cannot change that.
_FORGIVEN = ("heroku-session-affinity",)
_SAME_SITE = ("lax", "strict", "none")


def judge(seen: Seen) -> str:
    cookies = [each for each in kept_cookies(seen.set_cookie, seen.host) if each.name not in _FORGIVEN]
    if not cookies:
        return "cookies-not-found"
    is_protected = hsts.is_passed(hsts.judge(seen))
    faults = {fault for cookie in cookies for fault in _faults(cookie, is_protected)}
    if any(_has_invalid_same_site(line) for line in seen.set_cookie):
        faults.add("cookies-samesite-flag-invalid")
    if faults:
        return max(faults, key=_ORDER.index)
    is_complete = all(cookie.same_site for cookie in cookies)
    return "cookies-secure-with-httponly-sessions" + ("-and-samesite" if is_complete else "")


def _faults(cookie: Cookie, is_protected: bool) -> Iterator[str]:
    name = cookie.name.lower()
    is_session = "login" in name or "sess" in name
    if not cookie.secure:
        protection = "-but-protected-by-hsts" if is_protected else ""
        yield "cookies-without-secure-flag" + protection
        if is_session:
            yield "cookies-session-without-secure-flag" + protection
        if cookie.same_site == "none":
            yield "cookies-samesite-flag-invalid"
    if "csrf" in name and not cookie.same_site:
        yield "cookies-anticsrf-without-samesite-flag"
    if is_session and not cookie.http_only:
        yield "cookies-session-without-httponly-flag"


def _has_invalid_same_site(line: str) -> bool:
    for part in line.split(";"):
        name, _, value = part.partition("=")
        if trim(name).lower() == "samesite" and trim(value.partition("=")[0]).lower() not in _SAME_SITE:
            return True
    return False
