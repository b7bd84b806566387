"""What is known of vulnerable libraries, where `flask bug update-data` has put it; read once a version."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from app.core.settings import get_settings

NAME = "jsrepository.json"


def data_path() -> Path:
    return get_settings().DATA_DIR / "bug" / NAME


def library_data() -> bytes:
    """The repository as JSON; empty where there is none."""
    path = data_path()
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError:
        return b""


@lru_cache(maxsize=1)
def _read(path: Path, changed_ns: int) -> bytes:
    return path.read_bytes()
