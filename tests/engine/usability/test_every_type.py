"""What every monitor type owes: words in both languages, defaults that hold, secrets marked as such."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app.engine.usability.registry import PHASE_NAMES, MonitorType, all_types
from app.engine.usability.types import Outcome

_NAME = re.compile(r"[a-z][a-z0-9]{1,15}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SECRET = re.compile(r"(password|passwd|secret|token|community|private_key)$")
_WIDGETS = {
    "text", "url", "number", "select", "switch", "textarea", "password", "headers", "lines", "rows", "object",
    "monitors",
}  # fmt: skip
# What to put where a type wants something, by the name of the field.
_GIVEN: dict[str, Any] = {
    "url": "https://example.org/",
    "host": "example.org",
    "name": "example.org",
    "domain": "example.org",
    "port": 80,
    "steps": [{"url": "https://example.org/"}],
}
_LEAST: dict[str, dict[str, Any]] = {"group": {"tags": ["eu"]}, "websocket": {"url": "ws://example.org/"}}
KINDS = pytest.mark.parametrize("kind", all_types(), ids=lambda kind: kind.name)


def least(kind: MonitorType) -> dict[str, Any]:
    """A configuration with nothing but what the type demands."""
    return _LEAST.get(kind.name) or {name: _GIVEN[name] for name in kind.schema().get("required", ())}


def _specs(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every field, those of parts within fields too."""
    parts = [schema, *schema.get("$defs", {}).values()]
    return [each for part in parts for each in part.get("properties", {}).items()]


@KINDS
def test_it_has_words_in_both_languages(kind: MonitorType) -> None:
    assert _NAME.fullmatch(kind.name)
    for words in (kind.title, kind.doc, *kind.phases.values()):
        assert set(words) == {"en", "zh"}
        assert all(words.values())
    assert _CHINESE.search(kind.doc["zh"])
    assert kind.doc["en"].endswith(".")


@KINDS
def test_its_phases_are_parts_of_a_sample(kind: MonitorType) -> None:
    assert set(kind.phases) <= set(PHASE_NAMES)
    assert all(hasattr(Outcome("up"), f"{name}_ms") for name in kind.phases)


@KINDS
def test_each_field_is_worded_and_can_be_drawn(kind: MonitorType) -> None:
    for name, spec in kind.schema()["properties"].items():
        assert spec["title"] and spec["description"], name
        assert _CHINESE.search(spec["zh"]["title"] + spec["zh"]["description"]), name
        assert spec["widget"] in _WIDGETS, (name, spec["widget"])
        assert spec["group"] in ("request", "answer", "connection", "login", "advanced"), name


@KINDS
def test_its_secrets_are_marked(kind: MonitorType) -> None:
    for name, spec in _specs(kind.schema()):
        if _SECRET.search(name) and spec.get("type") == "string":
            assert spec.get("secret") is True, name
        if spec.get("widget") == "password":
            assert spec.get("secret") is True, name


@KINDS
def test_it_can_be_used_with_its_defaults(kind: MonitorType) -> None:
    config = kind.parse(least(kind))
    whole = json.loads(config.model_dump_json())
    assert kind.parse(whole) == config


@KINDS
@pytest.mark.parametrize("locale", ["en", "zh"])
def test_it_tells_nothing_of_no_facts(kind: MonitorType, locale: str) -> None:
    assert kind.told({}, locale) == []


@KINDS
def test_it_refuses_names_it_does_not_know(kind: MonitorType) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        kind.parse({**least(kind), "nonsense": 1})
