"""A monitor's configuration, its secrets apart: sealed at rest, masked to everybody, whole for the probe.

Fields whose schema says `secret` are secrets, however deep they lie: a text as a whole, of a mapping
(headers) each value. They are kept by their path, such as `auth.password` or `steps.2.headers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from app.core.secret_box import SealBrokenError, seal, unseal
from app.engine.usability.registry import MonitorType, get_type
from app.models import Monitor

MASK = "********"
Tree = dict[str, "Tree | None"]
"""Where secrets lie: None is a secret, "*" stands for every line of a list."""


@lru_cache(maxsize=100)
def secret_tree(kind: MonitorType) -> Tree:
    """The secrets of a type's configuration, by the names of fields."""
    schema = kind.schema()
    return _tree(schema, schema.get("$defs", {}))


def _tree(spec: Mapping[str, Any], defs: Mapping[str, Any]) -> Tree:
    found: Tree = {}
    for name, field in spec.get("properties", {}).items():
        if field.get("secret"):
            found[name] = None
            continue
        for part in _parts(field, defs):
            inner = _tree(part, defs)
            if inner:
                found[name] = inner
            lines = [_tree(each, defs) for each in _parts(part.get("items", {}), defs)]
            if any(lines):
                found[name] = {"*": next(each for each in lines if each)}
    return found


def _parts(field: Mapping[str, Any], defs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The field itself and what it refers to."""
    yield field
    for each in (field, *field.get("anyOf", ()), *field.get("allOf", ())):
        if "$ref" in each:
            yield defs[each["$ref"].rsplit("/", 1)[-1]]


def keep(monitor: Monitor, kind: MonitorType, config: dict[str, Any]) -> None:
    """Put a whole configuration into the row, its secrets sealed."""
    secrets: dict[str, Any] = {}
    monitor.config = _without(config, secret_tree(kind), "", secrets)
    monitor.sealed_secrets = seal(secrets) if secrets else None


def _without(value: Any, tree: Tree, path: str, secrets: dict[str, Any]) -> Any:
    """The value without its secrets, which go into `secrets` by path. What is empty is none."""
    if isinstance(value, list):
        inner = tree.get("*") or {}
        return [_without(each, inner, f"{path}{place}.", secrets) for place, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    rest: dict[str, Any] = {}
    for name, each in value.items():
        inner_or_secret = tree.get(name, {})
        if inner_or_secret is not None:
            rest[name] = _without(each, inner_or_secret, f"{path}{name}.", secrets)
        elif each:
            secrets[path + name] = each
        else:
            rest[name] = each
    return rest


def whole(monitor: Monitor) -> dict[str, Any]:
    """The configuration with its secrets, for the probe; without them when our key does not open them."""
    try:
        secrets = unseal(monitor.sealed_secrets) if monitor.sealed_secrets else {}
    except SealBrokenError:
        secrets = {}
    config = _copied(monitor.config)
    for path, value in secrets.items():
        *way, name = path.split(".")
        place: Any = config
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
        place[name] = value
    return dict(config)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


def masked(monitor: Monitor) -> dict[str, Any]:
    """The configuration as people may see it."""
    shown: dict[str, Any] = _masked(whole(monitor), secret_tree(get_type(monitor.type)))
    return shown


def _masked(value: Any, tree: Tree | None) -> Any:
    if tree is None:
        return dict.fromkeys(value, MASK) if isinstance(value, dict) else (MASK if value else value)
    if isinstance(value, list):
        return [_masked(each, tree.get("*", {})) for each in value]
    if isinstance(value, dict):
        return {name: _masked(each, tree.get(name, {})) for name, each in value.items()}
    return value


def unmasked(kind: MonitorType, given: dict[str, Any], present: dict[str, Any]) -> dict[str, Any]:
    """What was given, with the present secrets where only their mask came back.

    A line of a list gets the secrets of the present line that is the same but for them, else of the one that
    stands at its place.
    """
    result: dict[str, Any] = _unmasked(given, present, secret_tree(kind))
    return result


def _unmasked(given: Any, present: Any, tree: Tree | None) -> Any:
    if tree is None:
        return _unmasked_secret(given, present)
    if isinstance(given, dict):
        kept = present if isinstance(present, dict) else {}
        return {name: _unmasked(each, kept.get(name), tree.get(name, {})) for name, each in given.items()}
    if isinstance(given, list):
        inner = tree.get("*", {})
        return [_unmasked(each, line, inner) for each, line in _paired(given, present, inner)]
    return given


def _unmasked_secret(given: Any, present: Any) -> Any:
    if given == MASK:
        return present if present is not None else ""
    if isinstance(given, dict):
        kept = present if isinstance(present, dict) else {}
        return {key: kept.get(key, each) if each == MASK else each for key, each in given.items()}
    return given


def _paired(given: list[Any], present: Any, tree: Tree | None) -> Iterator[tuple[Any, Any]]:
    kept = list(present) if isinstance(present, list) else []
    plain = [_masked(each, tree) for each in kept]
    for place, each in enumerate(given):
        same = next(
            (other for other, look in zip(kept, plain, strict=True) if look == _masked(each, tree)), None
        )
        yield each, same if same is not None else (kept[place] if place < len(kept) else None)
