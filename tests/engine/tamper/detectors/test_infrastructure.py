"""What stands behind the page."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.tamper.inventory import Inventory
from tests.engine.tamper.pages import inventory, judged, page, told


def behind(
    address: str = "192.0.2.7", sha256: str = "a", issuer: str = "Good CA", html: str = ""
) -> Inventory:
    return inventory(page(html), addresses=(address,), certificate={"sha256": sha256 * 64, "issuer": issuer})


BEFORE = [behind()] * 3


@pytest.mark.parametrize(
    ("now", "code"),
    [
        ({"address": "203.0.113.9"}, "address_changed"),
        ({"address": "2001:db8::1"}, "address_changed"),
        ({"sha256": "b", "issuer": "Other CA"}, "issuer_changed"),
    ],
)
def test_another_network_or_issuer_is_a_notice_with_both_names(now: dict[str, Any], code: str) -> None:
    verdict = judged(behind(html="<p>More</p>", **now), BEFORE)
    reason = told(verdict, code)
    assert (reason.level, reason.cls) == ("notice", "dns_hijack")
    assert reason.before and reason.after
    assert verdict.verdict == "notice"


@pytest.mark.parametrize("now", [{"address": "192.0.77.1"}, {"sha256": "b"}])
def test_a_neighbour_or_a_renewed_certificate_is_nothing(now: dict[str, Any]) -> None:
    assert judged(behind(html="<p>More</p>", **now), BEFORE).verdict == "ok"
