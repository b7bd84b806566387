"""SNMP version 3's users (RFC 3414): keys from passwords, signatures, and encryption with DES or AES.

HMAC-MD5-96 and HMAC-SHA-96 are RFC 3414, SHA-2 is RFC 7860, AES is RFC 3826. MD5, SHA-1 and DES are weak;
what a device speaks is not ours to choose.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC

AuthProtocol = Literal["none", "MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"]
PrivProtocol = Literal["none", "DES", "AES"]
# Hash, and how many bytes of it sign a message.
_HASHES: dict[str, tuple[str, int]] = {
    "MD5": ("md5", 12),
    "SHA": ("sha1", 12),
    "SHA-224": ("sha224", 16),
    "SHA-256": ("sha256", 24),
    "SHA-384": ("sha384", 32),
    "SHA-512": ("sha512", 48),
}
_EXPANDED = 1_048_576


class CryptError(ValueError):
    """What is said to be encrypted cannot be decrypted."""


@dataclass(frozen=True, slots=True)
class User:
    """Who asks. Without a protocol there is no signature, or no encryption."""

    name: str
    auth: AuthProtocol = "none"
    auth_password: str = ""
    priv: PrivProtocol = "none"
    priv_password: str = ""

    @property
    def flags(self) -> int:
        """msgFlags (RFC 3412 §6.4), errors to be reported."""
        return 4 | (self.auth != "none") | (2 if self.priv != "none" else 0)

    @property
    def signature_size(self) -> int:
        return _HASHES[self.auth][1] if self.auth != "none" else 0


@lru_cache(maxsize=2000)
def localized_key(protocol: str, password: str, engine_id: bytes) -> bytes:
    """The key of a password at one engine (RFC 3414 A.2). A megabyte is hashed, hence the cache."""
    name = _HASHES[protocol][0]
    secret = password.encode()
    repeated = (secret * (_EXPANDED // len(secret) + 1))[:_EXPANDED]
    key = hashlib.new(name, repeated, usedforsecurity=False).digest()
    return hashlib.new(name, key + engine_id + key, usedforsecurity=False).digest()


def signature(user: User, engine_id: bytes, message: bytes) -> bytes:
    """The signature of a whole message whose place for it holds zeros."""
    name, size = _HASHES[user.auth]
    return hmac.new(localized_key(user.auth, user.auth_password, engine_id), message, name).digest()[:size]


def encrypt(user: User, engine_id: bytes, boots: int, time: int, salt: bytes, plain: bytes) -> bytes:
    """`salt` (8 bytes) goes into the message as privParameters; with DES it begins with the boots."""
    if user.priv == "DES":
        plain += bytes(-len(plain) % 8)
    context = _cipher(user, engine_id, boots, time, salt).encryptor()
    return bytes(context.update(plain) + context.finalize())


def decrypt(user: User, engine_id: bytes, boots: int, time: int, salt: bytes, secret: bytes) -> bytes:
    """Raises CryptError."""
    if len(salt) != 8 or (user.priv == "DES" and (not secret or len(secret) % 8)):
        raise CryptError("the encrypted part is of no possible length")
    context = _cipher(user, engine_id, boots, time, salt).decryptor()
    return bytes(context.update(secret) + context.finalize())


def _cipher(user: User, engine_id: bytes, boots: int, time: int, salt: bytes) -> Cipher[CBC | CFB]:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.decrepit.ciphers.modes import CFB
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    key = localized_key(user.auth, user.priv_password, engine_id)
    if user.priv == "DES":
        vector = bytes(each ^ other for each, other in zip(key[8:16], salt, strict=True))
        # Three times the same key is plain DES.
        return Cipher(TripleDES(key[:8] * 3), CBC(vector))
    vector = (boots & 0xFFFFFFFF).to_bytes(4, "big") + (time & 0xFFFFFFFF).to_bytes(4, "big") + salt
    return Cipher(AES(key[:16]), CFB(vector))
