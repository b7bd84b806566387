"""What libcurl measured of a transfer, in the outcome's words."""

from __future__ import annotations

import pycurl

from app.engine.net.curl import Transfer
from app.engine.usability.types import Outcome

HTTP_VERSION = {1: "1.0", 2: "1.1", 3: "2", 30: "3"}


def word_of(easy: pycurl.Curl, option: int) -> str:
    """A text that libcurl tells of the answer; bytes that are no UTF-8 are escaped, as browsers do."""
    raw: bytes = easy.getinfo_raw(option) or b""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return "".join(chr(byte) if byte < 128 else f"%{byte:02X}" for byte in raw)


def version_of(transfer: Transfer) -> str:
    """The version of HTTP that was spoken, "?" where libcurl does not say."""
    return HTTP_VERSION.get(transfer.easy.getinfo(pycurl.INFO_HTTP_VERSION), "?")


def redirected_method(method: str, status: int) -> str:
    """The method after a redirect, as browsers do it (Fetch, "HTTP-redirect fetch", step 12)."""
    if status in (301, 302) and method == "POST":
        return "GET"
    if status == 303 and method not in ("GET", "HEAD"):
        return "GET"
    return method


def add_phases(outcome: Outcome, easy: pycurl.Curl, *, is_tls: bool) -> None:
    """libcurl's running times (µs since the start) as the lengths of the phases (ms)."""
    getinfo = easy.getinfo
    connected = getinfo(pycurl.CONNECT_TIME_T)
    if not connected:
        return
    outcome.connect_ms = connected / 1000
    ready = connected
    if is_tls:
        ready = getinfo(pycurl.APPCONNECT_TIME_T)
        if not ready:
            return
        outcome.tls_ms = (ready - connected) / 1000
    first_byte = getinfo(pycurl.STARTTRANSFER_TIME_T)
    if not first_byte:
        return
    outcome.first_byte_ms = max(first_byte - ready, 0) / 1000
    outcome.transfer_ms = max(getinfo(pycurl.TOTAL_TIME_T) - first_byte, 0) / 1000
