"""What an open page is told: not too often, nothing of other sites, and always the last change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from app.service.live import CHANGE
from app.web.family.live import gathered

CHANGED = "event: changed\ndata: 1\n\n"
OURS: dict[str, Any] = {"kind": "monitor", "site_id": "7"}


class Ticks:
    """A clock that moves when a batch is taken: 0.4 s each."""

    def __init__(self) -> None:
        self.moment = 0.0

    def __call__(self) -> float:
        return self.moment

    def batches(self, *batches: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
        for batch in batches:
            self.moment += 0.4
            yield batch


def told(
    *batches: list[dict[str, Any]],
    site_id: int | None = 7,
    lifetime_seconds: float = 600.0,
    missed: Callable[[], bool] = lambda: False,
    goes_on: Callable[[], bool] = lambda: True,
) -> list[str]:
    clock = Ticks()
    events = gathered(
        clock.batches(*batches),
        site_id=site_id,
        quiet_seconds=1.0,
        lifetime_seconds=lifetime_seconds,
        missed=missed,
        goes_on=goes_on,
        clock=clock,
    )
    return list(events)[1:]


def test_a_change_is_told_at_once() -> None:
    assert told([OURS]) == [CHANGED]


def test_many_changes_are_told_once_a_second() -> None:
    assert told(*[[OURS]] * 10) == [CHANGED] * 4


def test_the_last_change_is_told_when_nothing_follows_it() -> None:
    assert told([OURS], [OURS], [], []) == [CHANGED, CHANGED]


def test_other_sites_are_not_told() -> None:
    assert told([{"kind": "monitor", "site_id": "8"}]) == []


def test_a_list_is_told_of_every_site() -> None:
    assert told([{"kind": "monitor", "site_id": "8"}], site_id=None) == [CHANGED]


def test_what_somebody_changed_is_told_to_the_page_of_any_site() -> None:
    assert told([{"kind": CHANGE}]) == [CHANGED]


def test_what_came_before_the_page_listened_is_made_up_for_once() -> None:
    assert told([], [], [], [], missed=lambda: True) == [CHANGED]


def test_a_silent_line_is_kept_open() -> None:
    assert told(*[[]] * 40) == [": pulse\n\n"]


def test_the_stream_ends_so_that_a_session_cannot_listen_for_ever() -> None:
    assert told(*[[OURS]] * 100, lifetime_seconds=1.0) == [CHANGED]


def test_the_stream_tells_its_page_that_the_session_ended_and_ends() -> None:
    assert told(*[[]] * 100, goes_on=lambda: False) == [CHANGED]
