"""Names of places in a page that survive a rebuild."""

from __future__ import annotations

import pytest

from app.engine.tamper.inventory.region import part, stable_class


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("news", "news"),
        ("  news  wide ", "news"),
        ("post-4711", "post"),
        ("active menu-item", "menu-item"),
        ("css-1x2y3z title", "title"),
        ("sc-bdVaJa", ""),
        ("_3fK9x teaser", "teaser"),
        ("Button_root__a1B2c", "Button_root"),
        ("jsx-123456 card", "card"),
        ("svelte-abc12", ""),
        ("", ""),
        ("x" * 200, "x" * 40),
    ],
)
def test_the_first_class_written_by_hand_without_digits(value: str, name: str) -> None:
    assert stable_class(value) == name


@pytest.mark.parametrize(
    ("tag", "classes", "name"), [("ul", "news wide", "ul.news"), ("div", "", "div"), ("p", "sc-a1b2", "p")]
)
def test_a_level_is_its_tag_and_its_class(tag: str, classes: str, name: str) -> None:
    assert part(tag, classes) == name
