"""libcurl's results as failure reasons."""

from __future__ import annotations

import errno
import re
from typing import Any

import pycurl

from app.engine.net.curl import Request, Transfer
from app.engine.net.resolver import has_route
from app.engine.net.tls_facts import VERIFY_REASONS, leaf_of
from app.engine.usability.types import Status

Failure = tuple[Status, str, dict[str, Any]]
# pycurl has no names for these two of curl.h.
_E_HTTP2_STREAM = 92
_E_TOO_LARGE = 100
UNVERIFIED: int = pycurl.E_SSL_CACERT
_RESETS = (pycurl.E_RECV_ERROR, pycurl.E_SEND_ERROR)
_BAD_PIECES = ("chunk", "invalid chunk", "Illegal or missing hexadecimal", "Malformed encoding")
_PROTOCOL_ERRORS = (
    pycurl.E_UNSUPPORTED_PROTOCOL,
    pycurl.E_FTP_WEIRD_SERVER_REPLY,
    pycurl.E_HTTP2,
    _E_HTTP2_STREAM,
    pycurl.E_BAD_CONTENT_ENCODING,
)
# Alerts of RFC 8446, 6.2, as OpenSSL words them: the server's answer to what we showed of ourselves.
_CLIENT_REFUSED = re.compile(
    r"alert (certificate (required|unknown|expired|revoked)|(bad|unsupported) certificate|unknown ca)",
    re.IGNORECASE,
)
_MAX_ERROR = 160


def is_unreached(transfer: Transfer) -> bool:
    """Whether no connection came about, so that another address of the same name may be tried."""
    if transfer.code == pycurl.E_COULDNT_CONNECT:
        return True
    return transfer.code == pycurl.E_OPERATION_TIMEDOUT and not transfer.easy.getinfo(pycurl.CONNECT_TIME_T)


def failure_of(transfer: Transfer, request: Request, host: str, timeout_ms: int) -> Failure:
    """Status, reason and detail of a transfer that libcurl gave up."""
    code = transfer.code
    detail: dict[str, Any] = {"host": host, "address": request.address, "port": request.port}
    detail |= {"timeout_ms": timeout_ms, "error": transfer.message[:_MAX_ERROR] or f"curl {code}"}
    if transfer.went_elsewhere is not None:
        return "down", "address_refused", detail | {"address": transfer.went_elsewhere, "why": "not pinned"}
    if code == pycurl.E_COULDNT_CONNECT:
        return _not_connected(transfer, detail)
    if code == pycurl.E_OPERATION_TIMEDOUT:
        return _timed_out(transfer, request, detail)
    if request.is_tls and _CLIENT_REFUSED.search(transfer.message):
        return "down", "tls_client_refused", detail
    if code in (UNVERIFIED, pycurl.E_SSL_CONNECT_ERROR):
        return _tls(transfer, detail)
    return "down", _http_reason(code, transfer.message), detail


def _not_connected(transfer: Transfer, detail: dict[str, Any]) -> Failure:
    number = transfer.easy.getinfo(pycurl.OS_ERRNO)
    if number == errno.ECONNREFUSED:
        return "down", "connect_refused", detail
    if number == errno.ETIMEDOUT:
        return "down", "connect_timeout", detail
    if number in (errno.ENETUNREACH, errno.EADDRNOTAVAIL) and not has_route(detail["address"]):
        # The kernel itself knows no way there: this says something about the probe, nothing about the target.
        return "unknown", "probe_no_route", detail
    if number:
        detail["error"] = errno.errorcode.get(number, str(number))
    return "down", "connect_failed", detail


def _timed_out(transfer: Transfer, request: Request, detail: dict[str, Any]) -> Failure:
    getinfo = transfer.easy.getinfo
    if not getinfo(pycurl.CONNECT_TIME_T):
        return "down", "connect_timeout", detail
    if request.is_tls and not getinfo(pycurl.APPCONNECT_TIME_T):
        return "down", "tls_timeout", detail
    phase = "transfer" if getinfo(pycurl.STARTTRANSFER_TIME_T) else "first_byte"
    return "down", "timeout", detail | {"phase": phase}


def _tls(transfer: Transfer, detail: dict[str, Any]) -> Failure:
    if transfer.code == pycurl.E_SSL_CONNECT_ERROR:
        return "down", "tls_failed", detail
    number = transfer.easy.getinfo(pycurl.SSL_VERIFYRESULT)
    reason = VERIFY_REASONS.get(number, "tls_untrusted")
    if "subject name" in transfer.message:
        # libcurl compares the host itself, after OpenSSL was content, and tells it in words alone.
        reason = "tls_wrong_host"
    if reason == "tls_wrong_host":
        leaf = leaf_of(transfer.easy.getinfo(pycurl.INFO_CERTINFO))
        if leaf is not None:
            detail["names"] = ", ".join(leaf.names[:5]) or leaf.subject
    return "down", reason, detail


def _http_reason(code: int, message: str) -> str:
    if code == _E_TOO_LARGE or ("header" in message.lower() and "large" in message.lower()):
        return "headers_too_large"
    if code == pycurl.E_GOT_NOTHING:
        return "empty_reply"
    if code in _RESETS:
        # libcurl receives no further, too, where the pieces of the body are not framed as they should be.
        return "protocol_error" if message.startswith(_BAD_PIECES) else "connection_reset"
    if code == pycurl.E_PARTIAL_FILE:
        return "body_incomplete"
    return "protocol_error" if code in _PROTOCOL_ERRORS else "connection_reset"
