"""Secrets at rest: a dictionary sealed with a key derived from the installation's encryption key."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.settings import get_settings


class SealBrokenError(Exception):
    """The text was sealed with another key, or has been changed."""


class SecretBox:
    """Seals and opens by one key. A sealed text begins with its key's id, so that keys can be rotated."""

    def __init__(self, key: str) -> None:
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"cloudeye secret box 1").derive(key.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))
        self.key_id = hashlib.sha256(derived).hexdigest()[:8]

    def seal(self, data: dict[str, Any]) -> str:
        return f"{self.key_id}:{self._fernet.encrypt(json.dumps(data).encode()).decode()}"

    def unseal(self, sealed: str) -> dict[str, Any]:
        key_id, _, token = sealed.partition(":")
        if key_id != self.key_id:
            raise SealBrokenError(
                f"sealed with key {key_id}, and ours is {self.key_id}: CLOUDEYE_ENCRYPTION_KEY changed"
            )
        try:
            return dict(json.loads(self._fernet.decrypt(token.encode())))
        except InvalidToken as error:
            raise SealBrokenError("the sealed text has been changed") from error


class KeyRing:
    """Seals with the present key, and opens with whichever key a text says it was sealed with."""

    def __init__(self, key: str, old_keys: Sequence[str] = ()) -> None:
        self.present = SecretBox(key)
        boxes = [self.present, *map(SecretBox, old_keys)]
        self._boxes = {box.key_id: box for box in reversed(boxes)}

    @property
    def key_ids(self) -> list[str]:
        """The ids of all keys at hand, the present one last."""
        return list(self._boxes)

    def seal(self, data: dict[str, Any]) -> str:
        return self.present.seal(data)

    def unseal(self, sealed: str) -> dict[str, Any]:
        return self._boxes.get(key_id_of(sealed), self.present).unseal(sealed)

    def seal_anew(self, sealed: str) -> str:
        """The same secret, sealed with the present key; SealBrokenError when no key at hand opens it."""
        return self.seal(self.unseal(sealed))


def key_id_of(sealed: str) -> str:
    """The id of the key that a text was sealed with."""
    return sealed.partition(":")[0]


@lru_cache(maxsize=1)
def _box() -> KeyRing:
    settings = get_settings()
    return KeyRing(settings.ENCRYPTION_KEY, settings.OLD_ENCRYPTION_KEYS)


def key_ring() -> KeyRing:
    """The keys of this process, read at the first call."""
    return _box()


def seal(data: dict[str, Any]) -> str:
    return _box().seal(data)


def unseal(sealed: str) -> dict[str, Any]:
    return _box().unseal(sealed)
