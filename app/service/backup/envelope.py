"""A back-up under a passphrase: scrypt (RFC 7914), then AES-256-GCM in numbered pieces.

The file begins with a magic word, the salt and the cost. Each piece of a MB is sealed under a nonce of 7
random bytes, its number, and whether it is the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway
and Vizár, 2015): a piece that is changed, moved or cut off does not open.
"""

from __future__ import annotations

import secrets
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.service.backup.errors import BackupError

MAGIC = b"CEBACKUP"
LEAST_PASSPHRASE = 12
_HEAD = struct.Struct(">8sB16s7s")
_PIECE = 2**20
_TAG = 16
_COST = 17
"""scrypt's N as a power of two: 128 MB and half a second for each guess."""


def key_of(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**cost, r=8, p=1).derive(passphrase.encode())


class Sealing:
    """A file to write to, whose bytes reach `file` sealed. `close` writes the last piece."""

    def __init__(self, file: BinaryIO, passphrase: str, *, cost: int = _COST) -> None:
        if len(passphrase) < LEAST_PASSPHRASE:
            raise BackupError(f"a passphrase has at least {LEAST_PASSPHRASE} characters")
        salt, self._random = secrets.token_bytes(16), secrets.token_bytes(7)
        self._file, self._number, self._held = file, 0, bytearray()
        self._head = _HEAD.pack(MAGIC, cost, salt, self._random)
        self._box = AESGCM(key_of(passphrase, salt, cost))
        file.write(self._head)

    def write(self, data: bytes) -> int:
        self._held += data
        while len(self._held) > _PIECE:  # Not the last one: something follows it.
            self._seal(bytes(self._held[:_PIECE]), is_last=False)
            del self._held[:_PIECE]
        return len(data)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._seal(bytes(self._held), is_last=True)
        self._held.clear()

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._random, self._number, is_last=is_last)
        self._file.write(self._box.encrypt(nonce, piece, self._head))
        self._number += 1


class Opening:
    """A file to read from, whose bytes come sealed from `file`."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        self._file, self._number, self._held, self._is_over = file, 0, b"", False
        self._head = file.read(_HEAD.size)
        if len(self._head) < _HEAD.size:
            raise BackupError("the file is too short to be a back-up")
        _magic, cost, salt, self._random = _HEAD.unpack(self._head)
        if not 10 <= cost <= 20:
            raise BackupError("the file's head has been changed")
        self._box = AESGCM(key_of(passphrase, salt, cost))
        self._next = file.read(_PIECE + _TAG)

    def read(self, size: int = -1) -> bytes:
        while not self._is_over and (size < 0 or len(self._held) < size):
            self._held += self._open()
        size = len(self._held) if size < 0 else size
        given, self._held = self._held[:size], self._held[size:]
        return given

    def _open(self) -> bytes:
        piece, self._next = self._next, self._file.read(_PIECE + _TAG)
        self._is_over = not self._next
        nonce = _nonce(self._random, self._number, is_last=self._is_over)
        self._number += 1
        try:
            return self._box.decrypt(nonce, piece, self._head)
        except InvalidTag as error:
            what = "the passphrase is wrong, or the file has been changed or cut off"
            raise BackupError(what) from error


def is_sealed(file: BinaryIO) -> bool:
    """Whether the file asks for a passphrase; it stands at its beginning afterwards."""
    begins = file.read(len(MAGIC))
    file.seek(0)
    return begins == MAGIC


def _nonce(random: bytes, number: int, *, is_last: bool) -> bytes:
    return random + number.to_bytes(4, "big") + bytes([is_last])
