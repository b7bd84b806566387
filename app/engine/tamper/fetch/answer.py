"""What an answer's header lines say, and the cookies that only redirects need."""

from __future__ import annotations

from typing import Any

from app.engine.net.tls_facts import leaf_of

Headers = tuple[tuple[str, str], ...]
_MAX_COOKIES = 30
_MAX_COOKIE = 4096
_CODINGS = frozenset({b"", b"identity", b"none", b"gzip", b"x-gzip", b"deflate", b"br"})


def headers_of(lines: list[bytes]) -> Headers:
    """Names and values of the last answer among raw header lines, in order, names as received."""
    start = max((place for place, line in enumerate(lines) if line.startswith(b"HTTP/")), default=-1)
    found: list[tuple[str, str]] = []
    for line in lines[start + 1 :]:
        if line[:1] in b" \t" and line.strip() and found:
            # A folded line goes on with the one before (RFC 9112 §5.2).
            name, value = found[-1]
            found[-1] = name, f"{value} {line.strip().decode('latin-1')}"
            continue
        name_bytes, colon, value_bytes = line.partition(b":")
        if colon:
            found.append((name_bytes.strip().decode("latin-1"), value_bytes.strip().decode("latin-1")))
    return tuple(found)


def header(headers: Headers, name: str) -> str:
    """The last value of a header; empty when missing."""
    return next((value for each, value in reversed(headers) if each.lower() == name), "")


class CodingGate:
    """Looks at header lines as they come, for a content coding inside another.

    Nested ones are a known way to make a reader work for hours on a few bytes, so one is the limit.
    """

    def __init__(self) -> None:
        self.is_nested = False
        self._count = 0

    def take(self, line: bytes) -> None:
        if line.startswith(b"HTTP/"):
            self._count = 0
        elif line[:17].lower() == b"content-encoding:":
            self._count += 1 + line.count(b",")
            self.is_nested = self._count > 1


def is_unknown_coding(headers: Headers) -> bool:
    """Whether the content coding is none there is, such as `utf-8`. Browsers show such a body as it came."""
    return header(headers, "content-encoding").strip().lower().encode("latin-1", "replace") not in _CODINGS


class Cookies:
    """What servers asked to be told again, by host: many pages answer only after such a round trip.

    They live for one fetch. A cookie goes back to exactly the host that set it, whatever its Domain says.
    """

    def __init__(self) -> None:
        self._by_host: dict[str, dict[str, str]] = {}

    def take(self, host: str, headers: Headers) -> None:
        for name, value in headers:
            if name.lower() == "set-cookie" and len(value) <= _MAX_COOKIE:
                key, equals, content = value.partition(";")[0].partition("=")
                jar = self._by_host.setdefault(host, {})
                if equals and key.strip() and len(jar) < _MAX_COOKIES:
                    jar[key.strip()] = content.strip()

    def header(self, host: str) -> str:
        """The Cookie header's value for this host; empty when there is nothing to tell."""
        return "; ".join(f"{name}={value}" for name, value in self._by_host.get(host, {}).items())


def certificate_of(chain: list[list[tuple[str, str]]], version: str | None) -> dict[str, Any] | None:
    """Facts of the leaf and the chain as it was sent (PEM, leaf first); moments are unix seconds.

    `chain` is libcurl's CERTINFO. None when there was no handshake or the leaf cannot be read.
    """
    leaf = leaf_of(chain)
    if leaf is None:
        return None
    return {
        "sha256": leaf.fingerprint,
        "subject": leaf.subject,
        "issuer": leaf.issuer,
        "names": list(leaf.names),
        "not_before": leaf.not_before_ms // 1000,
        "not_after": leaf.not_after_ms // 1000,
        "tls": version,
        "chain": [value for each in chain[:10] for name, value in each if name == "Cert"],
    }
