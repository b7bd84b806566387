"""Incidents get their cause: from stored samples, neighbours, releases and traces."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from app.core.clock import now, now_ms
from app.core.signing import RefusedMessageError, given_key, seal
from app.models import Deployment, Event, Incident, Monitor, db, write
from app.service.actor import Actor
from app.service.cause import surroundings, traces
from app.service.cause.compute import sentence_of, turn
from app.service.cause.traces import take_trace
from app.service.location import manage
from app.service.monitor.manage import create_monitor
from app.service.recording.record import record_samples
from app.service.results.result import forget_days
from app.service.site import create_site
from tests.service.test_record import sample

SECOND = 1000


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    surroundings._shares.clear()
    forget_days()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What probes were asked: (task, location)."""
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(traces, "send_to_probe", lambda task, code, body: sent.append((task, code)))
    return sent


def watched(owner: Actor, name: str = "home", site_id: int | None = None, *locations: str) -> Monitor:
    if site_id is None:
        site_id = create_site(owner, {"name": "Shop", "base_url": "http://192.0.2.7/"}).id
    config = {"url": "http://192.0.2.7/"}
    values = {"site_id": site_id, "type": "http", "name": name, "interval_seconds": 5, "config": config}
    monitor = create_monitor(owner, values)
    if locations:
        with write() as session:
            session.get_one(Monitor, monitor.id).locations = list(locations)
    return monitor


def seen(monitor: Monitor, ago_s: float, status: str, reason: str | None = None, **more: Any) -> Any:
    due_ms = now_ms() - int(ago_s * SECOND)
    return replace(sample(monitor, due_ms, status, reason), **{"address": "192.0.2.7", **more})


def fail(monitor: Monitor, reason: str = "connect_timeout", **more: Any) -> None:
    record_samples([seen(monitor, 40 - n, "up", http_status=200) for n in range(20)])
    record_samples([seen(monitor, 4 - n, "down", reason, **more) for n in range(3)])


def incident() -> Incident:
    (found,) = db.session.query(Incident).all()
    db.session.refresh(found)
    return found


def test_it_says_whose_fault_it_is(owner: Actor, asked: list[Any]) -> None:
    fail(watched(owner), "http_status", http_status=502, detail={"status": 502})
    assert turn() == 1
    found = incident()
    assert (found.category, found.rule) == ("application", "gateway")
    assert "502" in sentence_of(found, "en") and "502" in sentence_of(found, "zh")


def test_it_judges_again_as_time_goes_on(owner: Actor, asked: list[Any]) -> None:
    fail(watched(owner))
    assert turn() == 1 and turn() == 0
    assert turn(now_ms() + 6 * SECOND) == 1


def test_a_release_just_before_is_part_of_it(owner: Actor, asked: list[Any]) -> None:
    monitor = watched(owner)
    with write() as session:
        session.add(
            Deployment(
                organization_id=owner.organization_id,
                site_id=monitor.site_id,
                paths=["/*"],
                starts_at=now() - timedelta(minutes=5),
                ends_at=now() + timedelta(minutes=5),
                announced_by="release",
            )
        )
    fail(monitor, "http_status", http_status=500, detail={"status": 500})
    turn()
    assert incident().rule == "after_release"


def test_another_address_than_before_is_a_matter_of_names(owner: Actor, asked: list[Any]) -> None:
    fail(watched(owner), address="192.0.2.99")
    turn()
    assert (incident().category, incident().rule) == ("dns", "address_changed")


def test_a_place_whose_own_network_is_gone_is_not_believed(owner: Actor, asked: list[Any]) -> None:
    home = manage.all_locations()[0]
    with write() as session:
        row = session.get_one(type(home), home.id)
        row.last_report = {"probes": {"a:1": {"control": {"state": "offline"}}}}
    fail(watched(owner))
    turn()
    assert incident().category == "our_network"


def test_many_sites_that_fail_at_once_point_at_us(owner: Actor, asked: list[Any]) -> None:
    for number in range(5):
        fail(watched(owner, f"m{number}"))
    surroundings._shares.clear()
    turn()
    rules = {each.rule for each in db.session.query(Incident).populate_existing()}
    assert rules == {"everything_fails_here"}


def test_it_asks_for_the_path_once(owner: Actor, asked: list[Any]) -> None:
    fail(watched(owner))
    turn()
    turn(now_ms() + 6 * SECOND)
    assert asked == [("probe.trace", "default")]


def test_it_asks_no_path_of_what_has_answered(owner: Actor, asked: list[Any]) -> None:
    fail(watched(owner), "http_status", http_status=500, detail={"status": 500})
    turn()
    assert asked == []


def test_another_certificate_than_before_is_blamed(owner: Actor, asked: list[Any]) -> None:
    monitor = watched(owner)
    with write() as session:
        for name, before, after in (("certificate", "aa", "bb"), ("issuer", "Old CA", "New CA")):
            session.add(
                Event(
                    organization_id=monitor.organization_id,
                    site_id=monitor.site_id,
                    monitor_id=monitor.id,
                    kind="monitor.identity",
                    detail={"monitor": "home", "name": name, "before": before, "after": after},
                )
            )
    fail(monitor, "tls_untrusted")
    turn()
    found = incident()
    assert (found.category, found.rule) == ("tls", "certificate_changed")
    assert "New CA" in sentence_of(found, "en") and "Old CA" in sentence_of(found, "en")


def told(incident_id: int, key: bytes, code: str = "default", **more: Any) -> list[Any]:
    hops = [{"ttl": 1, "address": "198.51.100.1", "ms": 1.5}, {"ttl": 2, "address": None, "ms": None}]
    body = {"incident_id": str(incident_id), "hops": hops, "has_reached": False, "error": "", **more}
    return seal(key, "record.trace", code, now_ms(), orjson.dumps(body).decode())


def test_a_path_that_ends_is_a_matter_of_the_route(owner: Actor, asked: list[Any]) -> None:
    from app.service.queue import own_key

    fail(watched(owner))
    turn()
    assert incident().rule == "host_silent"
    assert take_trace(told(incident().id, own_key()))
    turn()
    found = incident()
    assert (found.category, found.rule) == ("route", "path_ends")
    assert "198.51.100.1" in sentence_of(found, "en")


def test_a_place_that_was_not_asked_is_not_believed(owner: Actor, asked: list[Any]) -> None:
    _, key = manage.create_location(owner, {"code": "paris"})
    fail(watched(owner))
    turn()
    assert not take_trace(told(incident().id, given_key(key), "paris"))
    with pytest.raises(RefusedMessageError):
        take_trace(told(incident().id, b"somebody else's"))


def test_a_path_with_nonsense_in_it_is_refused(owner: Actor, asked: list[Any]) -> None:
    from app.service.queue import own_key

    fail(watched(owner))
    turn()
    hops = [{"ttl": 1, "address": "<script>", "ms": 1.0}]
    with pytest.raises(RefusedMessageError, match="malformed"):
        take_trace(told(incident().id, own_key(), hops=hops))


def test_a_closed_incident_is_judged_a_last_time(owner: Actor, asked: list[Any]) -> None:
    monitor = watched(owner)
    fail(monitor, "tls_expired")
    record_samples([seen(monitor, -n, "up", http_status=200) for n in range(3)])
    assert turn() == 1 and incident().closed_at is not None
    assert incident().rule == "certificate_over" and turn(now_ms() + 600 * SECOND) == 0
