"""deploy/compose.yaml, read as Docker Compose does: variables filled in, anchors merged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from config.env import ROOT

FILE = ROOT / "deploy" / "compose.yaml"
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


class UnsetError(Exception):
    """A variable that must be set is not."""


def read_compose(given: Mapping[str, str], path: Path = FILE) -> dict[str, Any]:
    """The document, with `${…}` in its texts replaced by what is given or by its default."""
    document: dict[str, Any] = _filled(yaml.safe_load(path.read_text()), given)
    return document


def _filled(value: Any, given: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, given) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, given) for each in value]
    return _VARIABLE.sub(lambda found: _value(found, given), value) if isinstance(value, str) else value


def _value(found: re.Match[str], given: Mapping[str, str]) -> str:
    name, kind, rest = found[1], found[2], found[3]
    if value := given.get(name):
        return value
    if kind == "?":
        raise UnsetError(f"{name}: {rest}")
    return rest or ""


def environment_of(service: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in service.get("environment", {}).items()}
