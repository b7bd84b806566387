"""Incidents in lists, their timeline, what people said, and what was alike before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from app.core.clock import now
from app.core.errors import InvalidError, NotFoundError
from app.models import Event, Incident, Monitor, db, write
from app.service.actor import Actor
from app.service.alerting.assign import assign_incident
from app.service.incident import manage as service
from app.service.incident import story
from app.service.monitor.manage import create_monitor
from app.service.site import create_site


@pytest.fixture
def monitor(owner: Actor) -> Monitor:
    site = create_site(owner, {"name": "Shop", "base_url": "http://192.0.2.7/"})
    config = {"url": "http://192.0.2.7/"}
    return create_monitor(owner, {"site_id": site.id, "type": "http", "name": "home", "config": config})


def happened(monitor: Monitor, ago: timedelta = timedelta(), **more: Any) -> Incident:
    at = now() - ago
    with write() as session:
        incident = Incident(
            organization_id=monitor.organization_id,
            site_id=monitor.site_id,
            monitor_id=monitor.id,
            started_at=at,
            opened_at=at,
            **{"cause": "http_status", **more},
        )
        session.add(incident)
    return incident


def test_what_is_open_is_found_without_going_through_all_that_ever_was(owner: Actor) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        asked.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    service.list_incidents(owner, is_open=True)
    event.remove(db.engine, "before_cursor_execute", note)
    ((statement, values),) = [each for each in asked if "closed_at IS NULL" in each[0]]
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert any("organization_id=? AND closed_at=?" in str(step) for step in plan)


def noted(monitor: Monitor, kind: str, at: datetime) -> None:
    with write() as session:
        session.add(
            Event(
                organization_id=monitor.organization_id, site_id=monitor.site_id, kind=kind, at=at, detail={}
            )
        )


def test_lists_are_filtered_by_level_category_and_person(
    owner: Actor, teammate: Actor, monitor: Monitor
) -> None:
    down = happened(monitor, category="dns")
    slow = happened(monitor, level="degraded", category="application")
    assign_incident(owner, slow.id, teammate.user.id)
    asked: dict[str, dict[str, Any]] = {
        "level": {"level": "degraded"},
        "category": {"category": "dns"},
        "mine": {"assigned_to": "me"},
        "nobody": {"assigned_to": "nobody"},
    }
    ids = {
        name: [each.id for each in service.list_incidents(teammate, **wanted).items]
        for name, wanted in asked.items()
    }
    assert ids == {"level": [slow.id], "category": [down.id], "mine": [slow.id], "nobody": [down.id]}


def test_the_timeline_holds_what_else_happened_on_the_site(owner: Actor, monitor: Monitor) -> None:
    incident = happened(monitor, timedelta(minutes=10))
    noted(monitor, "deployment.announced", now() - timedelta(minutes=20))
    noted(monitor, "alert.opened", now() - timedelta(minutes=9))
    noted(monitor, "bug.scan_done", now() - timedelta(hours=3))
    kinds = [event.kind for event in story.timeline_of(incident)]
    assert "deployment.announced" in kinds and "alert.opened" in kinds and "bug.scan_done" not in kinds


def test_what_was_alike_is_of_the_same_reason(owner: Actor, monitor: Monitor) -> None:
    first = happened(monitor)
    happened(monitor, cause="tls_expired")
    happened(monitor, is_withdrawn=True)
    latest = happened(monitor)
    found = story.alike(latest)
    assert [each.id for each in found.items] == [first.id] and found.count == 1


def test_it_knows_the_one_before_and_after(owner: Actor, monitor: Monitor) -> None:
    first, middle, last = happened(monitor), happened(monitor), happened(monitor)
    assert story.beside(middle) == (first.id, last.id)
    assert story.beside(first)[0] is None and story.beside(last)[1] is None


def test_comments_are_kept_in_order_and_their_authors_named(
    owner: Actor, teammate: Actor, monitor: Monitor
) -> None:
    incident = happened(monitor)
    story.add_comment(owner, incident.id, "  I am looking.  ")
    story.add_comment(teammate, incident.id, "It was\nthe <b>router</b>.")
    said = [(each.author, each.text) for each in story.list_comments(owner, incident.id).items]
    assert said == [("owner", "I am looking."), ("teammate", "It was\nthe <b>router</b>.")]


@pytest.mark.parametrize("text", ["   ", "x" * 5001])
def test_a_comment_says_something_and_not_too_much(owner: Actor, monitor: Monitor, text: str) -> None:
    with pytest.raises(InvalidError, match="text"):
        story.add_comment(owner, happened(monitor).id, text)


def test_a_stranger_can_neither_read_nor_comment(owner: Actor, stranger: Actor, monitor: Monitor) -> None:
    incident = happened(monitor)
    with pytest.raises(NotFoundError):
        story.list_comments(stranger, incident.id)
    with pytest.raises(NotFoundError):
        story.add_comment(stranger, incident.id, "hello")
    with pytest.raises(NotFoundError):
        story.trace_now(stranger, incident.id)
