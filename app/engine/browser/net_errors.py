"""Chromium's network errors as keys of `errors.ERRORS`."""

from __future__ import annotations

import re

_NET_ERROR = re.compile(r"net::(ERR_[A-Z0-9_]+)")
# Names of Chromium's net/base/net_error_list.h.
_KEYS = {
    "ERR_CERT_DATE_INVALID": "tls_expired",
    "ERR_CERT_COMMON_NAME_INVALID": "tls_wrong_host",
    "ERR_CERT_AUTHORITY_INVALID": "tls_untrusted",
    "ERR_EMPTY_RESPONSE": "empty_reply",
    "ERR_CONNECTION_RESET": "connection_reset",
    "ERR_CONNECTION_CLOSED": "connection_reset",
    "ERR_CONNECTION_ABORTED": "connection_reset",
    "ERR_TUNNEL_CONNECTION_FAILED": "connect_failed",
    "ERR_TOO_MANY_REDIRECTS": "too_many_redirects",
    "ERR_INVALID_REDIRECT": "redirect_invalid",
    "ERR_UNSAFE_REDIRECT": "redirect_invalid",
    "ERR_RESPONSE_HEADERS_TOO_BIG": "headers_too_large",
    "ERR_CONTENT_LENGTH_MISMATCH": "body_incomplete",
    "ERR_INCOMPLETE_CHUNKED_ENCODING": "body_incomplete",
    "ERR_CONTENT_DECODING_FAILED": "body_unreadable",
    "ERR_INVALID_HTTP_RESPONSE": "protocol_error",
    "ERR_INVALID_CHUNKED_ENCODING": "protocol_error",
    "ERR_HTTP2_PROTOCOL_ERROR": "protocol_error",
    "ERR_TIMED_OUT": "timeout",
}
_BEGINNINGS = {
    "ERR_CERT_": "tls_untrusted",
    "ERR_SSL_": "tls_failed",
    "ERR_RESPONSE_HEADERS_": "protocol_error",
}


def error_of(message: str) -> str:
    """The key for what Playwright says of a failed navigation."""
    if "crash" in message.lower():
        return "browser_crashed"
    found = _NET_ERROR.search(message)
    if found is None:
        return "browser_failed"
    beginnings = (key for beginning, key in _BEGINNINGS.items() if found[1].startswith(beginning))
    return _KEYS.get(found[1]) or next(beginnings, "browser_failed")
