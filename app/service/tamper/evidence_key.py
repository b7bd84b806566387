"""The installation's key for signing evidence: made at the first use, kept sealed among the settings."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.core.errors import CloudEyeError
from app.core.secret_box import SealBrokenError, seal, unseal
from app.engine.tamper.evidence import public_hex
from app.models import Setting, db, write
from app.models.errors import DATABASE_CLASH

NAME = "evidence_key"


class KeyLostError(CloudEyeError):
    msg = (
        "the key that signs evidence cannot be opened, since CLOUDEYE_ENCRYPTION_KEY is another: set the old "
        "one again, or make a new key with `flask evidence key --new`"
    )


def signing_key() -> Ed25519PrivateKey:
    """The private key. `KeyLostError` when it was sealed with another encryption key."""
    row = db.session.get(Setting, NAME, populate_existing=True)
    if row is None:
        _make()
        row = db.session.get_one(Setting, NAME, populate_existing=True)
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(unseal(row.value["sealed"])["key"]))
    except SealBrokenError as error:
        raise KeyLostError from error


def public_key() -> str:
    """The public key, as 64 hex digits."""
    return public_hex(signing_key())


def renew_key() -> str:
    """Sign with a new key from now on; gives the public one. Older packages go on naming the old one."""
    with write() as session:
        row = session.get(Setting, NAME)
        if row is not None:
            session.delete(row)
    _make()
    return public_key()


def _make() -> None:
    raw = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    try:
        with write() as session:
            session.add(Setting(key=NAME, value={"sealed": seal({"key": raw.hex()})}))
    except DATABASE_CLASH:
        return  # Another process was faster, and its key is the one.
