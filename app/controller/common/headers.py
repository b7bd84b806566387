"""Headers on every answer: the request's id, and what keeps browsers strict."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
FRAMING = f"{POLICY}; frame-src 'self'"
"""For the page that shows a fetched page in a sandboxed frame."""
FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NAMES = frozenset(name.lower() for name in FIXED)
REQUEST_ID = "cloudeye.request_id"
"""Where the request's environment keeps its id."""


class Dressed:
    """A WSGI application all of whose answers carry the headers, errors of Flask's own among them."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Any:
            return start_response(status, _dressed(headers, environ), exc_info)

        return self._application(environ, start)


def init_app(app: Flask) -> None:
    app.wsgi_app = Dressed(app.wsgi_app)  # type: ignore[method-assign]


def _dressed(headers: list[tuple[str, str]], environ: WSGIEnvironment) -> list[tuple[str, str]]:
    own = {name.lower() for name, _ in headers}
    added = [pair for pair in FIXED.items() if pair[0].lower() not in own] if own & _NAMES else FIXED.items()
    dressed = [*headers, *added]
    if request_id := environ.get(REQUEST_ID):
        dressed.append(("X-Request-ID", request_id))
    if environ.get("wsgi.url_scheme") == "https":
        dressed.append(("Strict-Transport-Security", "max-age=63072000; includeSubDomains"))
    if "cache-control" not in own and not environ.get("PATH_INFO", "").startswith("/static/"):
        dressed.append(("Cache-Control", "no-store"))
    return dressed
