"""Locations: entered, changed, rotated, deleted; and what their state is."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.errors import ConflictError, InvalidError, NotFoundError, NotPermittedError
from app.core.redis import get_redis
from app.core.signing import given_key
from app.models import AuditEntry, Location, Monitor, db, write
from app.service.actor import Actor
from app.service.location import known, manage
from app.service.location.starting import command_for
from app.service.scheduling import schedule
from app.service.site import create_site


def entered(owner: Actor, code: str = "paris") -> tuple[Location, str]:
    return manage.create_location(owner, {"code": code, "name": "Paris"})


def checked_from(owner: Actor, *codes: str) -> Monitor:
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    with write() as session:
        monitor = Monitor(
            organization_id=owner.organization_id,
            site_id=site.id,
            type="http",
            name="home",
            locations=list(codes),
        )
        session.add(monitor)
    return monitor


def test_a_new_location_has_a_key_that_signs_its_messages(owner: Actor) -> None:
    location, key = entered(owner)
    assert known.key_of("paris") == given_key(key) and key not in (location.sealed_key or "")
    assert "paris" in known.enabled_codes()


def test_the_installations_own_location_is_always_there(owner: Actor) -> None:
    assert [each.code for each in manage.list_locations(owner).items] == ["default"]
    assert known.enabled_codes() == ("default",)


def test_another_key_makes_the_old_one_worthless(owner: Actor) -> None:
    location, old = entered(owner)
    _, new = manage.rotate_key(owner, location.id)
    assert new != old and known.key_of("paris") == given_key(new)


@pytest.mark.parametrize("code", ["Paris", "-paris", "pa ris", "p" * 33])
def test_a_code_is_a_queues_name(owner: Actor, code: str) -> None:
    with pytest.raises(InvalidError, match="code"):
        manage.create_location(owner, {"code": code})


def test_a_code_is_given_once(owner: Actor) -> None:
    entered(owner)
    with pytest.raises(ConflictError):
        entered(owner)


def test_it_takes_only_control_targets_a_probe_can_ask(owner: Actor) -> None:
    location, _ = entered(owner)
    manage.change_location(
        owner, location.id, {"control_targets": ["dns://192.0.2.1", "tcp://192.0.2.2:443"]}
    )
    assert known.control_targets_of("paris") == ("dns://192.0.2.1", "tcp://192.0.2.2:443")
    with pytest.raises(InvalidError, match="control_targets"):
        manage.change_location(owner, location.id, {"control_targets": ["ping://192.0.2.1"]})


def test_a_location_that_is_off_is_asked_for_nothing(owner: Actor) -> None:
    location, _ = entered(owner)
    manage.change_location(owner, location.id, {"is_enabled": False})
    assert known.enabled_codes() == ("default",) and known.key_of("paris") is not None


def test_a_location_in_use_is_not_deleted_by_accident(owner: Actor) -> None:
    location, _ = entered(owner)
    monitor = checked_from(owner, "default", "paris")
    with pytest.raises(ConflictError, match="1 monitors"):
        manage.delete_location(owner, location.id)
    assert manage.delete_location(owner, location.id, is_forced=True) == 1
    db.session.refresh(monitor)
    assert monitor.locations == ["default"] and monitor.revision == 2


@pytest.mark.parametrize("act", ["switched off", "deleted"])
def test_what_was_due_there_is_not_kept_anywhere(owner: Actor, act: str) -> None:
    location, _ = entered(owner)
    checked_from(owner, "paris")
    schedule.reconcile()
    assert [get_redis().exists(key) for key in schedule.keys("paris")] == [1, 1, 0, 1]
    if act == "deleted":
        manage.delete_location(owner, location.id, is_forced=True)
    else:
        manage.change_location(owner, location.id, {"is_enabled": False})
    assert get_redis().exists(*schedule.keys("paris")) == 0
    if act == "switched off":
        manage.change_location(owner, location.id, {"is_enabled": True})
        assert schedule.reconcile()["renewed"] == 1


def test_a_number_is_never_given_again(owner: Actor) -> None:
    location, _ = entered(owner)
    number = location.number
    manage.delete_location(owner, location.id)
    assert entered(owner, "tokyo")[0].number == number + 1


@pytest.mark.parametrize("act", ["rotate", "disable", "delete"])
def test_the_installations_own_location_stays_as_it_is(owner: Actor, act: str) -> None:
    home = manage.list_locations(owner).items[0]
    with pytest.raises(ConflictError):
        if act == "rotate":
            manage.rotate_key(owner, home.id)
        elif act == "disable":
            manage.change_location(owner, home.id, {"is_enabled": False})
        else:
            manage.delete_location(owner, home.id, is_forced=True)


def test_every_change_is_in_the_audit_log_without_a_key(owner: Actor) -> None:
    location, key = entered(owner)
    manage.change_location(owner, location.id, {"name": "Paris 2"})
    manage.rotate_key(owner, location.id)
    entries = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [each.action for each in entries] == ["location.create", "location.change", "location.rotate"]
    assert key not in str([(each.before, each.after) for each in entries])


def test_the_state_says_what_is_known(owner: Actor) -> None:
    location, _ = entered(owner)
    assert manage.state_of(location) == "never"
    location.last_seen_ms = 1_000_000
    assert manage.state_of(location, 1_020_000) == "ok"
    assert manage.state_of(location, 1_040_000) == "silent"
    location.last_report = {"probes": {"a:1": {"control": {"state": "offline"}}}}
    assert manage.state_of(location, 1_020_000) == "offline"
    location.is_enabled = False
    assert manage.state_of(location, 1_020_000) == "disabled"


def test_it_says_how_a_probe_is_started_there(app: Flask) -> None:
    said = command_for("paris", "the-key")
    assert "CLOUDEYE_LOCATION=paris" in said and "CLOUDEYE_LOCATION_KEY=the-key" in said
    assert "-Q probe.paris" in said and "CELERY_BROKER_URL=redis://" in said


def test_another_organization_sees_that_it_is_there_and_nothing_more(owner: Actor, stranger: Actor) -> None:
    location, _ = manage.create_location(owner, {"code": "paris", "control_targets": ["dns://192.0.2.1"]})
    theirs = manage.list_locations(stranger).items
    assert [(each.code, tuple(each.control_targets), each.last_report) for each in theirs] == [
        ("default", (), None),
        ("paris", (), None),
    ]
    with pytest.raises(NotPermittedError):
        manage.create_location(stranger, {"code": "tokyo"})
    with pytest.raises(NotFoundError):
        manage.rotate_key(stranger, location.id)
