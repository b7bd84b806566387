"""Sites made by hand, for the Observatory's tests."""

from __future__ import annotations

from typing import Any

from app.engine.bug.observatory import Answer, Seen
from app.engine.bug.types import Headers

HTML: Headers = (("Content-Type", "text/html; charset=utf-8"),)
GOOD: Headers = (
    *HTML,
    ("Content-Security-Policy", "default-src 'none'; script-src 'self'; frame-ancestors 'none'"),
    ("Strict-Transport-Security", "max-age=31536000"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
)


def seen(headers: Headers = (), body: str = "", *, kind: Headers = HTML, **changes: Any) -> Seen:
    """An HTTPS site that redirects plain HTTP, with these headers on its page."""
    page = Answer(200, (*kind, *headers))
    values: dict[str, Any] = {
        "site": "www.site.example",
        "scheme": "https",
        "http": page,
        "https": page,
        "http_route": ("http://www.site.example/", "https://www.site.example/"),
        "https_route": ("https://www.site.example/",),
        "body": body,
    }
    return Seen(**{**values, **changes})


def with_header(name: str, value: str | None) -> Seen:
    return seen(((name, value),) if value is not None else ())
