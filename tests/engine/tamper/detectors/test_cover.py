"""Something laid over the whole window."""

from __future__ import annotations

import pytest

from tests.engine.tamper.pages import judged, page, told

WHOLE = "position:fixed;top:0;left:0;width:100%;height:100%;z-index:99999;background:#000"


@pytest.mark.parametrize("style", [WHOLE, "position:absolute;inset:0;z-index:9999"])
def test_a_cover_that_was_never_there_is_an_alert(style: str) -> None:
    reason = told(judged(page(f'<div style="{style}">Look</div>')), "cover_new")
    assert (reason.level, reason.cls) == ("alert", "defacement")


def test_a_cover_that_was_always_there_may_say_something_else() -> None:
    cover = f'<div style="{WHOLE}">{{}}</div>'
    assert judged(page(cover.format("Cookies?")), page(cover.format("Welcome"))).verdict == "ok"


@pytest.mark.parametrize(
    "style", ["position:fixed;bottom:0;left:0;width:100%;height:60px;z-index:999", "width:100%;height:100%"]
)
def test_a_bar_or_a_wide_box_is_none(style: str) -> None:
    assert judged(page(f'<div style="{style}">Cookies?</div>')).verdict == "ok"
