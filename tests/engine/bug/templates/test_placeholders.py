"""Texts with placeholders."""

from __future__ import annotations

import pytest

from app.engine.bug.templates.nodes import Scope
from app.engine.bug.templates.placeholders import UnresolvedError, fill

SCOPE = Scope({"user": "ann", "word": "{{user}}", "n": 3.0, "BaseURL": "http://a.example"})


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("nothing", "nothing"),
        ("{{BaseURL}}/x", "http://a.example/x"),
        ("{{ user }}", "ann"),
        ("§user§", "ann"),
        ("{{user}}{{n}}", "ann3"),
        ('{"a":"{{user}}"}', '{"a":"ann"}'),
        ("{{to_upper(user)}}", "ANN"),
        ("{{base64('{{user}}:{{user}}')}}", "YW5uOmFubg=="),
        ("{{concat('{', user, '}')}}", "{ann}"),
        ("{{7*7}}", "{{7*7}}"),
        ("{{n*2}}", "6"),
        ("{{#if x}}", "{{#if x}}"),
        ("{{open", "{{open"),
    ],
)
def test_it_is_filled(text: str, filled: str) -> None:
    assert fill(text, SCOPE) == filled


def test_what_was_filled_in_is_not_looked_into_again() -> None:
    assert fill("{{word}}", SCOPE) == "{{user}}"


@pytest.mark.parametrize("text", ["{{nobody}}", "{{base64(nobody)}}"])
def test_a_name_without_value_is_told(text: str) -> None:
    with pytest.raises(UnresolvedError, match="nobody"):
        fill(text, SCOPE)


def test_a_name_without_value_stays_where_that_is_wanted() -> None:
    assert fill("{{nobody}} {{user}}", SCOPE, keeps=True) == "{{nobody}} ann"


def test_very_many_braces_end_soon() -> None:
    assert fill("{{" * 20_000, SCOPE, keeps=True) == "{{" * 20_000
