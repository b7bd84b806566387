"""Who is on call: turns, layers and overrides, right across daylight saving."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.engine.usability.alerting.hours import HourSpan
from app.engine.usability.alerting.rota import Duty, Layer, Override, Rota, Turn

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def layer(*people: int, **values: Any) -> Layer:
    return Layer.model_validate({"participants": people, "starts_on": "2026-03-23", **values})


def test_people_take_turns_by_the_week() -> None:
    rota = Rota("UTC", [layer(1, 2, 3)])
    assert [rota.who(at("2026-03-23T09:00") + timedelta(weeks=week)) for week in range(4)] == [1, 2, 3, 1]


def test_the_hand_over_stays_at_its_local_time_when_clocks_change() -> None:
    rota = Rota(BERLIN, [layer(1, 2)])
    assert rota.who(at("2026-03-30T06:59:59")) == 1  # 08:59:59 in summer time
    assert rota.who(at("2026-03-30T07:00")) == 2
    (first, second) = rota.turns(at("2026-03-23T08:00"), at("2026-04-06T07:00"))
    assert second.starts - first.starts == timedelta(days=7, hours=-1)


@pytest.mark.parametrize("clock", ["02:30", "00:00", "23:59"])
def test_daily_turns_go_on_through_the_night_of_the_change(clock: str) -> None:
    rota = Rota(BERLIN, [layer(1, 2, days=1, time=clock, starts_on="2026-03-27")])
    turns = rota.turns(at("2026-03-27T12:00"), at("2026-03-31T12:00"))
    people = [turn.duty.user_id for turn in turns if turn.duty]
    assert all(before != after for before, after in pairwise(people)) and len(people) >= 4


def test_before_the_first_hand_over_nobody_is_on_call() -> None:
    rota = Rota("UTC", [layer(1)])
    assert rota.who(at("2026-03-23T08:59:59")) is None
    assert rota.turns(at("2026-03-23T00:00"), at("2026-03-24T00:00")) == [
        Turn(at("2026-03-23T00:00"), at("2026-03-23T09:00"), None),
        Turn(at("2026-03-23T09:00"), at("2026-03-24T00:00"), Duty(1, 0)),
    ]


def test_a_later_layer_comes_before_an_earlier_one_in_its_hours() -> None:
    office = [{"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}]
    rota = Rota("UTC", [layer(1), layer(2, hours=office)])
    assert rota.who(at("2026-03-24T10:00")) == 2
    assert rota.who(at("2026-03-24T18:00")) == 1
    assert rota.who(at("2026-03-28T10:00")) == 1  # a Saturday


def test_an_override_comes_before_all_layers_and_the_newest_before_others() -> None:
    taken = [
        Override(8, at("2026-03-24T00:00"), at("2026-03-25T00:00"), 1),
        Override(9, at("2026-03-24T12:00"), at("2026-03-24T18:00"), 2),
    ]
    rota = Rota("UTC", [layer(1)], taken)
    assert [rota.who(at(f"2026-03-24T{hour:02}:00")) for hour in (11, 12, 18)] == [8, 9, 8]
    assert rota.who(at("2026-03-25T00:00")) == 1


def test_a_layer_needs_people() -> None:
    with pytest.raises(ValidationError):
        layer()


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
CLOCKS = st.builds(lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.integers(0, 59))
HOURS = st.lists(
    st.builds(
        HourSpan,
        days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
        start=CLOCKS,
        end=CLOCKS,
    ),
    max_size=2,
).map(tuple)
LAYERS = st.lists(
    st.builds(
        Layer,
        participants=st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple),
        days=st.integers(1, 14),
        time=CLOCKS,
        starts_on=st.dates(date(2025, 12, 1), date(2026, 12, 31)),
        hours=HOURS,
    ),
    min_size=1,
    max_size=3,
)
OVERRIDES = st.lists(
    st.builds(
        lambda user, start, hours, number: Override(user, start, start + timedelta(hours=hours), number),
        st.integers(6, 9),
        MOMENTS,
        st.integers(1, 200),
        st.integers(1, 99),
    ),
    max_size=2,
)
ROTAS = st.builds(
    Rota,
    st.sampled_from([BERLIN, "America/New_York", "Asia/Shanghai", "Pacific/Auckland"]),
    LAYERS,
    OVERRIDES,
)


@given(ROTAS, MOMENTS, st.integers(0, 21 * 86_400))
def test_the_calendar_agrees_with_who_it_is_at_every_moment(rota: Rota, start: datetime, after: int) -> None:
    end = start + timedelta(days=21)
    turns = rota.turns(start, end)
    assert turns[0].starts == start and turns[-1].ends == end
    assert all(one.ends == other.starts for one, other in pairwise(turns))
    probe = min(start + timedelta(seconds=after), end - timedelta(seconds=1))
    (turn,) = (each for each in turns if each.starts <= probe < each.ends)
    assert turn.duty == rota.duty(probe)
