"""What a probe process saw first of a monitor's target."""

from __future__ import annotations

from app.engine.usability.certificate.first_seen import FirstSeen
from app.engine.usability.types import Check


def _check(monitor_id: int, port: int = 1) -> Check:
    return Check(1, monitor_id, "tls", {"port": port}, 0, 1000)


def test_it_tells_the_first_when_another_comes() -> None:
    seen: FirstSeen[str] = FirstSeen()
    assert [seen.compare(_check(1), value) for value in ("a", "a", "b", "b", "a")] == [
        None,
        None,
        "a",
        "a",
        None,
    ]


def test_a_configuration_saved_anew_begins_anew() -> None:
    seen: FirstSeen[str] = FirstSeen()
    assert seen.compare(_check(1, port=1), "a") is None
    assert seen.compare(_check(1, port=2), "b") is None


def test_a_check_for_a_try_is_not_remembered() -> None:
    seen: FirstSeen[str] = FirstSeen()
    assert [seen.compare(_check(0), value) for value in ("a", "b")] == [None, None]


def test_the_oldest_are_forgotten() -> None:
    seen: FirstSeen[str] = FirstSeen(size=1)
    assert [seen.compare(_check(number), value) for number, value in ((1, "a"), (2, "a"), (1, "b"))] == [
        None
    ] * 3
