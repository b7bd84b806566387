"""Secrets of an installation that was given none: made once, kept readable for their owner alone."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from config.env import ConfigError

NAMES = ("CLOUDEYE_SECRET_KEY", "CLOUDEYE_ENCRYPTION_KEY")
OLD_KEYS = "CLOUDEYE_OLD_ENCRYPTION_KEYS"


def kept_secrets(data_dir: Path) -> dict[str, str]:
    """The secrets in `data_dir/secrets.json`; made when missing.

    Several processes may start at once: the file is written whole under another name and linked into
    place, so that exactly one of them wins and nobody reads half a file.
    """
    path = data_dir / "secrets.json"
    if not path.exists():
        _make(path)
    try:
        kept = json.loads(path.read_text())
        return {name: str(kept[name]) for name in NAMES}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} cannot be read as this installation's secrets ({error}).") from error


def old_keys(data_dir: Path) -> tuple[str, ...]:
    """The encryption keys that were replaced in `data_dir/secrets.json`, the newest first."""
    path = data_dir / "secrets.json"
    try:
        kept = json.loads(path.read_text()).get(OLD_KEYS, [])
        return tuple(str(each) for each in kept)
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ConfigError(f"{path} cannot be read as this installation's secrets ({error}).") from error


def replace_encryption_key(data_dir: Path) -> None:
    """Make a new encryption key; the present one stays among the old ones, so that what it sealed opens."""
    path = data_dir / "secrets.json"
    present = kept_secrets(data_dir)
    former = [present[NAMES[1]], *old_keys(data_dir)]
    _write(path, {**present, NAMES[1]: secrets.token_urlsafe(48), OLD_KEYS: former})


def forget_old_keys(data_dir: Path) -> None:
    """Drop the keys that were replaced: nothing is sealed with them any more."""
    _write(data_dir / "secrets.json", kept_secrets(data_dir))


def _write(path: Path, values: Mapping[str, object]) -> None:
    """Put a whole file in the place of the old one."""
    draft = _draft(path, values)
    draft.replace(path)


def _make(path: Path) -> None:
    draft = _draft(path, {name: secrets.token_urlsafe(48) for name in NAMES})
    try:
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    except OSError as error:
        raise ConfigError(
            f"CLOUDEYE_DATA_DIR: {path.parent} cannot be written ({error.strerror})."
        ) from error


def _draft(path: Path, values: Mapping[str, object]) -> Path:
    """The values in a file of another name, on disk for certain, for its owner's eyes alone."""
    draft = path.with_name(f"secrets.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(values, file)
            file.flush()
            os.fsync(file.fileno())  # The name must not outlive a power cut that its contents did not.
    except OSError as error:
        raise ConfigError(
            f"CLOUDEYE_DATA_DIR: {path.parent} cannot be written ({error.strerror})."
        ) from error
    return draft
