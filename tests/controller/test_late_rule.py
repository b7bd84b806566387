"""Late routes build what Werkzeug's own would, and compile nothing before."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule

from app.late_rule import LateRule

VALUES = {"site_id": 7, "name": "a b/ü"}


@pytest.mark.parametrize(
    "values",
    [VALUES, {**VALUES, "page": 2, "q": ["x", "y"]}],
)
@pytest.mark.parametrize("append_unknown", [True, False])
def test_it_builds_what_an_ordinary_route_builds(values: dict[str, object], append_unknown: bool) -> None:
    ordinary, late = (
        Map([kind("/sites/<int:site_id>/<path:name>/x", endpoint="x")]).bind("example.org")
        for kind in (Rule, LateRule)
    )
    built = [each.build("x", values, append_unknown=append_unknown) for each in (ordinary, late)]
    assert built[0] == built[1]


def test_a_route_is_compiled_once_and_only_when_its_url_is_built() -> None:
    with patch.object(Rule, "_compile_builder", autospec=True, side_effect=Rule._compile_builder) as compiled:
        rule = LateRule("/sites/<int:site_id>", endpoint="x")
        urls = Map([rule]).bind("example.org")
        assert urls.match("/sites/7") == ("x", {"site_id": 7})
        assert not compiled.called
        assert [urls.build("x", {"site_id": number}) for number in (7, 8)] == ["/sites/7", "/sites/8"]
        assert compiled.call_count == 1


def test_every_route_of_ours_is_late(app: Flask) -> None:
    ordinary = [rule.rule for rule in app.url_map.iter_rules() if not isinstance(rule, LateRule)]
    assert ordinary == ["/static/<path:filename>"]  # Flask adds it itself, as it is made
