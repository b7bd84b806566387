"""Secrets at rest: a dictionary sealed with a key derived from the installation's encryption key."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.settings import get_settings


class SealBrokenError(Exception):
    """The text was sealed with another key, or has been changed."""


class SecretBox:
    """Seals and opens. A sealed text begins with its key's id, so keys can be rotated one day."""

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


@lru_cache(maxsize=1)
def _box() -> SecretBox:
    return SecretBox(get_settings().ENCRYPTION_KEY)


def seal(data: dict[str, Any]) -> str:
    return _box().seal(data)


def unseal(sealed: str) -> dict[str, Any]:
    return _box().unseal(sealed)
