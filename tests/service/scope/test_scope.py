"""Queries of whoever is narrowed to some sites, on both databases."""

from __future__ import annotations

import dataclasses

import pytest
from flask import Flask
from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import aliased, joinedload

from app.core.clock import now
from app.core.errors import NotFoundError
from app.models import Event, Incident, IncidentComment, Monitor, MonitorState, Site, db, write
from app.service.actor import Actor
from app.service.monitor.manage import create_monitor
from app.service.permission.narrowed import KEPT
from app.service.permission.roles import PERMISSIONS
from app.service.scope.current import current, everything, within
from app.service.scope.scope import Scope, scope_of
from app.service.scope.ways import mapped, ways
from app.service.site import change_site, create_site
from tests.cast import make_organization, make_user


@dataclasses.dataclass
class Two:
    """Two sites of one organization, with a monitor each; the first carries the tag `shop`."""

    owner: Actor
    mine: int
    other: int


@pytest.fixture
def two(app: Flask) -> Two:
    return make_two()


@pytest.fixture(params=["app", "mariadb_app"])
def either(request: pytest.FixtureRequest) -> Two:
    """The two on each database."""
    request.getfixturevalue(request.param)
    return make_two()


def make_two() -> Two:
    owner = make_user(make_organization("ours"), "owner", "owner")
    sites = [
        create_site(owner, {"name": name, "base_url": f"http://{name}.test/", "tags": [tag]})
        for name, tag in (("mine", "shop"), ("other", "blog"))
    ]
    for site in sites:
        values = {"site_id": site.id, "type": "http", "name": site.name, "config": {"url": site.base_url}}
        create_monitor(owner, values)
    db.session.remove()
    return Two(owner, sites[0].id, sites[1].id)


def by_tag(two: Two) -> Scope:
    return Scope(two.owner.organization_id, tags=frozenset({"shop"}))


def by_id(two: Two) -> Scope:
    return Scope(two.owner.organization_id, site_ids=frozenset({two.mine}))


def test_it_narrows_rows_columns_counts_joins_and_subqueries(either: Two) -> None:
    narrows_queries(either, by_tag(either))
    narrows_queries(either, by_id(either))


def narrows_queries(two: Two, scope: Scope) -> None:
    other_name = aliased(Site)
    derived = select(Monitor.site_id).subquery()
    with within(scope):
        assert [site.id for site in db.session.scalars(select(Site))] == [two.mine]
        assert db.session.scalars(select(Site.id)).all() == [two.mine]
        assert db.session.scalar(select(func.count()).select_from(Monitor)) == 1
        assert db.session.scalars(select(other_name.name)).all() == ["mine"]
        assert db.session.scalars(select(derived.c.site_id)).all() == [two.mine]
        assert not db.session.scalar(select(exists().where(Monitor.site_id == two.other)))
        loaded = db.session.scalars(select(Monitor).options(joinedload(Monitor.site))).all()
        assert [monitor.site.name for monitor in loaded] == ["mine"]
        joined = select(MonitorState.monitor_id).join(Monitor, Monitor.id == MonitorState.monitor_id)
        assert len(db.session.scalars(joined).all()) == 1
        assert db.session.get(Site, two.other) is None


def test_it_narrows_what_hangs_on_a_monitor_or_an_incident(two: Two) -> None:
    with write() as session:
        for site_id in (two.mine, two.other):
            incident = Incident(
                organization_id=two.owner.organization_id,
                site_id=site_id,
                cause="timeout",
                started_at=now(),
                opened_at=now(),
            )
            session.add(incident)
            session.flush()
            session.add(IncidentComment(incident_id=incident.id, author="a@b.c", text=str(site_id)))
    with within(by_tag(two)):
        assert db.session.scalars(select(IncidentComment.text)).all() == [str(two.mine)]
        assert len(db.session.scalars(select(MonitorState)).all()) == 1


def test_it_narrows_changes_in_bulk(either: Two) -> None:
    with within(by_tag(either)), write() as session:
        assert session.execute(update(Monitor).values(name="changed")).rowcount == 1  # type: ignore[attr-defined]
        assert session.execute(delete(MonitorState)).rowcount == 1  # type: ignore[attr-defined]
    assert set(db.session.scalars(select(Monitor.name))) == {"changed", "other"}


def test_a_tag_of_other_letters_is_another_tag(either: Two) -> None:
    change_site(either.owner, either.other, {"tags": ["Shop", "shóp"]})
    with within(by_tag(either)):
        assert [site.id for site in db.session.scalars(select(Site))] == [either.mine]


def test_it_refuses_new_rows_of_other_sites(two: Two) -> None:
    event = Event(organization_id=two.owner.organization_id, site_id=two.other, kind="note")
    with pytest.raises(NotFoundError), within(by_tag(two)), write() as session:
        session.add(event)


def test_it_lets_new_rows_of_its_own_sites_pass(two: Two) -> None:
    with within(by_tag(two)), write() as session:
        session.add(Event(organization_id=two.owner.organization_id, site_id=two.mine, kind="note"))


def test_a_scope_of_nothing_finds_nothing(two: Two) -> None:
    with within(scope_of(two.owner.organization_id, [], None)):
        assert db.session.scalars(select(Site)).all() == []


def test_what_is_made_for_all_is_not_narrowed(two: Two) -> None:
    with within(by_tag(two)):
        with everything():
            assert len(db.session.scalars(select(Site)).all()) == 2
        assert len(db.session.scalars(select(Site.id)).all()) == 1
    assert current() is None


def test_a_membership_without_either_list_is_not_narrowed() -> None:
    assert scope_of(1, None, None) is None
    assert scope_of(1, None, ["a"]) == Scope(1, tags=frozenset({"a"}))


# The organization's own things: nobody's site. Whoever adds a table that is about sites gives it `site_id`.
ORGANIZATIONS_OWN = {
    "alert_storm",
    "alert_turn",
    "api_token",
    "audit_cut",
    "audit_entry",
    "audit_head",
    "avatar",
    "bug_template",
    "channel",
    "channel_rule",
    "content",
    "daily_job",
    "escalation_policy",
    "file",
    "file_account",
    "invitation",
    "job",
    "location",
    "maintenance_window",
    "membership",
    "message_template",
    "oidc_link",
    "oidc_provider",
    "organization",
    "organization_words",
    "passkey",
    "recovery_code",
    "rollup_mark",
    "rota",
    "rota_override",
    "routing",
    "setting",
    "status_notice",
    "status_page",
    "status_update",
    "token_family",
    "totp",
    "user",
    "vendor",
    "vendor_app",
}


def test_every_table_hangs_on_a_site_or_is_known_to_be_the_organizations(app: Flask) -> None:
    loose = set(mapped()) - set(ways())
    assert loose - ORGANIZATIONS_OWN == set()


def test_what_is_kept_of_a_role_is_some_roles_permission() -> None:
    assert KEPT - set().union(*PERMISSIONS.values()) == set()
