"""A rota's turns as an iCalendar file."""

from __future__ import annotations

from datetime import UTC, datetime

from app.engine.usability.alerting.calendar import LINE_BYTES, to_ical
from app.engine.usability.alerting.rota import Duty, Turn

START, END = datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 28, 9, tzinfo=UTC)


def written(name: str, *turns: Turn) -> list[str]:
    return to_ical(name, 7, turns, {1: "Ann, O.", 2: "李\r\nEND:VCALENDAR"}, START).decode().split("\r\n")


def test_each_turn_is_an_event_in_utc() -> None:
    lines = written("Night", Turn(START, END, Duty(1, 0)), Turn(END, END, None))
    assert lines.count("BEGIN:VEVENT") == 1
    assert "DTSTART:20261121T090000Z" in lines and "DTEND:20261128T090000Z" in lines
    assert "SUMMARY:Ann\\, O. · Night" in lines and "UID:7-20261121T090000Z@cloudeye" in lines


def test_a_name_cannot_write_lines_of_its_own() -> None:
    lines = written("Night", Turn(START, END, Duty(2, 0)))
    assert lines.count("END:VCALENDAR") == 1 and "SUMMARY:李\\nEND:VCALENDAR · Night" in lines


def test_long_lines_are_folded_between_characters() -> None:
    text = to_ical("值班" * 60, 7, [], {}, START)
    assert all(len(line) <= LINE_BYTES for line in text.split(b"\r\n"))
    assert "X-WR-CALNAME:" + "值班" * 60 in text.decode().replace("\r\n ", "")
