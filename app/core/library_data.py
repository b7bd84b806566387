"""The data on vulnerable JavaScript libraries: what an operator fetched, else the copy of the set-up."""

from __future__ import annotations

import os
import tempfile
from functools import lru_cache
from pathlib import Path

from app.core.settings import get_settings
from config.env import ROOT

NAME = "jsrepository.json"
UPSTREAM = "https://raw.githubusercontent.com/RetireJS/retire.js/master/repository/jsrepository-v5.json"
SET_UP = ROOT / "app" / "vendor" / NAME


def data_path() -> Path:
    """Where `flask bug update-data` puts it."""
    return get_settings().DATA_DIR / "bug" / NAME


def library_data() -> bytes:
    """retire.js's repository as JSON; empty where there is none."""
    for path in (data_path(), SET_UP):
        try:
            return _read(path, path.stat().st_mtime_ns)
        except OSError:
            continue
    return b""


@lru_cache(maxsize=2)
def _read(path: Path, _changed_ns: int) -> bytes:
    return path.read_bytes()


def keep_library_data(data: bytes) -> Path:
    """Put it where `library_data` finds it, as a whole or not at all. Raises OSError."""
    path = data_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f"{NAME}.", delete=False) as draft:
        try:
            draft.write(data)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).chmod(0o644)
            Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    return path
