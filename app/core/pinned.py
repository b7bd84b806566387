"""Connections of the outgoing door: to one judged address, for a host of another name, until a deadline.

Socket timeouts start anew with every byte, so a server that sends one now and then could hold a connection
for ever, in its headers or in the middle of the TLS handshake. A `Cutter` ends the connection itself.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from app.engine.net.target import Target


@lru_cache(maxsize=4)
def tls_context(ca_file: str) -> ssl.SSLContext:
    """The process's TLS context: reading the authorities takes tens of milliseconds."""
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Cutter:
    """For the length of its block, connections handed to `watch` are shut down after `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._lock = threading.Lock()
        self._twins: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self.has_cut = False

    def watch(self, connection: socket.socket) -> None:
        # TLS takes the descriptor away from the socket it wraps; a twin keeps naming the connection.
        with self._lock:
            self._twins.append(connection.dup())

    def _cut(self) -> None:
        with self._lock:
            self.has_cut = True
            for twin in self._twins:
                with contextlib.suppress(OSError):
                    twin.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for twin in self._twins:
                twin.close()
            self._twins.clear()


class _Http(HTTPConnection):
    def __init__(self, *args: Any, cutter: Cutter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cutter = cutter

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        self._cutter.watch(connection)
        return connection


class _Https(HTTPSConnection):
    def __init__(self, *args: Any, cutter: Cutter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cutter = cutter

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        self._cutter.watch(connection)
        return connection


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class PinnedAdapter(HTTPAdapter):
    """Connects to one address whatever host the URL names; SNI, certificate and Host stay the host's."""

    def __init__(self, target: Target, address: str, ca_file: str, cutter: Cutter) -> None:
        super().__init__(max_retries=0)
        self._pool: HTTPConnectionPool
        if target.scheme == "https":
            context = tls_context(ca_file)
            self._pool = _HttpsPool(
                address, target.port, ssl_context=context, server_hostname=target.host, cutter=cutter
            )
        else:
            self._pool = _HttpPool(address, target.port, cutter=cutter)

    def get_connection_with_tls_context(self, *_args: Any, **_kwargs: Any) -> Any:
        return self._pool

    def cert_verify(self, *_args: Any, **_kwargs: Any) -> None:
        """The context verifies; requests would load the authorities again for every connection."""

    def close(self) -> None:
        self._pool.close()
        super().close()
