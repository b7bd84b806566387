"""Pages of other origins may speak to the API, where CLOUDEYE_CORS_ORIGINS names them.

The pages of CloudEye itself are never among what they may read. With `*` everybody may, but nobody's cookie
counts; a named origin may send cookies, if the browser does (the session's is SameSite=Lax).
"""

from __future__ import annotations

from flask import Flask

PATHS = r"/api/.*"
ASKED = (
    "Authorization",
    "Content-Type",
    "If-None-Match",
    "Range",
    "X-CSRF-Token",
    "X-Request-ID",
    "X-EACH-VENDOR-ID",
    "X-EACH-APP-ID",
    "X-EACH-TIMESTAMP",
    "X-EACH-NONCE",
    "X-EACH-SIGNATURE",
)
TOLD = ("Content-Disposition", "Content-Range", "ETag", "Retry-After", "X-Request-ID")
SECONDS = 600


def init_app(app: Flask) -> None:
    origins: tuple[str, ...] = app.config["CORS_ORIGINS"]
    if not origins:
        return
    from flask_cors import CORS

    is_open = origins == ("*",)
    CORS(
        app,
        resources={PATHS: {"origins": "*" if is_open else list(origins)}},
        allow_headers=list(ASKED),
        expose_headers=list(TOLD),
        methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        supports_credentials=not is_open,
        send_wildcard=is_open,
        max_age=SECONDS,
        vary_header=True,
    )
