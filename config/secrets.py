"""Secrets of an installation that was given none: made once, kept readable for their owner alone."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from config.env import ConfigError

NAMES = ("CLOUDEYE_SECRET_KEY", "CLOUDEYE_ENCRYPTION_KEY")


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


def _make(path: Path) -> None:
    draft = path.with_name(f"secrets.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump({name: secrets.token_urlsafe(48) for name in NAMES}, file)
            file.flush()
            os.fsync(file.fileno())  # The name must not outlive a power cut that its contents did not.
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
