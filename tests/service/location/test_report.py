"""What probes say of themselves, and whom the recorder believes."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from flask import Flask

from app.core.clock import now_ms
from app.core.signing import RefusedMessageError, given_key, seal
from app.models import Location, db
from app.service.actor import Actor
from app.service.location import manage
from app.service.location.report import take_report


def report(key: bytes, code: str = "paris", host: str = "one", **more: Any) -> list[Any]:
    said = {"host": host, "pid": 7, "per_second": 1.5, **more}
    return seal(key, "record.report", code, now_ms(), orjson.dumps(said).decode())


@pytest.fixture
def paris(owner: Actor) -> tuple[int, bytes]:
    location, key = manage.create_location(owner, {"code": "paris"})
    return location.id, given_key(key)


def row(location_id: int) -> Location:
    found = db.session.get(Location, location_id, populate_existing=True)
    assert found is not None
    return found


def test_it_keeps_what_each_probe_says(paris: tuple[int, bytes]) -> None:
    take_report(report(paris[1]))
    take_report(report(paris[1], host="two"))
    kept = row(paris[0])
    assert kept.last_seen_ms is not None and kept.last_report is not None
    assert set(kept.last_report["probes"]) == {"one:7", "two:7"}


def test_a_probe_that_is_gone_is_left_out(paris: tuple[int, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    take_report(report(paris[1]))
    later = now_ms() + 120_000
    monkeypatch.setattr("app.service.location.report.now_ms", lambda: later)
    take_report(report(paris[1], host="two"))
    kept = row(paris[0]).last_report
    assert kept is not None and set(kept["probes"]) == {"two:7"}


def test_it_does_not_believe_another_locations_key(app: Flask, paris: tuple[int, bytes]) -> None:
    with pytest.raises(RefusedMessageError, match="bad_signature"):
        take_report(report(b"somebody else's"))
    assert row(paris[0]).last_seen_ms is None


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "nonsense",
        '{"host": "one"}',
        '{"host": "one", "pid": "7"}',
        '{"host": "one", "pid": 7, "control": {"state": "fine"}}',
        '{"host": "one", "pid": 7, "control": {"state": "here", "targets": [{"target": 1}]}}',
        '{"host": "one", "pid": 7, "refused": {"a": "b"}}',
        '{"host": "one", "pid": 7, "per_second": NaN}',
        '{"host": "%s", "pid": 7}' % ("x" * 20_000),
    ],
)
def test_it_does_not_take_what_is_no_report(paris: tuple[int, bytes], body: str) -> None:
    with pytest.raises(RefusedMessageError, match="malformed"):
        take_report(seal(paris[1], "record.report", "paris", now_ms(), body))
