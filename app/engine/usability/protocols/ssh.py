"""The beginning of SSH (RFC 4253): versions, then a key exchange to see and verify the server's host key.

1. Both sides send a line with their version, then the lists of what they know (KEXINIT).
2. A curve both know (RFC 8731, RFC 5656): each sends a public value; the server adds its host key and signs
   everything so far.
3. The signature proves that the server holds the host key. Nothing is encrypted: there we leave.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from app.engine.usability.stream.stream import Stream, TalkError

CLIENT = b"SSH-2.0-CloudEye"
# Methods of key exchange, the best first, and the hash of each.
_KEX = {
    "curve25519-sha256": "sha256",
    "curve25519-sha256@libssh.org": "sha256",
    "ecdh-sha2-nistp256": "sha256",
    "ecdh-sha2-nistp384": "sha384",
    "ecdh-sha2-nistp521": "sha512",
}
_HOST_KEYS = (
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512",
    "rsa-sha2-256",
)  # fmt: skip
# Nothing is encrypted here: what a server may insist on only needs to be named.
_CIPHERS = (
    "chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr",
    "aes192-ctr", "aes128-ctr", "aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc",
)  # fmt: skip
_MACS = (
    "hmac-sha2-256", "hmac-sha2-512", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com",
    "umac-128-etm@openssh.com", "umac-64-etm@openssh.com", "hmac-sha1-etm@openssh.com",
    "umac-128@openssh.com", "umac-64@openssh.com", "hmac-sha1",
)  # fmt: skip
_MAX_PACKET = 35_000
_MAX_LINES = 20
_MAX_LINE = 1024
_KEXINIT, _KEX_INIT, _KEX_REPLY, _DISCONNECT, _IGNORE, _DEBUG = 20, 30, 31, 1, 2, 4


@dataclass(frozen=True, slots=True)
class HostKey:
    """`fingerprint` is as ssh-keygen shows it: SHA256:… in base64 without its padding."""

    kind: str
    fingerprint: str


async def version(stream: Stream) -> str:
    """The server's version line; lines before it are permitted and skipped. Raises TalkError."""
    line = b""
    for _ in range(_MAX_LINES):
        try:
            line = (await stream.read_until(b"\n", _MAX_LINE)).rstrip(b"\r\n")
        except TalkError as error:
            if error.reason == "connection_closed" and line:
                # "Exceeded MaxStartups": its last words say more than that it went.
                raise stream.unexpected(line, "SSH-") from None
            raise
        stream.note(line)
        if line.startswith(b"SSH-"):
            return line.decode("latin-1")
    raise stream.unexpected(line, "SSH-")


async def host_key(stream: Stream, server_version: str) -> HostKey:
    """Exchange keys as far as the host key. Raises TalkError, also when its signature is wrong.

    `key_exchange_unknown` says that the server knows no method that we know.
    """
    stream.step = "key exchange"
    ours = _kexinit()
    await _send(stream, ours)
    theirs = await _read(stream, _KEXINIT)
    method = _common(stream, theirs)
    public, shared_with = _half(method)
    await _send(stream, bytes([_KEX_INIT]) + _string(public))
    reply = await _read(stream, _KEX_REPLY)
    try:
        key, place = _take(reply, 1)
        value, place = _take(reply, place)
        signature, _ = _take(reply, place)
        shared = shared_with(value)
        hashed = hashlib.new(
            _KEX[method],
            b"".join(
                map(_string, (CLIENT, server_version.encode("latin-1"), ours, theirs, key, public, value))
            )
            + _string(_positive(shared)),
        ).digest()
        kind = verify(key, signature, hashed)
    except ValueError:
        raise stream.unexpected("?", "signed host key") from None
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
    return HostKey(kind, f"SHA256:{digest}")


def _kexinit() -> bytes:
    lists = (_KEX, _HOST_KEYS, _CIPHERS, _CIPHERS, _MACS, _MACS, ("none",), ("none",), (), ())
    named = (_string(",".join(each).encode()) for each in lists)
    return bytes([_KEXINIT]) + secrets.token_bytes(16) + b"".join(named) + bytes(5)


def _common(stream: Stream, theirs: bytes) -> str:
    """The method of key exchange: our first that the server's KEXINIT names. Raises TalkError."""
    try:
        methods, place = _take(theirs, 17)
        keys, _ = _take(theirs, place)
    except ValueError:
        raise stream.unexpected(theirs[:20].hex(), "KEXINIT") from None
    for offered, known in ((methods, tuple(_KEX)), (keys, _HOST_KEYS)):
        names = offered.decode("ascii", "replace").split(",")
        if offered and not set(names) & set(known):
            raise TalkError("key_exchange_unknown", {"methods": stream.shown(", ".join(names))})
    offers = methods.decode("ascii", "replace").split(",")
    return next((each for each in _KEX if each in offers), next(iter(_KEX)))


def _half(method: str) -> tuple[bytes, Callable[[bytes], bytes]]:
    """Our public value, and what the shared secret is with a server's. The latter raises ValueError."""
    from cryptography.hazmat.primitives.asymmetric import ec, x25519
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if method.startswith("curve25519"):
        secret = x25519.X25519PrivateKey.generate()
        return secret.public_key().public_bytes_raw(), lambda value: secret.exchange(
            x25519.X25519PublicKey.from_public_bytes(value)
        )
    curves: dict[str, ec.EllipticCurve] = {
        "256": ec.SECP256R1(),
        "384": ec.SECP384R1(),
        "521": ec.SECP521R1(),
    }
    curve = curves[method[-3:]]
    private = ec.generate_private_key(curve)
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return public, lambda value: private.exchange(
        ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(curve, value)
    )


def verify(key: bytes, signature: bytes, signed: bytes) -> str:
    """The kind of a host key that made this signature. Raises ValueError for any other."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    kind, _ = _take(key, 0)
    algorithm, place = _take(signature, 0)
    raw, _ = _take(signature, place)
    try:
        public = load_ssh_public_key(kind + b" " + base64.b64encode(key))
        if isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(raw, signed)
        elif isinstance(public, rsa.RSAPublicKey):
            hashes: dict[bytes, HashAlgorithm] = {b"rsa-sha2-256": SHA256(), b"rsa-sha2-512": SHA512()}
            public.verify(raw, signed, padding.PKCS1v15(), hashes[algorithm])
        elif isinstance(public, ec.EllipticCurvePublicKey):
            first, place = _take(raw, 0)
            second, _ = _take(raw, place)
            both = utils.encode_dss_signature(int.from_bytes(first, "big"), int.from_bytes(second, "big"))
            size = public.curve.key_size
            used = SHA256() if size <= 256 else SHA384() if size <= 384 else SHA512()
            public.verify(both, signed, ec.ECDSA(used))
        else:
            raise ValueError("an unknown kind of key")
    except (InvalidSignature, UnsupportedAlgorithm, KeyError, OverflowError):
        raise ValueError("the signature is wrong") from None
    return kind.decode("ascii", "replace")


async def _send(stream: Stream, payload: bytes) -> None:
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 if padding < 4 else 0
    head = (len(payload) + padding + 1).to_bytes(4, "big") + bytes([padding])
    await stream.send(head + payload + bytes(padding))


async def _read(stream: Stream, wanted: int) -> bytes:
    """The next packet's payload, of the wanted kind. Raises TalkError."""
    for _ in range(_MAX_LINES):
        length = int.from_bytes(await stream.read_exactly(4), "big")
        if not 2 <= length <= _MAX_PACKET:
            raise stream.unexpected(length.to_bytes(4, "big"), "SSH")
        body = await stream.read_exactly(length)
        payload = body[1 : length - body[0]] if body[0] < length else b""
        if not payload:
            raise stream.unexpected(body[:20], "SSH")
        if payload[0] == _DISCONNECT:
            raise stream.unexpected(payload[9:], "KEX")
        if payload[0] == wanted:
            return payload
        if payload[0] not in (_IGNORE, _DEBUG):
            raise stream.unexpected(payload[:20].hex(), "KEX")
    raise stream.unexpected("…", "KEX")


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _positive(number: bytes) -> bytes:
    """A number as SSH's mpint: without leading zeros, with one where it would look negative."""
    number = number.lstrip(b"\0")
    return b"\0" + number if number and number[0] & 0x80 else number


def _take(data: bytes, place: int) -> tuple[bytes, int]:
    """A string and where it ends. Raises ValueError."""
    end = place + 4 + int.from_bytes(data[place : place + 4], "big")
    if len(data) < place + 4 or end > len(data):
        raise ValueError("it is broken off")
    return data[place + 4 : end], end
