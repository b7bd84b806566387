"""Names that people give to things: nothing in them hides, or turns round what stands beside them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Caller

HIDDEN = "\u202e\u200b"
NAMED: list[tuple[str, str, dict[str, Any]]] = [
    ("/sites", "name", {"base_url": "https://shop.example"}),
    ("/usability/monitors", "name", {"type": "heartbeat", "config": {}, "site_id": "1"}),
    ("/channels", "name", {"type": "webhook", "config": {"url": "https://hook.example"}}),
    ("/channels/rules", "name", {}),
    ("/usability/escalations", "name", {"steps": []}),
    ("/usability/rotas", "name", {"layers": []}),
    ("/usability/maintenance", "name", {"starts": "2099-12-01T02:00", "minutes": 5, "covers_all": True}),
    ("/usability/objectives", "name", {"kind": "availability", "target": 99, "site_id": "1"}),
    ("/status-pages", "title", {"slug": "shop-status"}),
]


@pytest.mark.parametrize(("path", "field", "body"), NAMED, ids=[path for path, _, _ in NAMED])
def test_a_name_that_nobody_can_see_is_none(
    as_owner: Caller, path: str, field: str, body: dict[str, Any]
) -> None:
    if "site_id" in body:
        site = as_owner.post("/sites", {"name": "Shop", "base_url": "https://shop.example"}, 201)["data"]
        body = {**body, "site_id": site["id"]}
    answer = as_owner.post(path, {**body, field: HIDDEN}, 400)
    assert answer["data"]["fields"] == {field: "must not be empty"}
