"""The installation's keys, in a back-up and beside it: what is sealed cannot be read under another."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from app.core.secret_box import SecretBox
from app.service.backup.errors import BackupError
from config import Config
from config.secrets import NAMES

OLD_KEYS = "CLOUDEYE_OLD_ENCRYPTION_KEYS"
Keys = dict[str, Any]
"""The two keys by their names, and the old ones, which opened what was not sealed anew yet, as a list."""


def keys_of(settings: Config) -> Keys:
    present = {name: str(getattr(settings, name.removeprefix("CLOUDEYE_"))) for name in NAMES}
    return {**present, OLD_KEYS: list(_old_keys(settings))}


def known_key_ids(settings: Config) -> list[str]:
    """The ids of the keys that sealed texts can be opened with here, the present one first."""
    return [SecretBox(key).key_id for key in (settings.ENCRYPTION_KEY, *_old_keys(settings))]


def _old_keys(settings: Config) -> tuple[str, ...]:
    return tuple(settings.OLD_ENCRYPTION_KEYS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a back-up says of its keys; `keys` is None when it does not carry them."""

    key_ids: list[str]
    keys: Keys | None


def can_open(wanted: Wanted, settings: Config) -> bool:
    return set(wanted.key_ids) <= set(known_key_ids(settings))


def check_keys(wanted: Wanted, settings: Config) -> None:
    """Raises unless what the back-up seals can be read here, or its keys can be taken over."""
    if can_open(wanted, settings):
        return
    if wanted.keys is None:
        raise BackupError(
            "the back-up was made under another CLOUDEYE_ENCRYPTION_KEY and does not carry it: set that key "
            "here first, or let its secrets (channels, credentials, second factors) go with --without-secrets"
        )
    if not _are_kept(settings):
        raise BackupError(
            "the back-up carries other keys than the ones that are set here: unset CLOUDEYE_SECRET_KEY and "
            "CLOUDEYE_ENCRYPTION_KEY, or set them to what `flask backup show --keys` prints"
        )


def take_keys(wanted: Wanted, settings: Config) -> bool:
    """Put the back-up's keys into the data folder, the former ones beside them; false where needless."""
    if wanted.keys is None or can_open(wanted, settings) or not _are_kept(settings):
        return False
    path = settings.DATA_DIR / "secrets.json"
    path.rename(path.with_name("secrets.before.json"))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(wanted.keys, file)
        file.flush()
        os.fsync(file.fileno())
    return True


def _are_kept(settings: Config) -> bool:
    """Whether this installation's keys are those of its data folder, rather than given by settings."""
    try:
        kept = json.loads((settings.DATA_DIR / "secrets.json").read_text())
    except (OSError, ValueError):
        return False
    present = keys_of(settings)
    return all(kept.get(name) == present[name] for name in NAMES)
