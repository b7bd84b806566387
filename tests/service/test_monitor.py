"""A monitor's policy: what may be said of it, what fits together, and what it depends on."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.core.errors import InvalidError, NotFoundError
from app.models import EscalationPolicy, Location, Monitor, write
from app.service.actor import Actor
from app.service.location import known
from app.service.monitor.config import whole
from app.service.monitor.manage import (
    change_monitor,
    clone_monitor,
    create_monitor,
    delete_monitor,
    get_monitor,
    list_monitors,
)
from app.service.site import create_site
from app.service.trail.search import list_entries

URL = "http://127.0.0.1:9/"


@pytest.fixture
def make(app: Flask, owner: Actor) -> Any:
    site = create_site(owner, {"name": "Shop", "base_url": URL, "tags": ["eu"]})

    def make(name: str = "home", **values: Any) -> Monitor:
        given = {"site_id": site.id, "type": "http", "name": name, "config": {"url": URL}, **values}
        return create_monitor(owner, given)

    return make


def refused(owner: Actor, monitor: Monitor, **values: Any) -> dict[str, str]:
    with pytest.raises(InvalidError) as caught:
        change_monitor(owner, monitor.id, values)
    return dict(caught.value.fields)


def test_it_keeps_the_whole_policy(make: Any, owner: Actor) -> None:
    policy = {"is_inverted": True, "retry_seconds": 10, "slow_ms": 800, "slow_factor": 3.0}
    monitor = get_monitor(owner, make(**policy).id)
    assert {name: getattr(monitor, name) for name in policy} == policy


@pytest.mark.parametrize(
    ("values", "field", "why"),
    [
        ({"retry_seconds": 60}, "retry_seconds", "must be shorter than the interval (60 s)"),
        ({"interval_seconds": 5, "timeout_seconds": 9}, "timeout_seconds", "must not be longer"),
        ({"locations": ["nowhere"]}, "locations", "there is no location nowhere"),
        ({"locations": ["default", "default"]}, "locations", "names a location twice"),
        ({"quorum": 2}, "quorum", "must not be more than the locations (1)"),
        ({"escalation_id": 12345}, "escalation_id", "there is no such escalation policy"),
        ({"dependencies": [12345]}, "dependencies", "there is no monitor 12345"),
        ({"name": "  "}, "name", "must not be empty"),
    ],
)
def test_it_names_each_value_that_will_not_do(
    make: Any, owner: Actor, values: dict[str, Any], field: str, why: str
) -> None:
    assert refused(owner, make(), **values)[field].startswith(why)


def test_a_quorum_is_judged_with_the_locations_it_has(make: Any, owner: Actor) -> None:
    with write() as session:
        session.add(Location(code="berlin", name="Berlin", number=9))
    known.forget()
    monitor = make(locations=["default", "berlin"], quorum=2)
    assert refused(owner, monitor, locations=["default"]) == {
        "quorum": "must not be more than the locations (1)"
    }


def test_an_escalation_policy_of_others_does_not_exist(make: Any, owner: Actor, stranger: Actor) -> None:
    with write() as session:
        theirs = EscalationPolicy(organization_id=stranger.organization_id, name="n", steps=[])
        session.add(theirs)
    assert "escalation_id" in refused(owner, make(), escalation_id=theirs.id)


def test_it_depends_on_others(make: Any, owner: Actor) -> None:
    router, shop = make("router"), make("shop")
    change_monitor(owner, shop.id, {"dependencies": [router.id]})
    assert get_monitor(owner, shop.id).dependencies == [router.id]
    change_monitor(owner, shop.id, {"dependencies": []})
    assert get_monitor(owner, shop.id).dependencies == []


def test_dependencies_do_not_go_in_a_circle(make: Any, owner: Actor) -> None:
    first = make("first")
    second = make("second", dependencies=[first.id])
    third = make("third", dependencies=[second.id])
    circle = {"dependencies": "this would go in a circle"}
    assert refused(owner, first, dependencies=[third.id]) == circle
    assert refused(owner, first, dependencies=[first.id]) == circle
    assert get_monitor(owner, first.id).dependencies == []


def test_a_monitor_of_others_is_no_parent(make: Any, owner: Actor, stranger: Actor) -> None:
    site = create_site(stranger, {"name": "Theirs", "base_url": URL})
    theirs = create_monitor(
        stranger, {"site_id": site.id, "type": "http", "name": "n", "config": {"url": URL}}
    )
    assert "dependencies" in refused(owner, make(), dependencies=[theirs.id])


def test_a_deleted_parent_is_no_parent_any_more(make: Any, owner: Actor) -> None:
    router = make("router")
    shop = make("shop", dependencies=[router.id])
    delete_monitor(owner, router.id)
    assert get_monitor(owner, shop.id).dependencies == []


def test_the_audit_log_says_what_was_changed(make: Any, owner: Actor) -> None:
    router, shop = make("router"), make("shop")
    change_monitor(owner, shop.id, {"dependencies": [router.id], "slow_ms": 500})
    entry = list_entries(owner).items[0]
    assert (entry.before, entry.after) == (
        {"slow_ms": None, "dependencies": []},
        {"slow_ms": 500, "dependencies": [router.id]},
    )


def test_a_clone_is_like_its_pattern_with_secrets_and_parents(make: Any, owner: Actor) -> None:
    router = make("router")
    config = {"url": URL, "headers": {"Authorization": "hunter2"}}
    pattern = make("shop", config=config, slow_ms=500, confirm_count=4, dependencies=[router.id])
    clone = get_monitor(owner, clone_monitor(owner, pattern.id, {"confirm_count": 1}).id)
    assert (clone.name, clone.slow_ms, clone.confirm_count) == ("shop (2)", 500, 1)
    assert whole(clone) == config and clone.dependencies == [router.id]


def test_a_monitor_of_others_is_not_cloned(make: Any, stranger: Actor) -> None:
    with pytest.raises(NotFoundError):
        clone_monitor(stranger, make().id, {})


def test_a_type_brings_its_own_defaults(make: Any) -> None:
    heartbeat = make("job", type="heartbeat", config={"period_seconds": 3600})
    assert heartbeat.confirm_count == 1 and heartbeat.push_token


def test_it_lists_by_tag_type_and_name(make: Any, owner: Actor) -> None:
    home, job = make("home"), make("job", type="heartbeat", config={"period_seconds": 3600})
    assert [each.id for each in list_monitors(owner, type="heartbeat").items] == [job.id]
    assert [each.id for each in list_monitors(owner, tag="eu", q="hom").items] == [home.id]
    assert list_monitors(owner, tag="us").items == []
