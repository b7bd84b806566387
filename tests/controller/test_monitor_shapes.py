"""What the document says of a monitor's configuration, type by type, and that answers keep to it."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from app.engine.usability.registry import all_types
from tests.cast import API, Caller
from tests.engine.usability.test_every_type import least


@pytest.fixture
def shapes(app: Flask) -> dict[str, Any]:
    document = app.test_client().get(f"{API}/openapi.json").get_json()
    return {"$ref": "#/components/schemas/Monitor", "components": document["components"]}


def test_a_monitor_of_every_type_is_answered_as_described(as_owner: Caller, shapes: dict[str, Any]) -> None:
    site = as_owner.post("/sites", {"name": "Shop", "base_url": "http://127.0.0.1:9/"})["data"]
    is_described = jsonschema_rs.validator_for(shapes)
    for kind in all_types():
        body = {"site_id": site["id"], "type": kind.name, "name": kind.name, "config": least(kind)}
        is_described.validate(as_owner.post("/usability/monitors", body, 201)["data"])
    for made in as_owner.get("/usability/monitors?limit=200")["data"]["items"]:
        is_described.validate(made)


def test_one_types_configuration_is_not_anothers(as_owner: Caller, shapes: dict[str, Any]) -> None:
    site = as_owner.post("/sites", {"name": "Shop", "base_url": "http://127.0.0.1:9/"})["data"]
    body = {"site_id": site["id"], "type": "tcp", "name": "a", "config": {"host": "127.0.0.1", "port": 9}}
    made = as_owner.post("/usability/monitors", body, 201)["data"]
    assert not jsonschema_rs.validator_for(shapes).is_valid({**made, "type": "http"})


def test_every_reference_of_the_document_leads_somewhere(app: Flask) -> None:
    document = app.test_client().get(f"{API}/openapi.json").get_json()
    known = {f"#/components/{kind}/{name}" for kind, each in document["components"].items() for name in each}
    assert set(_references(document)) <= known


def _references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in _references(each)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [found for each in value.values() for found in _references(each)]
