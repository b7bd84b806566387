"""Paths into JSON."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.bug.templates.jsonpath import read_json_path

DOCUMENT: dict[str, Any] = {"a": {"b": [{"c": 1}, {"c": 2}]}, "k-y": "v", "none": None}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".", [DOCUMENT]),
        (".a.b[0].c", [1]),
        (".a.b[-1].c", [2]),
        (".a.b[].c", [1, 2]),
        (".a.b | .[] | .c", [1, 2]),
        ('."k-y"', ["v"]),
        ('.["k-y"]', ["v"]),
        (".[\"a\"]['b'][1].c", [2]),
        (".a?.b?[]?.c", [1, 2]),
        (".missing.b", []),
        (".none", []),
        (".a.b[9]", []),
        (".a[]", [[{"c": 1}, {"c": 2}]]),
    ],
)
def test_it_leads_to(path: str, found: list[Any]) -> None:
    assert read_json_path(path).find(DOCUMENT) == found
