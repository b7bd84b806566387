"""Naming parents: only one's own, and never in a circle."""

from __future__ import annotations

import pytest

from app.core.errors import InvalidError, NotFoundError
from app.models import AuditEntry, db
from app.service.actor import Actor
from app.service.alerting.dependency import children_of, list_dependencies, parents_of, set_parents
from tests.service.alerting.scene import Scene


def named(scene: Scene, *names: str) -> list[int]:
    return [scene.monitors.get(name) or scene.monitor(name) for name in names]


def test_parents_are_named_all_at_once(scene: Scene) -> None:
    router, switch, page = named(scene, "router", "switch", "page")
    set_parents(scene.owner, page, [router, switch])
    assert [each.name for each in parents_of(scene.owner, page)] == ["router", "switch"]
    set_parents(scene.owner, page, [switch])
    assert [each.name for each in children_of(scene.owner, switch)] == ["page"]
    assert children_of(scene.owner, router) == []


def test_a_circle_is_refused(scene: Scene) -> None:
    router, switch, page = named(scene, "router", "switch", "page")
    set_parents(scene.owner, page, [switch])
    set_parents(scene.owner, switch, [router])
    for parent in (page, router, switch):
        with pytest.raises(InvalidError):
            set_parents(scene.owner, router, [parent])


def test_a_monitor_of_another_organization_is_no_parent(scene: Scene, stranger: Actor) -> None:
    (page,) = named(scene, "page")
    theirs = Scene(stranger).monitor("theirs")
    with pytest.raises(InvalidError):
        set_parents(scene.owner, page, [theirs])
    with pytest.raises(NotFoundError):
        set_parents(stranger, page, [])
    assert list_dependencies(stranger).items == []


def test_the_edges_are_listed_in_pages(scene: Scene) -> None:
    parents = named(scene, "p1", "p2", "p3")
    (page,) = named(scene, "page")
    set_parents(scene.owner, page, parents)
    first = list_dependencies(scene.owner, limit=2)
    rest = list_dependencies(scene.owner, limit=2, cursor=first.next_cursor)
    assert [each.parent_id for each in first.items + rest.items] == parents
    assert list_dependencies(scene.owner, parent_id=parents[0]).items[0].monitor_id == page


def test_a_change_is_audited_and_no_change_is_not(scene: Scene) -> None:
    router, page = named(scene, "router", "page")
    for _ in range(2):
        set_parents(scene.owner, page, [router])
    entries = db.session.query(AuditEntry).filter_by(action="monitor.parents").all()
    assert len(entries) == 1 and entries[0].after == {"parents": [str(router)]}
