"""Cookies that can be read, sent, guessed or kept by the wrong people."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from itertools import count

from tests.bug.serving import Answer, Asked
from tests.bug.weak.model import Header, Piece, Route, weakness

_numbers = count(100_482)


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


UNSIGNED = f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{_encoded({'sub': 'guest', 'role': 'customer'})}."
_GOOD = "; Path=/; Secure; HttpOnly; SameSite=Lax"


def _counted(asked: Asked) -> Answer:
    return Answer(
        "<!DOCTYPE html><title>Basket</title><h1>Added to your basket</h1>",
        headers=(("Set-Cookie", f"basket_session={next(_numbers)}; Path=/; Secure; HttpOnly; SameSite=Lax"),),
    )


def _page(title: str) -> Callable[[Asked], Answer]:
    return lambda _asked: Answer(f"<!DOCTYPE html><title>{title}</title><h1>{title}</h1>")


WEAKNESSES = (
    weakness(
        "cookie-http-only",
        "cookie_without_httponly missing_httponly",
        1004,
        "",
        Header("/", "Set-Cookie", "PHPSESSID=q3v8r1k5n7c2x9z4m6b0w8t5e1; Path=/; Secure; SameSite=Lax", None),
    ),
    weakness(
        "cookie-secure",
        "cookie_without_secure missing_secure_flag",
        614,
        "",
        Header(
            "/login",
            "Set-Cookie",
            "auth_token=h7Gk2pQ9xWz4Lm8TnRv1; Path=/; HttpOnly; SameSite=Lax",
            "auth_token=h7Gk2pQ9xWz4Lm8TnRv1" + _GOOD,
        ),
    ),
    weakness(
        "cookie-same-site",
        "cookie_without_samesite missing_samesite",
        1275,
        "",
        Header("/cart", "Set-Cookie", "cart_session=u8Rk3mZp6QvT1xNw; Path=/; Secure; HttpOnly", None),
    ),
    weakness(
        "cookie-same-site-none",
        "cookie_samesite_none cookie_without_samesite insecure_samesite cookie_without_secure",
        (1275, 614),
        "",
        Header("/partners", "Set-Cookie", "partner_session=Zk81nPq4LsWv; Path=/; HttpOnly; SameSite=None"),
    ),
    weakness(
        "cookie-forever",
        "long_lived_session persistent_session_cookie cookie_long_expiry insufficient_session_expiration",
        (613, 539),
        "",
        Header(
            "/account",
            "Set-Cookie",
            "remember_token=Y2Wq7vN4kTz9Rm1LxB6p; Max-Age=315360000; Path=/; Secure; HttpOnly; SameSite=Lax",
        ),
    ),
    weakness(
        "cookie-role",
        "sensitive_data_in_cookie cookie_with_sensitive_data client_side_role_in_cookie "
        "client_side_authorization cookie_with_role",
        (315, 565),
        "",
        Header("/register", "Set-Cookie", "user_role=customer&is_admin=false" + _GOOD),
    ),
    weakness(
        "cookie-password",
        "sensitive_data_in_cookie cookie_with_credentials password_in_cookie",
        315,
        "",
        Header(
            "/newsletter",
            "Set-Cookie",
            f"remember_me={base64.b64encode(b'anna:harbour-tea-1987').decode()}" + _GOOD,
        ),
    ),
    weakness(
        "session-counted",
        "predictable_session_id weak_session_id predictable_token",
        (330, 340, 341),
        "/cart/add",
        Piece("/tea/sencha", '<p><a href="/cart/add?item=12">Into the basket</a></p>'),
        Route("/cart/add", _counted, _page("Added to your basket")),
    ),
    weakness(
        "jwt-none",
        "jwt_none_algorithm jwt_without_signature jwt_unsigned jwt_none unsigned_jwt",
        (347, 345),
        "",
        Header("/wholesale", "Set-Cookie", f"wholesale={UNSIGNED}{_GOOD}"),
    ),
    weakness(
        "cookie-django",
        "cookie_without_httponly missing_httponly",
        1004,
        "",
        Header("/careers", "Set-Cookie", "sessionid=8fk2mz0q4v7x1n5r9t3w; Path=/; Secure; SameSite=Lax"),
    ),
)
