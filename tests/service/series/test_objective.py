"""Objectives: what they count, and that people are told once when they burn and once when they do not."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.core.clock import now_ms
from app.core.errors import InvalidError, NotFoundError
from app.models import Delivery, Event, Monitor, Objective, db
from app.service.actor import Actor
from app.service.channel.manage import create_channel
from app.service.channel.rules import change_rule, create_rule
from app.service.objective import measure
from app.service.objective.manage import (
    burn_of,
    change_objective,
    create_objective,
    delete_objective,
    get_objective,
    list_objectives,
)
from app.service.objective.turn import evaluate_all
from app.service.rollup import sums
from app.service.rollup.roller import roll
from tests.cast import Caller, make_organization, make_user
from tests.service.series.scene import DAY, HOUR, MINUTE, every, make_monitor, put, stored

pytestmark = pytest.mark.faces


@pytest.fixture
def us(app: object) -> Actor:
    return make_user(make_organization("us"), "someone", "owner")


def objective_of(us: Actor, monitor: Monitor, **values: object) -> Objective:
    given = {"site_id": monitor.site_id, "name": "Always there", "kind": "availability", "target": 99.0}
    return create_objective(us, {**given, **values})


def now() -> int:
    return now_ms() // MINUTE * MINUTE


def kinds() -> list[str]:
    return list(
        db.session.scalars(select(Event.kind).where(Event.kind.like("objective.%")).order_by(Event.id))
    )


def test_availability_counts_time(us: Actor, monitor: Monitor) -> None:
    end = now()
    put(monitor.id, [*every(MINUTE, end - 100 * MINUTE, end - MINUTE), stored(end - MINUTE, 2)])
    status = objective_of(us, monitor).status
    assert status and status["share"] == pytest.approx(99.0)
    assert status["left"] == pytest.approx(0.0, abs=1e-6)


def test_latency_counts_answers_that_took_no_longer(us: Actor, monitor: Monitor) -> None:
    end = now()
    slow = [stored(end - (place + 1) * MINUTE, total_us=900_000) for place in range(10)]
    put(monitor.id, [*every(MINUTE, end - 100 * MINUTE, end - 10 * MINUTE), *slow])
    status = objective_of(us, monitor, kind="latency", threshold_ms=500).status
    assert status and (status["good"], status["bad"]) == (90, 10)


def test_a_months_answers_are_those_since_its_own_midnight(us: Actor, monitor: Monitor) -> None:
    """The month of Shanghai begins at 16:00 UTC; what was slow before it is of the month before."""
    start = now_ms() // DAY * DAY - 20 * DAY - 8 * HOUR
    put(monitor.id, every(5 * MINUTE, start - HOUR, start, total_us=900_000))
    put(monitor.id, every(HOUR, start, start + 10 * DAY))
    objective = objective_of(us, monitor, kind="latency", threshold_ms=500)
    found = measure.tally_of(objective, {monitor.id: MINUTE}, start, start + 10 * DAY)
    assert (found.good, found.bad) == (240, 0)


def test_days_that_follow_one_another_share_no_answer(us: Actor, monitor: Monitor) -> None:
    """Where clocks are half an hour off, days do not begin with an hour of UTC."""
    start = now_ms() // DAY * DAY - 5 * DAY + 18 * HOUR + 30 * MINUTE
    put(monitor.id, every(15 * MINUTE, start - HOUR, start + 2 * DAY + HOUR))
    objective = objective_of(us, monitor, kind="latency", threshold_ms=500)
    days = [(start, start + DAY), (start + DAY, start + 2 * DAY)]
    found = [measure.tally_of(objective, {monitor.id: MINUTE}, *day).good for day in days]
    assert found == [96, 96]


def test_planned_work_is_counted_only_when_asked_for(us: Actor, monitor: Monitor) -> None:
    end = now()
    put(monitor.id, [stored(end - 2 * MINUTE), stored(end - MINUTE, 2, flags=1)])
    objective = objective_of(us, monitor)
    assert objective.status and objective.status["share"] == 100.0
    changed = change_objective(us, objective.id, {"counts_maintenance": True})
    assert changed.status and changed.status["share"] == pytest.approx(50.0)


def test_an_objective_of_a_monitor_counts_no_other(us: Actor, monitor: Monitor) -> None:
    other = make_monitor(us, site_id=monitor.site_id)
    end = now()
    put(monitor.id, every(MINUTE, end - 10 * MINUTE, end))
    put(other.id, every(MINUTE, end - 10 * MINUTE, end, 2))
    both, one = objective_of(us, monitor), objective_of(us, monitor, monitor_id=monitor.id)
    assert both.status and both.status["share"] == pytest.approx(50.0)
    assert one.status and one.status["share"] == 100.0


def test_it_is_told_once_when_it_burns_and_once_when_it_is_over(us: Actor, monitor: Monitor) -> None:
    create_channel(us, {"type": "webhook", "name": "hook", "config": {"url": "http://127.0.0.1:9/"}})
    objective = objective_of(us, monitor)
    end = now()
    put(monitor.id, every(MINUTE, end - HOUR, end, 2))
    assert evaluate_all(end) == 1
    assert evaluate_all(end + MINUTE) == 0
    assert get_objective(us, objective.id).burning == "fast"
    assert evaluate_all(end + 4 * DAY) == 1
    assert kinds() == ["objective.burning", "objective.calm"]
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 2


def test_its_end_goes_to_those_who_heard_it_burn_whatever_the_rules_say_by_then(
    us: Actor, monitor: Monitor
) -> None:
    heard, other = (
        create_channel(us, {"type": "webhook", "name": name, "config": {"url": "http://127.0.0.1:9/"}}).id
        for name in ("heard", "other")
    )
    rule = create_rule(us, {"name": "grave", "least": "critical", "channel_ids": [heard]})
    objective_of(us, monitor)
    end = now()
    put(monitor.id, every(MINUTE, end - HOUR, end, 2))
    evaluate_all(end)
    change_rule(us, rule.id, {"channel_ids": [other]})
    evaluate_all(end + 4 * DAY)
    told = db.session.execute(select(Delivery.kind, Delivery.channel_id).order_by(Delivery.id))
    assert [tuple(row) for row in told] == [("objective.burning", heard), ("objective.calm", heard)]


def test_an_alert_does_not_end_within_its_first_minutes(us: Actor, monitor: Monitor) -> None:
    objective_of(us, monitor)
    end = now()
    put(monitor.id, every(MINUTE, end - HOUR, end, 2))
    evaluate_all(end)
    put(monitor.id, every(MINUTE, end, end + 9 * MINUTE))
    evaluate_all(end + 9 * MINUTE)
    assert kinds() == ["objective.burning"]


def test_one_that_is_switched_off_is_not_looked_at(us: Actor, monitor: Monitor) -> None:
    objective = objective_of(us, monitor, is_enabled=False)
    put(monitor.id, every(MINUTE, now() - HOUR, now(), 2))
    evaluate_all(now())
    assert get_objective(us, objective.id).burning is None


def test_the_budget_goes_down_day_by_day(us: Actor, monitor: Monitor) -> None:
    end = now()
    put(monitor.id, [*every(10 * MINUTE, end - 2 * DAY, end - DAY), *every(10 * MINUTE, end - DAY, end, 2)])
    told = burn_of(us, objective_of(us, monitor, window="7d").id)
    assert len(told["t"]) == 7 and told["t"][-1] >= end
    assert told["left"][-1] < told["left"][-2] <= 100


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"target": 100}, "target"),
        ({"kind": "latency"}, "threshold_ms"),
        ({"name": "  "}, "name"),
        ({"window": "5d"}, "window"),
    ],
)
def test_what_will_not_do_is_named(
    us: Actor, monitor: Monitor, values: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        objective_of(us, monitor, **values)
    assert list(refused.value.fields) == [field]


def test_a_stranger_has_none_of_it(us: Actor, monitor: Monitor, stranger: Actor) -> None:
    objective = objective_of(us, monitor)
    assert list_objectives(stranger).items == []
    with pytest.raises(NotFoundError):
        delete_objective(stranger, objective.id)


def test_it_lives_over_the_api(owner: Actor, as_owner: Caller) -> None:
    monitor = make_monitor(owner)
    body = {
        "site_id": str(monitor.site_id),
        "name": "Fast",
        "kind": "latency",
        "target": 95,
        "threshold_ms": 300,
    }
    made = as_owner.post("/usability/objectives", body, 201)["data"]
    path = f"/usability/objectives/{made['id']}"
    assert as_owner.patch(path, {"window": "month"})["data"]["window"] == "month"
    assert as_owner.get(f"{path}/burn")["data"]["t"]
    as_owner.delete(path)
    assert as_owner.get("/usability/objectives")["data"]["items"] == []


def test_series_and_uptime_answer_over_the_api(owner: Actor, as_owner: Caller) -> None:
    monitor = make_monitor(owner)
    end = now()
    put(monitor.id, every(MINUTE, end - HOUR, end))
    series = as_owner.get(f"/usability/monitors/{monitor.id}/series?from={end - HOUR}&to={end}&resolution=5m")
    assert sum(filter(None, series["data"]["up"])) == 60
    told = as_owner.get(f"/usability/uptime?from={end - HOUR}&to={end}&by=site&limit=1")
    assert told["data"]["items"][0]["uptime"] == 100.0


def test_of_many_monitors_the_alert_does_not_come_and_go_with_the_minutes(
    us: Actor, monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "TAIL_MONITORS", 1)
    monkeypatch.setattr(measure, "TAIL_MONITORS", 1)
    make_monitor(us, site_id=monitor.site_id)
    objective = objective_of(us, monitor)
    five = 5 * MINUTE
    mark = now_ms() // five * five - five
    put(monitor.id, every(MINUTE, mark - HOUR, mark + five, 2))
    roll(mark + 2 * MINUTE)
    for late in (100, 200, 299, 340, 380):
        evaluate_all(mark + late * 1000)
        status = get_objective(us, objective.id).status
        assert status and status["rates"]["5m"] == pytest.approx(100.0)


def test_an_alert_of_what_is_looked_at_once_an_hour_stands_for_the_hour(us: Actor) -> None:
    monitor = make_monitor(us, interval_seconds=3600)
    objective = objective_of(us, monitor)
    hour = now_ms() // HOUR * HOUR - 4 * HOUR
    put(monitor.id, every(HOUR, hour + MINUTE, hour + 4 * HOUR, 2))
    for minutes in range(62, 180, 9):
        evaluate_all(hour + minutes * MINUTE)
        assert get_objective(us, objective.id).burning == "fast"
    assert kinds() == ["objective.burning"]
