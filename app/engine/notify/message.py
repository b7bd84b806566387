"""What a notification says: one message, as JSON for machines and as text for people in two languages."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.engine.notify.words import GRADES, LINES, MARKS, TEST_SENTENCE, TITLES, Texts

Facts = dict[str, Any]
LISTED = 20
"""How many incidents of a group a text names; the payload has up to fifty."""
SLOW = ("slow", "too_slow", "page_slow")
"""Causes of what is degraded because its answers take long."""


@dataclass(frozen=True, slots=True)
class Message:
    """One notification. `id` stays the same over all attempts, so a receiver can tell a repetition.

    A message about several incidents has a `group` instead of one monitor:
    {"id", "count", "open", "incidents": [{"id", "monitor", "site", "level", "started_at", "closed_at",
    "sentence"}]}. `note` says what else there is to know of this message.
    """

    id: str
    kind: str
    at: datetime
    severity: str
    organization: Facts = field(default_factory=dict)
    site: Facts = field(default_factory=dict)
    monitor: Facts = field(default_factory=dict)
    incident: Facts = field(default_factory=dict)
    sentence: dict[str, str] = field(default_factory=dict)
    url: str | None = None
    watch: Facts = field(default_factory=dict)
    alert: Facts = field(default_factory=dict)
    bug: Facts = field(default_factory=dict)
    group: Facts = field(default_factory=dict)
    note: dict[str, str] = field(default_factory=dict)
    objective: Facts = field(default_factory=dict)
    # The organization's own words, made when it is sent: {"title", "body", "format"}.
    words: dict[str, str] = field(default_factory=dict)
    # The time zone its text tells times in, known when it is sent; empty: UTC.
    zone: str = ""
    # Who of several recipients has it by an earlier attempt, as the channel's kind names them.
    reached: tuple[str, ...] = ()

    @property
    def format(self) -> str:
        """How the text is written: text, markdown or html."""
        return self.words.get("format", "text")

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as it is kept in the outbox."""
        facts = {**asdict(self), "at": self.at.isoformat()}
        del facts["words"], facts["zone"], facts["reached"]
        return facts

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Message:
        reached = tuple(data.get("reached", ()))
        return cls(**{**data, "at": datetime.fromisoformat(data["at"]), "reached": reached})

    def payload(self) -> dict[str, Any]:
        """The webhook's body: {"type", "timestamp", "data"}, as Standard Webhooks has it."""
        data: dict[str, Any] = {"severity": self.severity, "sentence": self.sentence}
        for name in (
            "note",
            "organization",
            "site",
            "monitor",
            "watch",
            "incident",
            "alert",
            "bug",
            "group",
            "objective",
        ):
            if value := getattr(self, name):
                data[name] = value
        if self.url:
            data["url"] = self.url
        return {"type": self.kind, "timestamp": self.at.isoformat(), "data": data}

    def text(self, locale: str) -> tuple[str, str]:
        """Title and body for people."""
        if self.words:
            return self.words["title"], self.words["body"]
        names = {
            "monitor": self.monitor.get("name", ""),
            "site": self.site.get("name", ""),
            "watch": self.watch.get("name", ""),
            "host": self.bug.get("host", ""),
            "objective": self.objective.get("name", ""),
            "grade": _in(GRADES.get(self.severity, {"en": self.severity}), locale),
            "count": str(self.group.get("count", "")),
        }
        title = _in(self._titles(), locale).format_map(names)
        if self.kind == "test":
            return title, _in(TEST_SENTENCE, locale)
        lines = self._group_lines(locale) if self.group else self._lines(locale)
        return title, "\n".join(line for line in [*lines, self.url or ""] if line)

    def _lines(self, locale: str) -> list[str]:
        said = _in(self.sentence, locale)
        is_over = self.kind in ("incident.closed", "alert.closed", "incident.withdrawn")
        return [
            _line("was", locale, said) if is_over else said,
            _in(self.note, locale),
            _line("page", locale, self.watch.get("url"))
            or _line("address", locale, self.site.get("base_url")),
            self._time("since", locale, self.incident.get("started_at") or self.alert.get("opened_at")),
            self._time("until", locale, self.incident.get("closed_at") or self.alert.get("closed_at")),
        ]

    def _time(self, name: str, locale: str, moment: str | None) -> str:
        return _line(name, locale, by_the_clock(moment, self.zone)) if moment else ""

    def _group_lines(self, locale: str) -> list[str]:
        count, still_open = self.group["count"], self.group["open"]
        listed = self.group["incidents"][:LISTED]
        return [
            *(_entry(each, locale) for each in listed),
            _line("more", locale, str(count - len(listed))) if count > len(listed) else "",
            _line("open", locale, str(still_open)) if self.kind == "storm.closed" and still_open else "",
            _in(self.note, locale),
        ]

    def _titles(self) -> Texts:
        """The most particular title there is: of a list, of a watched page, of the level, of the kind."""
        incident = _as_told(self.incident) if self.kind == "incident.closed" else self.incident
        level = self.alert.get("level") if self.alert else incident.get("level")
        endings = (["one"] if self.group["count"] == 1 else ["many"]) if self.group else []
        endings += ["watch"] if self.incident and self.watch else []
        endings += ["slow"] if _is_slow(incident) else []
        endings += [str(level)] if level else []
        for ending in endings:
            if found := TITLES.get(f"{self.kind}.{ending}"):
                return found
        return TITLES.get(self.kind, {"en": self.kind})


def _as_told(incident: Facts) -> Facts:
    """At its worst: what went down is up again, though it was but slow in the end."""
    return {**incident, "level": incident.get("worst", incident.get("level"))}


def by_the_clock(moment: str, zone: str) -> str:
    """An ISO moment as people of a time zone read it: `2026-11-21 16:30:05 (Asia/Shanghai)`."""
    place = ZoneInfo(zone) if zone else UTC
    return f"{datetime.fromisoformat(moment).astimezone(place):%Y-%m-%d %H:%M:%S} ({zone or 'UTC'})"


def _line(name: str, locale: str, value: str | None) -> str:
    return _in(LINES[name], locale).replace("{value}", value) if value else ""


def _entry(incident: Facts, locale: str) -> str:
    """One incident of a list: `DOWN · home (Shop): It refused the connection.`"""
    level = "slow" if _is_slow(incident) else str(incident.get("level", "down"))
    mark = "over" if incident.get("closed_at") else level
    what = f"{_in(MARKS.get(mark, MARKS['down']), locale)} · {incident['monitor']} ({incident['site']})"
    said = _in(incident.get("sentence", {}), locale)
    return f"{what}: {said}" if said else what


def _is_slow(incident: Facts) -> bool:
    """Degraded for its answers' times, and not for a certificate about to end or packets that get lost."""
    return incident.get("level") == "degraded" and incident.get("cause") in SLOW


def _in(texts: dict[str, str], locale: str) -> str:
    return texts.get(locale) or texts.get("en", "")
