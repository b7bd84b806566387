"""One request on its way: libcurl's options for it, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pycurl

from app.engine.bug.types import Headers, Request, Response
from app.engine.net.curl import LONG, Option, Transfer
from app.engine.net.curl import Request as Hop
from app.engine.net.target import Target
from app.engine.tamper.fetch.answer import CodingGate, headers_of, is_unknown_coding
from app.engine.usability.http.errors import failure_of, is_unreached

_CODINGS = "gzip, deflate, br"
_MAX_HEADER_BYTES = 200_000
UNVERIFIED = frozenset(
    {"tls_expired", "tls_not_yet_valid", "tls_self_signed", "tls_untrusted", "tls_wrong_host"}
)
_VERSIONS = {
    pycurl.CURL_HTTP_VERSION_1_0: "1.0",
    pycurl.CURL_HTTP_VERSION_1_1: "1.1",
    pycurl.CURL_HTTP_VERSION_2_0: "2",
}


class Flight:
    """A request at one address after the other, until one of them answers.

    `left_ms` is what the scan has of time, `now` the wall clock in unix seconds.
    """

    def __init__(
        self,
        request: Request,
        target: Target,
        addresses: Sequence[str],
        headers: Headers,
        *,
        verifies: bool,
        left_ms: int,
        now: Callable[[], float],
    ) -> None:
        self.request = request
        self.verifies = verifies
        self._target = target
        self._addresses = list(addresses)
        self._headers = headers
        self._timeout_ms = max(min(request.timeout_ms, left_ms), 1)
        self._now = now
        self._decodes = True
        self._lines: list[bytes] = []
        self._line_bytes = 0
        self._gate = CodingGate()
        self._hop: Hop

    def prepare(self, transfer: Transfer) -> None:
        """Set a transfer for the next address. Raises pycurl.error for what libcurl refuses."""
        self._lines, self._line_bytes, self._gate = [], 0, CodingGate()
        shares = len(self._addresses)
        timeout_ms = self._timeout_ms
        self._hop = Hop(
            url=self._target.url,
            address=self._addresses.pop(0),
            port=self._target.port,
            is_tls=self._target.scheme == "https",
            timeout_ms=timeout_ms,
            connect_timeout_ms=timeout_ms // shares if shares > 1 else LONG,
            max_body=self.request.max_bytes,
            keeps_body=True,
            options=self._options(),
        )
        transfer.prepare(self._hop)

    @property
    def was_answered(self) -> bool:
        """Whether the server has said anything, so that sending it again is a request more."""
        return bool(self._lines)

    def is_again(self, transfer: Transfer) -> bool:
        """Whether to send it once more: to the next address, or without decoding what cannot be decoded."""
        if not transfer.code or transfer.is_cut:
            return False
        if self._addresses and is_unreached(transfer):
            return True
        headers = headers_of(self._lines)
        if transfer.code == pycurl.E_BAD_CONTENT_ENCODING and self._decodes and is_unknown_coding(headers):
            self._decodes = False
            self._addresses = [self._hop.address]
            return True
        return False

    def refusal(self, error: str) -> Response:
        """The answer when it cannot be sent."""
        return Response(self.request, at=self._now(), error=error)

    def response(self, transfer: Transfer) -> Response:
        error = self._error(transfer)
        getinfo = transfer.easy.getinfo
        return Response(
            self.request,
            status=0 if error and not self._lines else getinfo(pycurl.RESPONSE_CODE),
            headers=headers_of(self._lines),
            body=b"".join(transfer.body)[: self.request.max_bytes],
            at=self._now(),
            elapsed_ms=getinfo(pycurl.TOTAL_TIME) * 1000,
            http_version=_VERSIONS.get(getinfo(pycurl.INFO_HTTP_VERSION), ""),
            address=self._hop.address,
            error=error,
            is_cut=transfer.is_cut,
        )

    def _error(self, transfer: Transfer) -> str | None:
        if self._line_bytes > _MAX_HEADER_BYTES:
            return "headers_too_large"
        if not transfer.code or transfer.is_cut:
            return None
        if self._gate.is_nested or transfer.code == pycurl.E_BAD_CONTENT_ENCODING:
            return "body_unreadable"
        return failure_of(transfer, self._hop, self._target.host, self._timeout_ms)[1]

    def _on_header(self, line: bytes) -> int | None:
        self._line_bytes += len(line)
        if self._line_bytes > _MAX_HEADER_BYTES:
            return -1
        self._lines.append(line)
        self._gate.take(line)
        # Returning another number than was given ends the transfer, before any of the body is decoded.
        return -1 if self._gate.is_nested else None

    def _options(self) -> list[Option]:
        lines = [f"{name}: {value}" if value else f"{name};" for name, value in self._headers]
        options: list[Option] = [
            (pycurl.HTTPHEADER, [line.encode("utf-8") for line in lines]),
            (pycurl.HEADERFUNCTION, self._on_header),
            # Dots in a path are part of what is asked for.
            (pycurl.PATH_AS_IS, 1),
        ]
        if self._decodes:
            options += [(pycurl.ACCEPT_ENCODING, _CODINGS), (pycurl.HTTP_CONTENT_DECODING, 1)]
        if not self.verifies:
            options += [(pycurl.SSL_VERIFYPEER, 0), (pycurl.SSL_VERIFYHOST, 0)]
        return options + self._method()

    def _method(self) -> list[Option]:
        method, body = self.request.method, self.request.body
        if method == "HEAD":
            return [(pycurl.NOBODY, 1)]
        options: list[tuple[int, Any]] = []
        if body or method == "POST":
            options += [(pycurl.POSTFIELDSIZE, len(body)), (pycurl.COPYPOSTFIELDS, body)]
        if method not in ("GET", "POST") or (method == "GET" and body):
            options.append((pycurl.CUSTOMREQUEST, method))
        return options
