"""Every kind of message about availability, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.notify.message import LISTED, Message
from app.engine.notify.words import NOTES, TITLES, note
from tests.engine.notify.local import AT, opened


def group(count: int, **values: Any) -> dict[str, Any]:
    one = {
        "id": "4",
        "monitor": "home",
        "site": "Shop",
        "level": "down",
        "started_at": "2026-11-21T08:29:50+00:00",
        "closed_at": None,
        "sentence": {"en": "It refused the connection.", "zh": "拒绝连接。"},
    }
    return {"id": "9", "count": count, "open": count, "incidents": [{**one, **values}] * min(count, 50)}


def about(kind: str, **changes: Any) -> Message:
    return Message(id="1", kind=kind, at=AT, severity="critical", **changes)


@pytest.mark.parametrize(
    ("kind", "level", "title"),
    [
        ("incident.opened", "degraded", "DEGRADED: home (Shop)"),
        ("incident.opened", "regional", "DOWN in some places: home (Shop)"),
        ("incident.opened", "down", "DOWN: home (Shop)"),
        ("incident.changed", "down", "Now DOWN: home (Shop)"),
        ("incident.closed", "degraded", "No longer degraded: home (Shop)"),
        ("incident.reminder", "regional", "Still DOWN in some places: home (Shop)"),
        ("incident.escalated", "down", "Nobody has answered: home (Shop)"),
        ("incident.withdrawn", "down", "False alarm: home (Shop) was not down"),
        ("monitor.flapping", "down", "Going up and down: home (Shop)"),
    ],
)
def test_the_title_says_how_bad_it_is(kind: str, level: str, title: str) -> None:
    assert opened(kind=kind, incident={"id": "4", "level": level}).text("en")[0] == title


def test_only_what_answers_slowly_is_called_slow() -> None:
    """A certificate that ends soon is degraded too."""
    slow = {"id": "4", "level": "degraded", "cause": "slow"}
    assert opened(incident=slow).text("en")[0] == "SLOW: home (Shop)"
    assert opened(kind="incident.closed", incident=slow).text("en")[0] == "No longer slow: home (Shop)"
    listed = about("digest", group=group(1, level="degraded", cause="slow")).text("en")[1]
    assert listed.startswith("SLOW · home")
    expiring = {**slow, "cause": "tls_expires_soon"}
    assert opened(incident=expiring).text("en")[0] == "DEGRADED: home (Shop)"


def test_a_storm_lists_its_incidents() -> None:
    title, body = about("storm.opened", group=group(2), note=note("storm")).text("en")
    assert title == "2 incidents at once"
    assert body.splitlines()[:2] == ["DOWN · home (Shop): It refused the connection."] * 2
    assert body.endswith("another follows when they are over.")


def test_a_list_of_one_is_no_plural() -> None:
    assert about("digest", group=group(1)).text("en")[0] == "Digest: 1 incident"
    assert about("storm.closed", group=group(1)).text("en")[0] == "Over: 1 incident, among others"


def test_a_long_list_is_cut_and_says_so() -> None:
    body = about("storm.opened", group=group(LISTED + 5)).text("en")[1]
    assert body.count("home") == LISTED and body.endswith("and 5 more")


def test_the_end_of_a_storm_says_what_is_left() -> None:
    ended = {**group(3, closed_at="2026-11-21T09:00:00+00:00"), "open": 1}
    body = about("storm.closed", group=ended).text("zh")[1]
    assert "已恢复 · home" in body and body.endswith("尚未恢复：1 个")


def test_a_list_of_reminders_has_a_title_of_its_own() -> None:
    assert about("incident.reminder", group=group(3)).text("en")[0] == "Still open: 3 incidents"


def test_a_note_stands_under_the_sentence() -> None:
    body = opened(kind="incident.escalated", note=note("unanswered", minutes=15)).text("en")[1]
    assert body.splitlines()[1] == "It has not been acknowledged for 15 min."


def test_the_payload_has_group_and_note() -> None:
    data = about("digest", group=group(1), note=note("quiet_hours")).payload()["data"]
    assert data["group"]["count"] == 1 and set(data["note"]) == {"en", "zh"}


def test_a_message_of_an_older_version_can_still_be_read() -> None:
    kept = opened().to_dict()
    del kept["group"], kept["note"]
    assert Message.from_dict(kept) == opened()


@pytest.mark.parametrize("texts", [*TITLES.values(), *NOTES.values()])
def test_everything_is_said_in_both_languages(texts: dict[str, str]) -> None:
    assert set(texts) == {"en", "zh"} and all(texts.values())
