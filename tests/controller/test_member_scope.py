"""Narrowing a member: what is taken, who may, and that it holds from their next request on."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import AuditEntry, Membership, db, write
from app.service.actor import Actor
from app.service.site import create_site
from tests.cast import API, Caller, make_user
from tests.controller.test_permissions import member_of


@pytest.fixture
def sites(owner: Actor) -> dict[str, int]:
    """Two sites, by name; the first carries the tag `shop`."""
    made = {}
    for name, tags in (("Shop", ["shop"]), ("Blog", [])):
        site = create_site(owner, {"name": name, "base_url": f"http://{name.lower()}.test/", "tags": tags})
        made[name] = site.id
    return made


@pytest.fixture
def as_teammate(app: Flask, teammate: Actor) -> Caller:
    return Caller(app.test_client()).log_in(teammate)


def scope_path(actor: Actor) -> str:
    return f"/user/members/{member_of(actor)}/scope"


def names(caller: Caller) -> list[str]:
    return [each["name"] for each in caller.get("/sites")["data"]["items"]]


def test_it_holds_from_the_next_request_on(
    as_owner: Caller, as_teammate: Caller, teammate: Actor, sites: dict[str, int]
) -> None:
    assert names(as_teammate) == ["Blog", "Shop"]
    said = as_owner.patch(scope_path(teammate), {"tags": ["shop"]})["data"]
    assert (said["site_ids"], said["tags"]) == (None, ["shop"])
    assert names(as_teammate) == ["Shop"]
    as_teammate.get(f"/sites/{sites['Blog']}", 404)
    as_owner.patch(scope_path(teammate), {"site_ids": None, "tags": None})
    assert names(as_teammate) == ["Blog", "Shop"]


def test_a_site_that_gets_the_tag_later_is_theirs_then(
    as_owner: Caller, as_teammate: Caller, teammate: Actor, sites: dict[str, int]
) -> None:
    as_owner.patch(scope_path(teammate), {"tags": ["blog"]})
    assert names(as_teammate) == []
    as_owner.patch(f"/sites/{sites['Blog']}", {"tags": ["blog"]})
    assert names(as_teammate) == ["Blog"]


def test_sites_and_tags_add_up(
    as_owner: Caller, as_teammate: Caller, teammate: Actor, sites: dict[str, int]
) -> None:
    as_owner.patch(scope_path(teammate), {"site_ids": [str(sites["Blog"])], "tags": ["shop"]})
    assert names(as_teammate) == ["Blog", "Shop"]


def test_it_is_told(as_owner: Caller, teammate: Actor, sites: dict[str, int]) -> None:
    as_owner.patch(scope_path(teammate), {"tags": ["shop"]})
    db.session.commit()  # What the request wrote is seen by a new transaction.
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "member.scope")).one()
    assert (entry.before, entry.after) == ({"tags": None}, {"tags": ["shop"]})


@pytest.mark.parametrize(
    "values", [{"site_ids": [], "tags": []}, {"site_ids": ["1"]}, {"tags": ["a,b"]}, {"tags": [" "]}]
)
def test_what_narrows_to_nothing_that_is_there_is_refused(
    as_owner: Caller, teammate: Actor, values: dict[str, list[str]]
) -> None:
    as_owner.patch(scope_path(teammate), values, 400)


def test_sites_of_another_organization_cannot_be_named(
    as_owner: Caller, stranger: Actor, teammate: Actor
) -> None:
    theirs = create_site(stranger, {"name": "Theirs", "base_url": "http://theirs.test/"})
    as_owner.patch(scope_path(teammate), {"site_ids": [str(theirs.id)]}, 400)


def test_nobody_narrows_an_owner(app: Flask, as_owner: Caller, owner: Actor) -> None:
    other = make_user(owner.organization, "other", "owner")
    as_owner.patch(scope_path(other), {"tags": ["shop"]}, 409)
    admin = Caller(app.test_client()).log_in(make_user(owner.organization, "admin", "admin"))
    admin.patch(scope_path(other), {"tags": ["shop"]}, 403)


def test_nobody_widens_themselves(app: Flask, owner: Actor) -> None:
    admin = make_user(owner.organization, "admin", "admin")
    caller = Caller(app.test_client()).log_in(admin)
    caller.patch(scope_path(admin), {"tags": ["shop"]}, 403)


def test_an_admin_who_is_narrowed_manages_nobody(app: Flask, owner: Actor, teammate: Actor) -> None:
    admin = make_user(owner.organization, "admin", "admin")
    with write() as session:
        session.get_one(Membership, member_of(admin)).tags = ["shop"]
    caller = Caller(app.test_client()).log_in(admin)
    caller.patch(scope_path(teammate), {"tags": ["shop"]}, 403)
    caller.get("/user/audit", 403)
    caller.patch("/settings", {"name": "Ours now"}, 403)


def test_a_stranger_finds_no_member(as_stranger: Caller, teammate: Actor) -> None:
    as_stranger.get(scope_path(teammate), 404)
    as_stranger.patch(scope_path(teammate), {"tags": ["x"]}, 404)


def test_a_token_is_narrowed_as_its_user_is(
    app: Flask, as_owner: Caller, teammate: Actor, sites: dict[str, int]
) -> None:
    account = {"account": teammate.user.email, "password": "correct-horse-battery"}
    tokens = app.test_client().post(f"{API}/user/token", json=account).get_json()["data"]
    as_owner.patch(scope_path(teammate), {"tags": ["shop"]})
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer = app.test_client().get(f"{API}/sites", headers=headers).get_json()
    assert [each["name"] for each in answer["data"]["items"]] == ["Shop"]


def test_the_page_takes_names_and_tags(as_owner: Caller, teammate: Actor, sites: dict[str, int]) -> None:
    path = f"/settings/members/{member_of(teammate)}/scope"
    form = {"csrf_token": as_owner.csrf, "reach": "some", "sites": "Blog\n", "tags": "shop"}
    assert as_owner.client.post(path, data=form).status_code == 303
    db.session.commit()
    member = db.session.get(Membership, member_of(teammate), populate_existing=True)
    assert member is not None
    assert (member.site_ids, member.tags) == ([sites["Blog"]], ["shop"])
    page = as_owner.client.get(path).get_data(as_text=True)
    assert "Blog" in page
    assert 'value="some" selected' in page


def test_the_page_says_what_is_wrong_where_it_is(as_owner: Caller, teammate: Actor) -> None:
    path = f"/settings/members/{member_of(teammate)}/scope"
    form = {"csrf_token": as_owner.csrf, "reach": "some", "sites": "Nowhere", "tags": ""}
    answer = as_owner.client.post(path, data=form)
    assert answer.status_code == 400
    assert 'id="sites-wrong"' in answer.get_data(as_text=True)


def test_who_is_narrowed_sees_no_door_to_what_is_not_theirs(
    as_owner: Caller, as_teammate: Caller, teammate: Actor, sites: dict[str, int]
) -> None:
    before = as_teammate.client.get("/maintenance").get_data(as_text=True)
    as_owner.patch(scope_path(teammate), {"tags": ["shop"]})
    after = as_teammate.client.get("/maintenance").get_data(as_text=True)
    assert "/status-pages" in before
    assert "/status-pages" not in after
    assert as_teammate.client.get("/overview").get_data(as_text=True).count("blog.test") == 0


def test_everybody_sees_what_they_are_narrowed_to_themselves(
    as_owner: Caller, as_teammate: Caller, teammate: Actor, sites: dict[str, int]
) -> None:
    assert as_teammate.get("/user/me")["data"]["scope"] is None
    as_owner.patch(scope_path(teammate), {"tags": ["shop"], "site_ids": [str(sites["Blog"])]})
    narrowed = {"site_ids": [str(sites["Blog"])], "tags": ["shop"]}
    assert as_teammate.get("/user/me")["data"]["scope"] == narrowed
