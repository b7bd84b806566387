"""Through a proxy: where it is, how libcurl is told, and what it means when it does not let one through."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pycurl

from app.engine.net.curl import Option, Transfer
from app.engine.net.target import parse_target
from app.engine.usability.types import Status

_PORTS = {"http": 3128, "https": 443, "socks5": 1080}
_URL = re.compile(r"(http|https|socks5)://[^/\s@?#]+/?")
# pycurl has no name for this one of curl.h.
E_PROXY = 97
_OF_TLS = (pycurl.E_SSL_CACERT, pycurl.E_SSL_CONNECT_ERROR)


@dataclass(frozen=True, slots=True)
class Proxy:
    scheme: str
    host: str
    port: int

    @property
    def shown(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def read_proxy(text: str) -> Proxy | None:
    """A proxy's address such as `http://proxy.example.org:3128`; None of nothing. Raises ValueError."""
    text = text.strip()
    if not text:
        return None
    if not _URL.fullmatch(text):
        raise ValueError(
            "The proxy must be written like http://host:port, https://host:port or socks5://host:port."
        )
    scheme = text.partition("://")[0]
    target = parse_target("http://" + text.partition("://")[2])
    has_port = urlsplit(text).port is not None
    return Proxy(scheme, target.host, target.port if has_port else _PORTS[scheme])


def proxy_options(proxy: Proxy, address: str, username: str, password: str, ca_file: str) -> list[Option]:
    """How to go through the proxy at this judged address. Names of targets are resolved by the proxy."""
    literal = f"[{address}]" if ":" in address else address
    # A proxy that speaks TLS is known by its name; libcurl is told the name's address. Others need no name.
    host = proxy.host if proxy.scheme == "https" and ":" not in proxy.host else literal
    scheme = "socks5h" if proxy.scheme == "socks5" else proxy.scheme
    options: list[Option] = [
        (pycurl.PROXY, f"{scheme}://{host}:{proxy.port}"),
        (pycurl.PROXY_CAINFO, ca_file),
        (pycurl.RESOLVE, [f"{host}:{proxy.port}:{literal}"] if proxy.scheme == "https" else []),
    ]
    if username:
        options += [(pycurl.PROXYUSERNAME, username), (pycurl.PROXYPASSWORD, password)]
        if proxy.scheme != "socks5":
            options.append((pycurl.PROXYAUTH, pycurl.HTTPAUTH_ANYSAFE | pycurl.HTTPAUTH_BASIC))
    return [each for each in options if each != (pycurl.RESOLVE, [])]


def proxy_failure(
    transfer: Transfer, proxy: Proxy, timeout_ms: int, *, is_tls: bool
) -> tuple[Status, str, dict[str, Any]] | None:
    """What the proxy has to do with a failed transfer; None when it let the request through.

    A proxy that cannot be reached, or does not know us, says nothing about the target: unknown. One that
    tried and failed, or was silent when it was to try, does. `is_tls` is of the target.
    """
    detail: dict[str, Any] = {"proxy": proxy.shown, "error": transfer.message[:160]}
    answered = transfer.easy.getinfo(pycurl.HTTP_CONNECTCODE)
    if answered == 407 or transfer.easy.getinfo(pycurl.RESPONSE_CODE) == 407:
        return "unknown", "proxy_login", detail
    if answered >= 300:
        return "down", "proxy_refused", detail | {"error": f"HTTP {answered}"}
    if transfer.code == E_PROXY:
        is_login = any(word in transfer.message.lower() for word in ("auth", "user", "password"))
        return ("unknown", "proxy_login", detail) if is_login else ("down", "proxy_refused", detail)
    if not transfer.easy.getinfo(pycurl.CONNECT_TIME_T):
        return "unknown", "proxy_unreachable", detail
    if answered or transfer.easy.getinfo(pycurl.REQUEST_SIZE):
        return None
    return _not_through(transfer, proxy, detail, timeout_ms, is_tls=is_tls)


def _not_through(
    transfer: Transfer, proxy: Proxy, detail: dict[str, Any], timeout_ms: int, *, is_tls: bool
) -> tuple[Status, str, dict[str, Any]] | None:
    """What went wrong after the connection to the proxy, and before it led to the target."""
    if transfer.code == pycurl.E_OPERATION_TIMEDOUT:
        first = {"timeout_ms": timeout_ms, "phase": "connect"}
        return "down", "proxy_refused", detail | {"error": "timeout", "first": first}
    if proxy.scheme == "https" and transfer.code in _OF_TLS:
        return "unknown", "proxy_unreachable", detail
    # Behind SOCKS it may be the target's own handshake that failed.
    return ("down", "proxy_refused", detail) if is_tls and proxy.scheme != "socks5" else None
