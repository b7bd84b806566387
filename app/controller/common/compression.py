"""Pages, answers and static files are compressed for whoever understands it.

What is the same on every page and secret, the CSRF token, is masked anew each time (see `csrf`).
"""

from __future__ import annotations

from flask import Flask, Response
from flask_compress import Compress

ALGORITHMS = ["zstd", "br", "gzip"]
TYPES = [
    "text/html",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/json",
    "image/svg+xml",
]
SMALLEST = 1024


class _Compress(Compress):
    def after_request(self, response: Response | None) -> Response:
        if response is not None and "Content-Range" in response.headers:
            return response  # A range counts the bytes of what is stored.
        if response is not None and response.is_streamed and hasattr(response.response, "close"):
            # The compressed stream takes the file's place, and nobody would close the file any more.
            response.call_on_close(response.response.close)
        return super().after_request(response)


def init_app(app: Flask) -> None:
    app.config["COMPRESS_ALGORITHM"] = app.config["COMPRESS_ALGORITHM_STREAMING"] = ALGORITHMS
    app.config["COMPRESS_MIMETYPES"] = TYPES
    app.config["COMPRESS_MIN_SIZE"] = SMALLEST
    _Compress(app)
