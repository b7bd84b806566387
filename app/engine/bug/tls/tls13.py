"""As much of TLS 1.3 as it takes to read what a server sends right after its hello (RFC 8446 §7).

From its hello on a server's messages are encrypted, the certificate too. Nothing is ever sent back, and what
is read is not believed for it: it is looked at.
"""

from __future__ import annotations

import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.engine.bug.tls.wire import P256, P384, P521, X25519, BadAnswerError

_CURVES: dict[int, ec.EllipticCurve] = {P256: ec.SECP256R1(), P384: ec.SECP384R1(), P521: ec.SECP521R1()}
CAN_SHARE = (X25519, *_CURVES)
# Suite: hash, cipher, size of its key.
_SUITES: dict[int, tuple[str, type[AESGCM] | type[ChaCha20Poly1305], int]] = {
    0x1301: ("sha256", AESGCM, 16),
    0x1302: ("sha384", AESGCM, 32),
    0x1303: ("sha256", ChaCha20Poly1305, 32),
}


class KeyShare:
    """Our half of a key exchange in one group."""

    def __init__(self, group: int) -> None:
        self.group = group
        self.public: bytes
        if group == X25519:
            self._own: X25519PrivateKey | ec.EllipticCurvePrivateKey = X25519PrivateKey.generate()
            self.public = self._own.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        else:
            self._own = ec.generate_private_key(_CURVES[group])
            form = PublicFormat.UncompressedPoint
            self.public = self._own.public_key().public_bytes(Encoding.X962, form)

    def secret(self, public: bytes) -> bytes:
        """What both sides know. Raises BadAnswerError for a public half that is none."""
        try:
            if isinstance(self._own, X25519PrivateKey):
                return self._own.exchange(X25519PublicKey.from_public_bytes(public))
            other = ec.EllipticCurvePublicKey.from_encoded_point(self._own.curve, public)
            return self._own.exchange(ec.ECDH(), other)
        except ValueError as error:
            raise BadAnswerError from error


class Opener:
    """Opens a server's records of the handshake. Raises BadAnswerError for a suite that it does not know, and
    for what does not open."""

    def __init__(self, suite: int, secret: bytes, hellos: bytes) -> None:
        if suite not in _SUITES:
            raise BadAnswerError
        self._hash, cipher, size = _SUITES[suite]
        zeros = bytes(hashlib.new(self._hash).digest_size)
        early = self._extract(zeros, zeros)
        derived = self._expand(early, "derived", hashlib.new(self._hash).digest(), len(zeros))
        handshake = self._extract(derived, secret)
        context = hashlib.new(self._hash, hellos).digest()
        traffic = self._expand(handshake, "s hs traffic", context, len(zeros))
        self._cipher = cipher(self._expand(traffic, "key", b"", size))
        self._iv = int.from_bytes(self._expand(traffic, "iv", b"", 12), "big")
        self._number = 0

    def open(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        """The kind of what is inside, and it."""
        nonce = (self._iv ^ self._number).to_bytes(12, "big")
        self._number += 1
        try:
            plain = self._cipher.decrypt(nonce, body, head).rstrip(b"\0")
        except (InvalidTag, ValueError) as error:
            raise BadAnswerError from error
        if not plain:
            raise BadAnswerError
        return plain[-1], plain[:-1]

    def _extract(self, salt: bytes, secret: bytes) -> bytes:
        return hmac.digest(salt, secret, self._hash)

    def _expand(self, secret: bytes, label: str, context: bytes, size: int) -> bytes:
        """HKDF-Expand-Label; one block is enough, as nothing longer than the hash is wanted."""
        name = b"tls13 " + label.encode("ascii")
        info = struct.pack("!HB", size, len(name)) + name + bytes([len(context)]) + context
        return hmac.digest(secret, info + b"\1", self._hash)[:size]
