# ruff: noqa: E501 — tables read best unbroken

import base64
import hashlib
import hmac
import json

import pytest

from app.engine.bug.checks.cookies import look
from app.engine.bug.page import Page
from app.engine.bug.types import Hit
from tests.engine.bug.checks.sight import NOW, by_site, html, page, rules

ROLE = base64.b64encode(b'{"role":"user","id":7}').decode()
PAIR = base64.b64encode(b"anna:harbour-1987").decode()
GOOD = "a8f5c2d19e4b7036aa51ffe2c8d9b01e"


def setting(*cookies: str, path: str = "/", site: str = "https://shop.site.example") -> Page:
    return page(html(""), path, headers=tuple(("Set-Cookie", each) for each in cookies), site=site)


def seen(*cookies: str) -> set[str]:
    return rules(by_site(look, setting(*cookies)))


def jwt(header: dict[str, str], claims: dict[str, str], key: str = "") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (header, claims)]
    signed = b".".join(parts)
    digest = hmac.new(key.encode(), signed, hashlib.sha256).digest() if key else b""
    return (signed + b"." + base64.urlsafe_b64encode(digest).rstrip(b"=")).decode()


@pytest.mark.parametrize(
    ("cookie", "rule"),
    [
        (f"sid={GOOD}; Path=/; HttpOnly; SameSite=Lax", "without-secure"),
        ("theme=dark; SameSite=Lax", "without-secure-minor"),
        (f"sid={GOOD}; Secure; SameSite=Lax", "without-httponly"),
        (f"sid={GOOD}; Secure; HttpOnly", "without-samesite"),
        ("theme=dark; Secure", "without-samesite-minor"),
        (f"sid={GOOD}; HttpOnly; SameSite=None", "samesite-none-without-secure"),
        (f"sid={GOOD}; HttpOnly; Secure; SameSite=None", "samesite-none"),
        (f"__Host-sid={GOOD}; Secure; HttpOnly; SameSite=Lax; Path=/app", "prefix-broken"),
        (f"__Host-sid={GOOD}; Secure; HttpOnly; SameSite=Lax; Path=/; Domain=shop.site.example", "prefix-broken"),
        (f"__Secure-sid={GOOD}; HttpOnly; SameSite=Lax", "prefix-broken"),
        (f"sid={GOOD}; Secure; HttpOnly; SameSite=Lax; Domain=.site.example", "broad-domain"),
        (f"sid={GOOD}; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000", "persistent-session"),
        (f"sid={GOOD}; Secure; HttpOnly; SameSite=Lax; Expires=Wed, 21-Oct-2037 07:28:00 GMT", "persistent-session"),
        (f"remember_token={GOOD}; Secure; HttpOnly; SameSite=Lax; Max-Age=315360000", "persistent-session"),
        ("prefs=O:4:%22User%22:1:%7Bs:4:%22name%22;s:3:%22bob%22;%7D; Secure; SameSite=Lax", "serialized-object"),
        ("prefs=rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA==; Secure; SameSite=Lax", "serialized-object"),
        ("prefs=gASVDAAAAAAAAAB9lIwBYZRLAXMu; Secure; SameSite=Lax", "serialized-object"),
        (f"token={jwt({'alg': 'none'}, {'sub': '7'})}; Secure; HttpOnly; SameSite=Lax", "jwt-unsigned"),
        (f"token={jwt({'alg': 'HS256'}, {'sub': '7'}, 'secret')}; Secure; HttpOnly; SameSite=Lax", "guessable-key"),
        (f"me={ROLE}; Secure; SameSite=Lax", "authority"),
        ("isAdmin=false; Secure; SameSite=Lax", "authority"),
        ("role=user; Secure; SameSite=Lax", "authority"),
        ("user_role=customer&is_admin=false; Secure; SameSite=Lax", "authority"),
        (f"remember={PAIR}; Secure; SameSite=Lax", "personal-data"),
        ("user=bob%40site.example; Secure; SameSite=Lax", "personal-data"),
        ("password=hunter22; Secure; SameSite=Lax", "personal-data"),
        ("sid=1042; Secure; HttpOnly; SameSite=Lax", "predictable-id"),
        ("sid=8f14e45fceea167a5a36dedd4bea2543; Secure; HttpOnly; SameSite=Lax", "predictable-id"),
        (f"sid={int(NOW) + 3}; Secure; HttpOnly; SameSite=Lax", "predictable-id"),
    ],
)  # fmt: skip
def test_it_sees_what_is_wrong_with_a_cookie(cookie: str, rule: str) -> None:
    assert rule in seen(cookie)


@pytest.mark.parametrize(
    "cookie",
    [
        f"sid={GOOD}; Path=/; Secure; HttpOnly; SameSite=Lax",
        f"__Host-sid={GOOD}; Path=/; Secure; HttpOnly; SameSite=Strict",
        f"token={jwt({'alg': 'HS256'}, {'sub': '7'}, GOOD)}; Secure; HttpOnly; SameSite=Lax",
        f"csrftoken={GOOD}; Secure; SameSite=Lax",
        "theme=dark; Secure; SameSite=Lax",
        "session=abc123; Secure; HttpOnly; SameSite=Strict",
        "session=12345; Secure; HttpOnly; SameSite=Strict",
        "user_id=42; Secure; HttpOnly; SameSite=Lax",
        f"remember_me={GOOD}; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000",
        "role_hint=menu-open; Secure; SameSite=Lax",
        f"session=eyJyb2xlIjoidXNlciJ9.aPx1Zg.{GOOD[:27]}; Secure; HttpOnly; SameSite=Lax",
        "sid=deleted; Max-Age=0",
        "no equals sign",
        "",
    ],
)
def test_it_is_content_with_a_good_cookie(cookie: str) -> None:
    assert not seen(cookie)


def test_it_compares_the_session_ids_it_has_seen() -> None:
    rest = "Secure; HttpOnly; SameSite=Lax"
    pages = [setting(f"sid=user-100000000{n}; {rest}", path=f"/{n}") for n in (41, 42, 43)]
    assert rules(by_site(look, *pages)) == {"predictable-id"}


def test_it_says_nothing_of_the_secure_attribute_of_small_cookies_without_https() -> None:
    assert not by_site(
        look,
        setting("theme=dark; SameSite=Lax", site="http://shop.site.example"),
        site="http://shop.site.example",
    )


def test_it_never_shows_the_session_itself() -> None:
    hits: list[Hit] = by_site(look, setting(f"sid={GOOD}"))
    assert hits
    assert all(GOOD not in hit.evidence and hit.parameter == "sid" for hit in hits)


def test_it_limits_the_places_it_names() -> None:
    pages = [setting(f"sid={GOOD}; HttpOnly; SameSite=Lax", path=f"/{n}") for n in range(100)]
    assert len(by_site(look, *pages)) == 20


@pytest.mark.parametrize(
    "cookie", ["=" * 9000, "sid=" + "eyJ" * 3000, "a=" + "[" * 4000, "a=%ff%fe; Max-Age=9e9"]
)
def test_it_survives_garbage(cookie: str) -> None:
    by_site(look, setting(cookie))
