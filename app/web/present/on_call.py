"""Rotas as their page shows them: who it is now, a bar of the weeks to come, and the turns to take over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from app.engine.usability.alerting.rota import Turn
from app.models import Rota, RotaOverride
from app.service.alerting.rota import calendar

AHEAD = timedelta(days=28)
SHOWN = 8
COLOURS = 6
DAY_WIDTH = 100


def local(moment: datetime, zone: str) -> str:
    """`Mon 23 Nov 09:00` by the clock of a zone, as the language writes a day."""
    there = moment.astimezone(ZoneInfo(zone))
    day = format_skeleton("MMMEd", there, tzinfo=there.tzinfo, locale=get_locale())
    return f"{day} {there:%H:%M}"


def rota_card(
    rota: Rota, overrides: Sequence[RotaOverride], people: Mapping[int, str], at: datetime
) -> dict[str, Any]:
    turns = calendar(rota, at, at + AHEAD)
    colours = _colours(turns)
    present = turns[0]
    return {
        "id": rota.id,
        "name": rota.name,
        "zone": rota.zone,
        "url": url_for("web.rota", rota_id=rota.id),
        "who": _who(present, people),
        "is_covered": present.duty is not None,
        "until": local(present.ends, rota.zone) if len(turns) > 1 else "",
        "bars": [_bar(turn, at, people, colours, rota.zone) for turn in turns],
        "ticks": _ticks(at, rota.zone),
        "width": AHEAD.days * DAY_WIDTH,
        "turns": [_turn_row(turn, people, colours, rota.zone) for turn in turns[:SHOWN]],
        "overrides": [_override_row(each, people, rota) for each in overrides],
    }


def _colours(turns: Sequence[Turn]) -> dict[int, int]:
    """A colour for each person, in the order in which they come."""
    users = dict.fromkeys(turn.duty.user_id for turn in turns if turn.duty)
    return {user_id: index % COLOURS for index, user_id in enumerate(users)}


def _who(turn: Turn, people: Mapping[int, str]) -> str:
    return people.get(turn.duty.user_id, _("somebody who has left")) if turn.duty else _("Nobody")


def _colour(turn: Turn, colours: Mapping[int, int]) -> str:
    return f"duty-{colours[turn.duty.user_id]}" if turn.duty else "duty-none"


def _bar(
    turn: Turn, at: datetime, people: Mapping[int, str], colours: Mapping[int, int], zone: str
) -> dict[str, Any]:
    start = (turn.starts - at) / timedelta(days=1) * DAY_WIDTH
    length = (turn.ends - turn.starts) / timedelta(days=1) * DAY_WIDTH
    title = f"{_who(turn, people)} · {local(turn.starts, zone)} – {local(turn.ends, zone)}"
    return {"x": round(start, 1), "width": round(length, 1), "class": _colour(turn, colours), "title": title}


def _ticks(at: datetime, zone: str) -> list[dict[str, Any]]:
    """The Mondays."""
    today = at.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    ticks = []
    for days in range(1, AHEAD.days + 1):
        midnight = today + timedelta(days=days)
        if midnight.weekday() == 0:
            x = (midnight - at) / timedelta(days=1) * DAY_WIDTH
            ticks.append({"x": round(x, 1)})
    return ticks


def _turn_row(turn: Turn, people: Mapping[int, str], colours: Mapping[int, int], zone: str) -> dict[str, Any]:
    return {
        "who": _who(turn, people),
        "class": _colour(turn, colours),
        "from": local(turn.starts, zone),
        "to": local(turn.ends, zone),
        "starts": turn.starts.isoformat(),
        "ends": turn.ends.isoformat(),
        "is_override": bool(turn.duty and turn.duty.override_id),
    }


def _override_row(override: RotaOverride, people: Mapping[int, str], rota: Rota) -> dict[str, Any]:
    return {
        "who": people.get(override.user_id, _("somebody who has left")),
        "from": local(override.starts_at, rota.zone),
        "to": local(override.ends_at, rota.zone),
        "end_url": url_for("web.rota_give_back", rota_id=rota.id, override_id=override.id),
    }
