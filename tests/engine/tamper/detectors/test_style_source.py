"""Style from hosts that never styled this page."""

from __future__ import annotations

import pytest

from tests.engine.tamper.pages import judged, page, told


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ('<link rel="stylesheet" href="https://evil.example/a.css">', "style_host_new"),
        ('<style>@import "https://evil.example/a.css";</style>', "style_host_new"),
        ('<link rel="stylesheet" href="data:text/css,body{color:red}">', "style_data_new"),
        ("<style>body{background:url(https://evil.example/a.png)}</style>", "style_picture_new"),
    ],
)
def test_style_of_a_stranger_is_an_alert(head: str, code: str) -> None:
    reason = told(judged(page(head=head)), code)
    assert (reason.level, reason.cls) == ("alert", "resource_replaced")
    assert reason.where.startswith("html>head>")


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="stylesheet" href="https://fonts.googleapis.com/css?family=Inter">',
        '<link rel="stylesheet" href="/print.css" media="print">',
        "<style>.lead{color:#333;background:url(/paper.png)}</style>",
    ],
)
def test_style_of_our_own_or_of_a_well_known_service_is_no_alert(head: str) -> None:
    assert judged(page(head=head)).verdict != "alert"
