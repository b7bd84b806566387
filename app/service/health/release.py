"""Which release this is."""

from __future__ import annotations

import tomllib
from functools import cache

from config.env import ROOT


@cache
def release() -> str:
    """The version in pyproject.toml, which lies beside the code; "unknown" where somebody left it out."""
    try:
        return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "unknown"
