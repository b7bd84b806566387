"""Links that led to one place and now lead to a stranger."""

from __future__ import annotations

import pytest

from tests.engine.tamper.pages import judged, page, told


def test_a_link_that_leads_to_a_stranger_now_is_an_alert() -> None:
    reason = told(judged(page().replace('"/bread"', '"http://evil.example/bread"')), "link_repointed")
    assert (reason.level, reason.cls) == ("alert", "redirect")
    assert reason.detail["label"] == "Bread"
    assert (reason.before, reason.after) == ("https://www.shop.example/bread", "http://evil.example/bread")
    assert reason.where == "body>header.top>nav.menu>a"


def test_a_download_from_a_stranger_is_critical() -> None:
    reason = told(judged(page().replace('"/files/', '"http://evil.example/')), "download_repointed")
    assert (reason.severity, reason.cls) == ("critical", "resource_replaced")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"/bread"', '"/bread-and-rolls"'),
        ('"/bread"', '"https://bread.shop.example/"'),
        ('"/visit"', '"https://www.google.com/maps?q=mill"'),
        (
            '<a href="/cake">Cake</a>',
            '<a href="/cake">Cake</a> <a href="http://friend.example/">A friend</a>',
        ),
    ],
)
def test_a_move_within_the_site_a_well_known_host_or_a_new_link_is_none(old: str, new: str) -> None:
    assert judged(page().replace(old, new)).verdict != "alert"
