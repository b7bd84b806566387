"""What a live page is told of, for who answers for some sites only."""

from __future__ import annotations

from typing import Any

from app.service.live import CHANGE
from app.web.family.live import gathered

BATCHES: list[list[dict[str, Any]]] = [
    [{"kind": "results", "site_ids": ["2", "3"]}],
    [{"kind": "monitor", "site_id": "2", "monitor_id": "9"}],
    [{"kind": "organization"}],
]


def changes(only: set[int] | None, batches: list[list[dict[str, Any]]] = BATCHES) -> int:
    said = gathered(batches, site_id=None, quiet_seconds=0.0, only=only, clock=iter(range(99)).__next__)
    return sum(each.startswith("event: changed") for each in said)


def test_messages_of_other_sites_change_nothing_on_the_page() -> None:
    assert changes({1}) == 0


def test_messages_of_ones_own_sites_do() -> None:
    assert changes({3}) == 1
    assert changes({2}) == 2


def test_who_is_not_narrowed_is_told_of_everything() -> None:
    assert changes(None) == 3


def test_what_somebody_changed_is_told_to_everybody() -> None:
    assert changes({1}, [[{"kind": CHANGE}]]) == 1
