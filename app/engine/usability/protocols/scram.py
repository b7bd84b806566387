"""SCRAM-SHA-256 and SCRAM-SHA-1 (RFC 5802, 7677), as PostgreSQL and MongoDB log in with.

1. `first()` is the client's first message; the server answers with salt and iterations.
2. `final(server_first)` proves that we know the password.
3. `check(server_final)` demands that the server knows it too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import unicodedata
from functools import lru_cache

# The server names the number, and the work is done in the loop: this many take about 50 ms, once a salt.
MAX_ITERATIONS = 100_000
_MAX_SALT = 128


class ScramError(Exception):
    """The server's message is no SCRAM, or wants more work than we do."""


class ServerNotProvedError(Exception):
    """The server does not know the password."""


def prepared(password: str) -> str:
    """The password as both sides hash it: SASLprep (RFC 4013), or as it is where that forbids it.

    So PostgreSQL and MongoDB have it, too; letters from right to left are taken as they are.
    """
    if password.isascii():
        return password
    import stringprep as tables

    kept = "".join(
        " " if tables.in_table_c12(each) else each for each in password if not tables.in_table_b1(each)
    )
    text = unicodedata.ucd_3_2_0.normalize("NFKC", kept)
    forbidden = (
        tables.in_table_a1, tables.in_table_c12, tables.in_table_c21_c22, tables.in_table_c3,
        tables.in_table_c4, tables.in_table_c5, tables.in_table_c6, tables.in_table_c7, tables.in_table_c8,
        tables.in_table_c9,
    )  # fmt: skip
    return text if text and not any(is_in(each) for each in text for is_in in forbidden) else password


class Scram:
    """One log-in. `nonce` is fresh random text (printable, no comma); `user` is empty in PostgreSQL."""

    def __init__(self, user: str, password: str, nonce: str, algorithm: str = "sha256") -> None:
        escaped = user.replace("=", "=3D").replace(",", "=2C")
        self._bare = f"n={escaped},r={nonce}"
        self._password = prepared(password)
        self._nonce = nonce
        self._algorithm = algorithm
        self._expected = b""

    def first(self) -> bytes:
        return f"n,,{self._bare}".encode()

    def final(self, server_first: bytes) -> bytes:
        """Raises ScramError."""
        fields = _fields(server_first)
        try:
            nonce, salt = fields["r"], base64.b64decode(fields["s"], validate=True)
            iterations = int(fields["i"])
        except (KeyError, ValueError, binascii.Error):
            raise ScramError("it is no SCRAM message") from None
        if not nonce.startswith(self._nonce) or nonce == self._nonce:
            raise ScramError("it did not repeat our nonce")
        if not 1 <= iterations <= MAX_ITERATIONS or not 1 <= len(salt) <= _MAX_SALT:
            raise ScramError(f"it wants {iterations} rounds")
        salted = _salted(self._algorithm, self._password, salt, iterations)
        without_proof = f"c=biws,r={nonce}"
        message = b",".join([self._bare.encode(), server_first, without_proof.encode()])
        client_key = self._hmac(salted, b"Client Key")
        signature = self._hmac(hashlib.new(self._algorithm, client_key).digest(), message)
        proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        self._expected = self._hmac(self._hmac(salted, b"Server Key"), message)
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def check(self, server_final: bytes) -> None:
        """Raises ServerNotProvedError."""
        try:
            shown = base64.b64decode(_fields(server_final)["v"], validate=True)
        except (KeyError, ValueError, ScramError):
            raise ServerNotProvedError from None
        if not hmac.compare_digest(shown, self._expected):
            raise ServerNotProvedError

    def _hmac(self, key: bytes, message: bytes) -> bytes:
        return hmac.digest(key, message, self._algorithm)


@lru_cache(maxsize=500)
def _salted(algorithm: str, password: str, salt: bytes, iterations: int) -> bytes:
    """The slow step. A server keeps a user's salt, so a monitor pays for it once."""
    return hashlib.pbkdf2_hmac(algorithm, password.encode(), salt, iterations)


def _fields(message: bytes) -> dict[str, str]:
    try:
        parts = message.decode("ascii").split(",")
    except UnicodeDecodeError:
        raise ScramError("it is no SCRAM message") from None
    return {name: value for name, has, value in (part.partition("=") for part in parts) if has}
