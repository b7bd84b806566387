"""The bytes of TLS: a hello to send, and the messages of an answer.

Only the outer shape is read. Whatever does not have it raises BadAnswerError; nothing here waits.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass

SSL3, TLS10, TLS11, TLS12, TLS13 = 0x0300, 0x0301, 0x0302, 0x0303, 0x0304
VERSIONS = {TLS13: "TLSv1.3", TLS12: "TLSv1.2", TLS11: "TLSv1.1", TLS10: "TLSv1.0", SSL3: "SSLv3"}
ALERT, HANDSHAKE, DATA = 21, 22, 23
SERVER_HELLO, CERTIFICATE, KEY_EXCHANGE, HELLO_DONE, STATUS, FINISHED = 2, 11, 12, 14, 22, 20
EXT_STATUS, EXT_VERSIONS, EXT_KEY_SHARE, EXT_RENEGOTIATION = 5, 43, 51, 0xFF01
X25519, P256, P384, P521, X448 = 29, 23, 24, 25, 30
GROUPS = (X25519, P256, P384, P521, X448)
# A hello that asks to try again wears this as its random value (RFC 8446 §4.1.3).
_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
# ECDSA and EdDSA; RSA-PSS; RSA PKCS #1; and DSA, SHA-1 and MD5 for old servers.
_SIGNATURES = (
    *(0x0403, 0x0503, 0x0603, 0x0807, 0x0808),
    *(0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B),
    *(0x0401, 0x0501, 0x0601, 0x0301),
    *(0x0402, 0x0203, 0x0201, 0x0202, 0x0101),
)
MAX_RECORD = 16_384 + 2_048
_EMPTY_RENEGOTIATION = 0x00FF


class BadAnswerError(Exception):
    """What came is not TLS, or makes no sense as such."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a hello offers: up to `version`; TLS 1.3 alone when that is the version. `group` and `public` are
    the key share of TLS 1.3."""

    version: int
    suites: tuple[int, ...]
    name: str = ""
    compresses: bool = False
    group: int = X25519
    public: bytes = b""


def client_hello(offer: Offer) -> bytes:
    """The handshake message, without its record."""
    suites = offer.suites if offer.version == TLS13 else (*offer.suites, _EMPTY_RENEGOTIATION)
    body = struct.pack("!H", min(offer.version, TLS12)) + secrets.token_bytes(32)
    # A session's number of 32 bytes makes TLS 1.3 look like 1.2 to what stands in between (RFC 8446 §D.4).
    body += _vector(1, secrets.token_bytes(32) if offer.version == TLS13 else b"")
    body += _vector(2, struct.pack(f"!{len(suites)}H", *suites))
    body += _vector(1, b"\1\0" if offer.compresses else b"\0")
    if offer.version > SSL3:
        body += _vector(2, _padded(_extensions(offer), len(body)))
    return b"\1" + len(body).to_bytes(3, "big") + body


def record(message: bytes, kind: int = HANDSHAKE, version: int = TLS10) -> bytes:
    return struct.pack("!BHH", kind, version, len(message)) + message


def _extensions(offer: Offer) -> bytes:
    parts = []
    if offer.name:
        parts.append(_extension(0, _vector(2, b"\0" + _vector(2, offer.name.encode("ascii")))))
    parts += [
        _extension(EXT_STATUS, b"\1\0\0\0\0"),
        _extension(10, _vector(2, struct.pack(f"!{len(GROUPS)}H", *GROUPS))),
        _extension(11, b"\1\0"),
        _extension(16, _vector(2, _vector(1, b"http/1.1"))),
    ]
    if offer.version >= TLS12:
        parts.append(_extension(13, _vector(2, struct.pack(f"!{len(_SIGNATURES)}H", *_SIGNATURES))))
    if offer.version == TLS13:
        share = struct.pack("!H", offer.group) + _vector(2, offer.public)
        parts.append(_extension(EXT_VERSIONS, _vector(1, struct.pack("!H", TLS13))))
        parts.append(_extension(45, b"\1\1"))
        parts.append(_extension(EXT_KEY_SHARE, _vector(2, share)))
    return b"".join(parts)


def _padded(extensions: bytes, before: int) -> bytes:
    """Some load balancers hang on hellos of 256 to 511 bytes (RFC 7685), so none is of that size."""
    size = 4 + before + 2 + len(extensions)
    if not 256 <= size < 512:
        return extensions
    return extensions + _extension(21, bytes(max(512 - size - 4, 0)))


def _extension(kind: int, body: bytes) -> bytes:
    return struct.pack("!H", kind) + _vector(2, body)


def _vector(width: int, body: bytes) -> bytes:
    return len(body).to_bytes(width, "big") + body


class Reader:
    """Takes bytes off the front. Raises BadAnswerError where there are too few."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def take(self, size: int) -> bytes:
        part = self._data[self._place : self._place + size]
        if len(part) < size:
            raise BadAnswerError
        self._place += size
        return part

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def vector(self, width: int) -> bytes:
        return self.take(self.number(width))

    @property
    def is_empty(self) -> bool:
        return self._place >= len(self._data)


@dataclass(frozen=True, slots=True)
class ServerHello:
    """`is_retry`: the server wants another hello, with a key share of `group`."""

    version: int
    suite: int
    compression: int
    extensions: dict[int, bytes]
    is_retry: bool = False
    group: int = 0
    public: bytes = b""


def read_server_hello(body: bytes) -> ServerHello:
    reader = Reader(body)
    version, random = reader.number(2), reader.take(32)
    reader.vector(1)
    suite, compression = reader.number(2), reader.number(1)
    extensions = dict(_read_extensions(reader.vector(2))) if not reader.is_empty else {}
    is_retry, group, public = random == _RETRY, 0, b""
    if EXT_VERSIONS in extensions:
        version = Reader(extensions[EXT_VERSIONS]).number(2)
    if EXT_KEY_SHARE in extensions:
        share = Reader(extensions[EXT_KEY_SHARE])
        group = share.number(2)
        public = b"" if is_retry else share.vector(2)
    return ServerHello(version, suite, compression, extensions, is_retry, group, public)


def _read_extensions(body: bytes) -> Iterator[tuple[int, bytes]]:
    reader = Reader(body)
    while not reader.is_empty:
        yield reader.number(2), reader.vector(2)


def read_certificates(body: bytes, *, is_tls13: bool) -> tuple[tuple[bytes, ...], bytes]:
    """The certificates as DER, and the stapled OCSP answer, which TLS 1.3 sends along with the first."""
    reader = Reader(body)
    if is_tls13:
        reader.vector(1)
    entries, found, staple = Reader(reader.vector(3)), [], b""
    while not entries.is_empty:
        found.append(entries.vector(3))
        if is_tls13:
            extensions = dict(_read_extensions(entries.vector(2)))
            if len(found) == 1 and EXT_STATUS in extensions:
                staple = read_staple(extensions[EXT_STATUS])
    return tuple(found), staple


def read_staple(body: bytes) -> bytes:
    reader = Reader(body)
    return reader.vector(3) if reader.number(1) == 1 else b""


def read_group(body: bytes, suite_name: str) -> tuple[int, int]:
    """(size of the Diffie-Hellman prime in bits, number of the curve) of a key exchange; 0 for what is
    not."""
    reader = Reader(body)
    if "_ECDH" in suite_name:
        return 0, (reader.number(2) if reader.number(1) == 3 else 0)
    if "_DH" in suite_name:
        return int.from_bytes(reader.vector(2), "big").bit_length(), 0
    return 0, 0
