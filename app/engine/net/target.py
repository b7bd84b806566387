"""Read a URL so strictly that no two parsers can disagree about its host.

Attacks on the guard live in differences between parsers (backslashes, user info, odd numbers as hosts), so
whatever is ambiguous is refused, and everyone downstream gets the URL rebuilt from its parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote

import idna

DEFAULT_PORT = {"http": 80, "https": 443}
MAX_URL = 4096
_URL = re.compile(r"(?i:(https?)):/{2}([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.DOTALL)
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]{0,5}))?")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
# Everything RFC 3986 permits in a path or query, and the percent sign of what is already escaped.
_SAFE = "%/:@!$&'()*+,;=-._~?[]|{}^`\"<>"


class TargetError(ValueError):
    """The URL cannot be used. The message is a sentence a person can act on."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart. `host` has no brackets, `path` holds path and query and begins with a slash."""

    scheme: str
    host: str
    port: int
    path: str
    is_address: bool

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORT[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        return self.origin + self.path


@lru_cache(maxsize=5000)
def parse_target(url: str) -> Target:
    """Take an http or https URL apart. Raises TargetError; never touches the network."""
    if len(url) > MAX_URL:
        raise TargetError(f"The URL is longer than {MAX_URL} characters.")
    if any(ord(char) <= 0x20 or char in "\\\x7f" for char in url):
        raise TargetError("The URL contains a space, a backslash or a control character.")
    parts = _URL.fullmatch(url)
    if parts is None:
        raise TargetError("The URL must begin with http:// or https://.")
    scheme = parts[1].lower()
    host, port, is_address = _authority(parts[2], DEFAULT_PORT[scheme])
    path = quote((parts[3] or "/") + (parts[4] or ""), safe=_SAFE)
    return Target(scheme, host, port, path, is_address)


def _authority(text: str, default_port: int) -> tuple[str, int, bool]:
    if "@" in text:
        raise TargetError("The URL must not contain a user name or password.")
    parts = _AUTHORITY.fullmatch(text)
    if parts is None:
        raise TargetError("The URL has no readable host.")
    port = int(parts[2] or default_port)
    if not 0 < port < 65536:
        raise TargetError("The port must be between 1 and 65535.")
    host, is_address = _host(parts[1])
    return host, port, is_address


def _host(text: str) -> tuple[str, bool]:
    if text.startswith("["):
        try:
            return str(IPv6Address(text[1:-1])), True
        except ValueError:
            raise TargetError("The host in brackets is not an IPv6 address.") from None
    name = _ascii_name(text).removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return str(_ipv4(labels)), True
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise TargetError("The host is not a valid name.")
    return name, False


def _ascii_name(text: str) -> str:
    if text.isascii():
        return text.lower()
    try:
        return idna.encode(text, uts46=True, transitional=False).decode("ascii")
    except idna.IDNAError:
        raise TargetError("The host is not a valid international name.") from None


def _ipv4(labels: list[str]) -> IPv4Address:
    """An IPv4 address as `inet_aton` and browsers read it: 1 to 4 numbers, decimal, octal or hexadecimal."""
    try:
        numbers = [_number(label) for label in labels]
    except ValueError:
        raise TargetError("The host ends like an IPv4 address but is none.") from None
    *leading, last = numbers
    if len(numbers) > 4 or any(number > 255 for number in leading) or last >= 256 ** (5 - len(numbers)):
        raise TargetError("The host ends like an IPv4 address but is none.")
    value = last + sum(number << (8 * (3 - place)) for place, number in enumerate(leading))
    return IPv4Address(value)


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    if text[:2].lower() == "0x":
        return int(text[2:] or "0", 16)
    return int(text, 8 if len(text) > 1 and text[0] == "0" else 10)
