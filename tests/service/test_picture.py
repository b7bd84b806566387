"""Pictures of failures: put away before the sample is recorded, found by the incident, gone in time."""

from __future__ import annotations

import base64
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.core.clock import now, now_ms
from app.engine.usability.types import Sample
from app.models import Content, Incident, Monitor, db, write
from app.service.actor import Actor
from app.service.monitor.manage import create_monitor
from app.service.recording.picture import picture_of
from app.service.recording.record import record_samples
from app.service.site import create_site
from app.service.tamper.holding import PICTURE_DAYS
from app.service.tamper.retention import tend
from tests.service.tamper.kept import make_old
from tests.service.test_record import walk


@pytest.fixture
def monitor(app: Flask, owner: Actor) -> Monitor:
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    config = {"url": "http://127.0.0.1:9/"}
    return create_monitor(owner, {"site_id": site.id, "type": "browser", "name": "page", "config": config})


def jpeg(colour: str) -> bytes:
    data = BytesIO()
    Image.new("RGB", (60, 40), colour).save(data, "JPEG")
    return data.getvalue()


def failures(monitor: Monitor, *pictures: bytes) -> list[Sample]:
    samples = walk(monitor, "d" * len(pictures), now_ms() - 600_000)
    for each, data in zip(samples, pictures, strict=True):
        each.facts = {"evidence": {"title": "Oops", "screenshot_b64": base64.b64encode(data).decode()}}
    return samples


def age_pictures(days: float) -> None:
    with write() as session:
        for row in session.scalars(select(Content)):
            row.created_at = now() - timedelta(days=days)


def test_the_incident_names_the_picture_of_the_failure_that_opened_it(monitor: Monitor) -> None:
    record_samples(failures(monitor, jpeg("red"), jpeg("blue")))
    (incident,) = db.session.scalars(select(Incident))
    assert set(incident.evidence or {}) >= {"title", "screenshot_sha256"}
    assert "screenshot_b64" not in (incident.evidence or {})
    assert picture_of(monitor.organization_id, incident.evidence) == jpeg("blue")


def test_while_an_incident_is_open_no_more_pictures_are_kept(monitor: Monitor) -> None:
    record_samples(failures(monitor, jpeg("red"), jpeg("blue")))
    later = failures(monitor, jpeg("green"), jpeg("green"))
    for each in later:
        each.due_ms += 300_000
    record_samples(later)
    assert len(db.session.scalars(select(Content)).all()) == 2


def test_another_organization_does_not_get_it(monitor: Monitor) -> None:
    record_samples(failures(monitor, jpeg("red"), jpeg("blue")))
    (incident,) = db.session.scalars(select(Incident))
    assert picture_of(monitor.organization_id + 1, incident.evidence) is None


@pytest.mark.parametrize("data", [b"no picture", b"<svg onload=alert(1)>", b"\xff\xd8\xff" + b"a" * 200_000])
def test_what_is_no_small_jpeg_is_dropped(monitor: Monitor, data: bytes) -> None:
    record_samples(failures(monitor, data, data))
    (incident,) = db.session.scalars(select(Incident))
    assert incident.evidence == {"title": "Oops"}


@pytest.mark.parametrize(("days", "count"), [(PICTURE_DAYS - 1, 2), (PICTURE_DAYS + 1, 0)])
def test_pictures_stay_for_their_time(monitor: Monitor, days: int, count: int) -> None:
    record_samples(failures(monitor, jpeg("red"), jpeg("blue")))
    make_old()
    age_pictures(days)
    tend(now() + timedelta(hours=2))
    assert len(db.session.scalars(select(Content)).all()) == count
