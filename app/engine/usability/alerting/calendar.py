"""A rota's turns as an iCalendar file (RFC 5545), for people's own calendars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from app.engine.usability.alerting.rota import Turn

LINE_BYTES = 75


def to_ical(name: str, rota_id: int, turns: Iterable[Turn], people: Mapping[int, str], at: datetime) -> bytes:
    """One event a turn. Its UID is the rota and the start, so that a calendar updates instead of doubling."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//CloudEye//On call//EN",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for turn in turns:
        if turn.duty is not None:
            who = people.get(turn.duty.user_id, "?")
            lines += [
                "BEGIN:VEVENT",
                f"UID:{rota_id}-{_moment(turn.starts)}@cloudeye",
                f"DTSTAMP:{_moment(at)}",
                f"DTSTART:{_moment(turn.starts)}",
                f"DTEND:{_moment(turn.ends)}",
                f"SUMMARY:{_text(f'{who} · {name}')}",
                "END:VEVENT",
            ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """Escaped as section 3.3.11 has it; line ends of any kind would end the line."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(escaped.splitlines())


def _folded(line: str) -> bytes:
    """At most 75 octets a line, never cut inside a character (section 3.1)."""
    parts: list[bytes] = []
    part = b""
    for char in line:
        octets = char.encode()
        if len(part) + len(octets) > LINE_BYTES - (1 if parts else 0):
            parts.append(part)
            part = b""
        part += octets
    parts.append(part)
    return b"\r\n ".join(parts) + b"\r\n"
