"""The application of a test behind a real HTTP server on loopback, for a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Gives its address, by name: a passkey is for a name and never for an IP address."""

    def plain(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/live":
            # A stream would outlive the test; no content tells the browser not to come back.
            start("204 No Content", [])
            return []
        # A file that is compressed is closed by the garbage collector alone, which warns of it.
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        return app.wsgi_app(environ, start)

    server = make_server("127.0.0.1", 0, plain, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
