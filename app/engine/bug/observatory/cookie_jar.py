"""Cookies as a browser takes them from Set-Cookie (RFC 6265 §5.2 and §5.3, and the name prefixes since)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.engine.bug.observatory.domains import is_within, may_hold_cookies
from app.engine.bug.observatory.words import trim

_CONTROL = re.compile(r"[\x00-\x1f]")
_LINE_END = re.compile(r"[\n\r\0]")
_SAME_SITE = ("strict", "lax", "none")


@dataclass
class Cookie:
    """`same_site` is strict, lax or none; empty when it is missing or nothing that browsers know."""

    name: str
    secure: bool = False
    http_only: bool = False
    same_site: str = ""
    domain: str = ""
    path: str = ""


def kept_cookies(lines: Iterable[str], host: str) -> list[Cookie]:
    """What a jar holds after a host set these cookies: the last one of each name, domain and path."""
    jar: dict[tuple[str, str, str], Cookie] = {}
    for line in lines:
        cookie = read_cookie(line)
        if cookie is not None and _is_accepted(cookie, host):
            jar[cookie.domain or host, cookie.path or "/", cookie.name] = cookie
    return list(jar.values())


def read_cookie(line: str) -> Cookie | None:
    """One Set-Cookie value; None without a name."""
    pair, _, rest = trim(line).partition(";")
    name, is_pair, value = _LINE_END.split(pair)[0].partition("=")
    if not is_pair or not name or _CONTROL.search(trim(name)) or _CONTROL.search(trim(value)):
        return None
    cookie = Cookie(trim(name))
    for part in rest.split(";"):
        attribute, has_value, value = part.partition("=")
        _apply(cookie, trim(attribute).lower(), trim(value) if has_value else "")
    return cookie


def _apply(cookie: Cookie, attribute: str, value: str) -> None:
    if attribute == "secure":
        cookie.secure = True
    elif attribute == "httponly":
        cookie.http_only = True
    elif attribute == "samesite":
        cookie.same_site = value.lower() if value.lower() in _SAME_SITE else ""
    elif attribute == "path":
        cookie.path = value if value.startswith("/") else ""
    elif attribute == "domain" and value.removeprefix("."):
        cookie.domain = value.removeprefix(".").lower()


def _is_accepted(cookie: Cookie, host: str) -> bool:
    if cookie.domain and not (may_hold_cookies(cookie.domain) and is_within(host, cookie.domain)):
        return False
    if cookie.name.startswith("__Secure-"):
        return cookie.secure
    if cookie.name.startswith("__Host-"):
        return cookie.secure and not cookie.domain and cookie.path in ("", "/")
    return True
