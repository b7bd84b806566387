"""Cookies, as a jar keeps them."""

from __future__ import annotations

import pytest

from app.engine.bug.observatory import cookies
from app.engine.bug.observatory.cookie_jar import kept_cookies
from tests.engine.bug.observatory.sights import seen

PROTECTED = (("Strict-Transport-Security", "max-age=31536000"),)


@pytest.mark.parametrize(
    ("lines", "result"),
    [
        ((), "cookies-not-found"),
        (("a=1; Secure",), "cookies-secure-with-httponly-sessions"),
        (("a=1; Secure; SameSite=Lax",), "cookies-secure-with-httponly-sessions-and-samesite"),
        (("a=1; Secure; SameSite=None",), "cookies-secure-with-httponly-sessions-and-samesite"),
        (("a=1; SameSite=None",), "cookies-samesite-flag-invalid"),
        (("a=1; Secure; SameSite=maybe",), "cookies-samesite-flag-invalid"),
        (("a=1; Secure; SameSite",), "cookies-samesite-flag-invalid"),
        (("a=1",), "cookies-without-secure-flag"),
        (("sessionid=1; HttpOnly",), "cookies-session-without-secure-flag"),
        (("sessionid=1; Secure",), "cookies-session-without-httponly-flag"),
        (("LOGIN=1; Secure; HttpOnly",), "cookies-secure-with-httponly-sessions"),
        (("csrftoken=1; Secure",), "cookies-anticsrf-without-samesite-flag"),
        (("heroku-session-affinity=1",), "cookies-not-found"),
        (("a=1; Secure", "sess=2"), "cookies-session-without-secure-flag"),
        (("nonsense", "=x", ""), "cookies-not-found"),
    ],
)
def test_it_names_the_worst_cookie(lines: tuple[str, ...], result: str) -> None:
    assert cookies.judge(seen(set_cookie=lines)) == result


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("a=1", "cookies-without-secure-flag-but-protected-by-hsts"),
        ("sess=1; HttpOnly", "cookies-session-without-secure-flag-but-protected-by-hsts"),
    ],
)
def test_it_lets_strict_transport_security_stand_in(line: str, result: str) -> None:
    assert cookies.judge(seen(PROTECTED, set_cookie=(line,))) == result


@pytest.mark.parametrize(
    ("line", "is_kept"),
    [
        ("a=1; Domain=site.example", True),
        ("a=1; Domain=.SITE.example", True),
        ("a=1; Domain=other.example", False),
        ("a=1; Domain=example", False),
        ("a=1; Domain=ite.example", False),
        ("__Secure-a=1", False),
        ("__Secure-a=1; Secure", True),
        ("__Host-a=1; Secure", True),
        ("__Host-a=1; Secure; Domain=www.site.example", False),
        ("__Host-a=1; Secure; Path=/app", False),
        ("a=\x01", False),
    ],
)
def test_it_keeps_what_browsers_keep(line: str, is_kept: bool) -> None:
    assert bool(kept_cookies([line], "www.site.example")) is is_kept


def test_a_cookie_set_again_replaces_the_first() -> None:
    assert len(kept_cookies(["a=1", "a=2; Secure"], "www.site.example")) == 1
