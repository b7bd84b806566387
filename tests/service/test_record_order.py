"""Whatever order results are delivered in, the incidents that are kept are those a replay of them tells."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select, update

from app.core.clock import now_ms, to_ms
from app.engine.usability.state.replay import Episode
from app.engine.usability.types import Sample
from app.models import Incident, Location, Monitor, MonitorState, db, write
from app.service.actor import Actor
from app.service.alerting.decide import decide_pending
from app.service.location import known
from app.service.monitor.manage import create_monitor
from app.service.recording.record import record_samples
from app.service.recording.replay import try_policy
from app.service.site import create_site
from tests.cast import make_organization, make_user
from tests.measured import measured

URL = "http://127.0.0.1:9/"
PLACES = ("default", "berlin", "tokyo")
MINUTE = 60_000
REACH = 12
"""How many results overtake one that is late: fewer than are remembered."""


@pytest.fixture(params=["sqlite", "mariadb"])
def us(request: pytest.FixtureRequest) -> Actor:
    request.getfixturevalue("app" if request.param == "sqlite" else "mariadb_app")
    return make_user(make_organization("ours"), "owner", "owner")


@pytest.fixture
def monitor(us: Actor) -> Monitor:
    with write() as session:
        session.add_all(
            Location(code=code, name=code, number=number) for number, code in enumerate(PLACES[1:], 8)
        )
    known.forget()
    site = create_site(us, {"name": "Shop", "base_url": URL})
    values = {"site_id": site.id, "type": "http", "name": "home", "config": {"url": URL}}
    return create_monitor(us, {**values, "locations": list(PLACES), "quorum": 2})


def seen(monitor: Monitor, chance: random.Random) -> list[Sample]:
    """Forty minutes from three places, each with its own outages."""
    start_ms = now_ms() // MINUTE * MINUTE - 60 * MINUTE
    made: list[Sample] = []
    for place in PLACES:
        letters, letter = "", "u"
        while len(letters) < 40:
            letters += letter * chance.choice((1, 2, 3, 6))
            letter = chance.choice("uud?")
        made += measured(monitor.id, letters[:40], start_ms, location=place)
    return sorted(made, key=lambda each: (each.due_ms, each.location))


def delivered(samples: list[Sample], chance: random.Random) -> list[list[Sample]]:
    """The samples in messages of a few, each up to `REACH` places from where it belongs, some twice."""
    order = sorted(range(len(samples)), key=lambda place: place + chance.uniform(0, REACH))
    messages: list[list[Sample]] = []
    while order:
        size = chance.choice((1, 1, 2, 5))
        messages.append([samples[place] for place in order[:size]])
        order = order[size:]
    return [each for message in messages for each in [message] * chance.choice((1, 1, 1, 2))]


def kept(monitor: Monitor) -> list[tuple[int, int, int | None, str]]:
    rows = db.session.scalars(
        select(Incident).where(Incident.monitor_id == monitor.id, Incident.is_withdrawn.is_(False))
    )
    return sorted(
        (
            to_ms(each.started_at),
            to_ms(each.opened_at),
            None if each.closed_at is None else to_ms(each.closed_at),
            each.level,
        )
        for each in rows
    )


def told(episodes: list[Episode]) -> list[tuple[int, int, int | None, str]]:
    return [(each.started_ms, each.opened_ms, each.closed_ms, each.level.value.lower()) for each in episodes]


@pytest.mark.parametrize("seed", range(4))
def test_incidents_are_what_a_replay_tells(monitor: Monitor, us: Actor, seed: int) -> None:
    chance = random.Random(seed)
    for message in delivered(seen(monitor, chance), chance):
        record_samples(message)
    found = kept(monitor)
    assert found == told(try_policy(us, monitor.id, {}).result.old.episodes)
    state = db.session.scalar(select(MonitorState).where(MonitorState.monitor_id == monitor.id))
    assert state is not None
    open_ones = [each for each in found if each[2] is None]
    assert len(open_ones) == (state.incident_id is not None)


def test_what_was_told_to_be_over_and_is_not_is_told_anew(monitor: Monitor) -> None:
    with write() as session:
        session.get_one(Monitor, monitor.id).quorum = 3
    start_ms = now_ms() // MINUTE * MINUTE - 10 * MINUTE
    record_samples(measured(monitor.id, "dduu", start_ms))
    decide_pending()
    assert [each[2] is None for each in kept(monitor)] == [False]
    record_samples(measured(monitor.id, "ddd", start_ms - MINUTE + 1, location="berlin"))
    found = db.session.scalars(select(Incident).execution_options(populate_existing=True)).one()
    assert found.closed_at is None and found.level == "regional" and found.telling == "pending"


def test_a_place_that_lies_makes_nothing_down_by_being_switched_off(monitor: Monitor) -> None:
    start_ms = now_ms() // MINUTE * MINUTE - 10 * MINUTE
    for place, letters in zip(PLACES, ("uuuu", "uddd", "uuuu"), strict=True):
        record_samples(measured(monitor.id, letters, start_ms, location=place))
    with write() as session:
        session.get_one(Monitor, monitor.id).quorum = 1
        session.execute(update(Location).where(Location.code == "berlin").values(is_enabled=False))
    known.forget()
    record_samples(measured(monitor.id, "d", start_ms + 4 * MINUTE, location="berlin"))
    record_samples(measured(monitor.id, "u", start_ms + 4 * MINUTE))
    (found,) = kept(monitor)
    assert found[2] is not None and found[3] == "regional"
