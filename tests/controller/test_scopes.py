"""Every endpoint and page, found by itself, tried by an operator who answers for another site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.controller.v1 import all_routes
from app.models import Finding, Membership, Monitor, Site, SiteTag, Watch, db, write
from app.service.auth import load_actor
from app.service.permission.check import rule_of
from app.service.permission.narrowed import KEPT
from app.service.permission.roles import PUBLIC, SELF, SESSION
from app.service.site import create_site
from tests.cast import make_organization, make_user
from tests.controller.test_permissions import World, address, endpoints, least, make_things, speak
from tests.service.job.jobs import done, result_bytes

MARK = "hidden-marker"
# What an address names that is the organization's own: read-only for whoever is narrowed.
ORGANIZATIONS_OWN = {
    "channel_id",
    "invitation_id",
    "location_id",
    "member_id",
    "organization_id",
    "override_id",
    "passkey_id",
    "policy_id",
    "provider_id",
    "rota_id",
    "template_id",
    "user_id",
    "window_id",
}
# A job is begun for whatever is asked for, and finds nothing: its own test runs some.
BEGUN = {"v1.finding_exports", "v1.uptime_exports"}
# They would not end, or act on the session itself.
LEFT_OUT = {"web.live", "v1.login", "v1.token", "v1.logout", "web.logout", "web.language", "static"}
# They go over to an organization, or leave it: one's own place, whatever it is narrowed to.
LEFT_OUT |= {f"v1.organization_{act}" for act in ("switch", "leave")}
LEFT_OUT |= {f"web.account_organization_{act}" for act in ("switch", "leave")}


ONES_OWN = (SELF, SESSION)


@dataclass
class House:
    """One of everything on a site with the tag `hidden`; and a site, `mine`, that somebody answers for."""

    world: World
    client: FlaskClient
    headers: dict[str, str]
    mine: int


def narrow(world: World, name: str, *tags: str) -> tuple[FlaskClient, dict[str, str]]:
    """An operator who answers for the sites with these tags, logged in."""
    organization = world.actors["owner"].organization
    world.actors[name] = make_user(organization, name, "operator")
    with write() as session:
        own = Membership.user_id == world.actors[name].user.id
        session.execute(update(Membership).where(own).values(tags=list(tags)))
    return speak(world, name, "session")


@pytest.fixture
def house(app: Flask) -> House:
    ours = make_organization("ours")
    owner = make_user(ours, "owner", "owner")
    things = make_things(owner)
    for site_id in db.session.scalars(select(Site.id)).all():
        mark(site_id)
    mine = create_site(owner, {"name": "mine", "base_url": "http://mine.test/", "tags": ["mine"]})
    world = World(app, {"owner": owner, "operator": make_user(ours, "operator", "operator")}, things)
    return House(world, *narrow(world, "narrowed", "mine"), mine.id)


def mark(site_id: int) -> None:
    """Give what is on a site names and addresses that cannot be overlooked."""
    url = f"http://{MARK}.test/"
    with write() as session:
        site = session.get_one(Site, site_id)
        session.add(SiteTag(site_id=site_id, tag="hidden", organization_id=site.organization_id))
        session.execute(update(Site).where(Site.id == site_id).values(name=MARK, base_url=url))
        session.execute(update(Monitor).where(Monitor.site_id == site_id).values(name=MARK))
        watches = Watch.site_id == site_id
        session.execute(update(Watch).where(watches).values(name=MARK, url=url))
        session.execute(update(Finding).where(Finding.site_id == site_id).values(url=url))


def asked(house: House) -> Iterator[tuple[str, str, str, set[str]]]:
    """(endpoint, method, address, names in it) of everything that only logged-in people reach."""
    for endpoint, method, path, names in endpoints(house.world.app):
        if endpoint in LEFT_OUT or rule_of(endpoint, method) == PUBLIC or "<path:" in path:
            continue
        path = path.replace("<kind>", "csv")
        yield endpoint, method, address(path, house.world.things), names


def test_it_finds_no_thing_of_another_site_at_any_endpoint(house: House) -> None:
    answers = {}
    for endpoint, method, path, names in asked(house):
        ids = {name for name in names if name.endswith("_id")}
        if not ids or (ids <= ORGANIZATIONS_OWN and method == "GET") or rule_of(endpoint, method) in ONES_OWN:
            continue
        body = least(endpoint, method) if endpoint.startswith("v1.") else None
        answer = send(house, method, path, body)
        answers[endpoint, method] = answer.status_code
    refused = {key for key, status in answers.items() if status in (403, 404)}
    # A form that is not filled in: its own test tries it filled in.
    assert set(answers) - refused - {("web.maintenance_edit_post", "POST")} == set()
    assert len(answers) >= 150


def send(house: House, method: str, path: str, values: Any = None) -> Any:
    if method == "GET":
        answer = house.client.get(path, headers=house.headers, query_string=values, buffered=True)
    elif path.startswith("/api/"):
        answer = house.client.open(path, method=method, headers=house.headers, json=values or {})
    else:
        form = {"reason": "release", "keys": "some:key", "name": "quote", **(values or {})}
        answer = house.client.open(path, method=method, headers=house.headers, data=form)
    return answer


def text_of(answer: Any) -> str:
    return str(answer.get_data().decode(errors="replace"))


def hidden_words(house: House) -> list[str]:
    """What would give a thing of the other site away: the mark, and its ids."""
    things = house.world.things
    own = {str(value) for name, value in things.items() if name in ORGANIZATIONS_OWN}
    return [MARK, *({str(value) for value in things.values()} - own)]


def test_no_list_and_no_page_holds_anything_of_another_site(house: House) -> None:
    words = hidden_words(house)
    seen, leaks = 0, {}
    for endpoint, method, path, _names in asked(house):
        if method != "GET":
            continue
        answer = send(house, method, path, least(endpoint, method) if endpoint.startswith("v1.") else None)
        assert answer.status_code < 500, endpoint
        seen += answer.status_code == 200
        # What was asked for comes back in a page's address at times; it says nothing.
        found = [word for word in words if word in text_of(answer) and word not in path]
        if found and answer.status_code == 200:
            leaks[endpoint] = found
    assert leaks == {}
    assert seen >= 60


def test_asking_for_another_sites_things_by_name_gives_nothing(house: House) -> None:
    words = hidden_words(house)
    leaks = {}
    for endpoint, method, path, _names in asked(house):
        query = {name: value for name, value in named(house, endpoint, method) if value}
        if method != "GET" or not query:
            continue
        answer = send(house, method, path, {**least(endpoint, method), **query})
        text = text_of(answer)
        found = [word for word in words if word in text and word not in query.values()]
        if answer.status_code >= 500 or (answer.status_code == 200 and found):
            leaks[endpoint] = (answer.status_code, found)
    assert leaks == {}


def named(house: House, endpoint: str, method: str) -> Iterator[tuple[str, Any]]:
    """Each argument of an operation that names a thing, with the other site's."""
    if not endpoint.startswith("v1."):
        return
    (resource,) = [each.resource for each in all_routes() if f"v1.{each.endpoint}" == endpoint]
    parser = getattr(resource, method.lower()).operation.parser
    for each in parser.arguments if parser else ():
        one, several = house.world.things.get(each.name), house.world.things.get(each.name.removesuffix("s"))
        if one is not None and each.name not in ORGANIZATIONS_OWN:
            yield each.name, str(one)
        elif several is not None and each.name.endswith("_ids"):
            yield each.name, [str(several)]


def test_nothing_can_be_made_or_changed_by_naming_another_sites_things(house: House) -> None:
    passed = {}
    for endpoint, method, path, _names in asked(house):
        body = dict(named(house, endpoint, method))
        if method in ("GET", "DELETE") or not body or endpoint in BEGUN:
            continue
        answer = send(house, method, path, {**least(endpoint, method), **body})
        if answer.status_code < 400 or answer.status_code >= 500:
            passed[endpoint, method] = answer.status_code
    assert passed == {}


def test_at_its_own_site_it_is_an_operator_like_any_other(house: House) -> None:
    """Whoever answers for the site is refused only what is the whole organization's."""
    client, headers = narrow(house.world, "responsible", "hidden")
    plain, plain_headers = speak(house.world, "operator", "session")
    differ = {}
    for endpoint, method, path, names in asked(house):
        rule = rule_of(endpoint, method) or ""
        if rule not in KEPT | {SELF} or method == "DELETE" or not endpoint.startswith("v1."):
            continue
        if not {name for name in names if name.endswith("_id")} - ORGANIZATIONS_OWN:
            continue
        mine, theirs = (
            tried(one, said, method, path) for one, said in ((client, headers), (plain, plain_headers))
        )
        if mine in (403, 404) and theirs not in (403, 404):
            differ[endpoint, method] = (mine, theirs)
    # Whose site is not said are the organization's own: a token for all sites, a message of a trial.
    own = {("v1.deployment_token_revoke", "POST"), ("v1.delivery", "GET")}
    assert set(differ) - own == set()


def tried(client: FlaskClient, headers: dict[str, str], method: str, path: str) -> int:
    """The status; a body with a field nobody knows is refused behind the door, and nothing is changed."""
    body = None if method == "GET" else {"no_such_field": 1}
    return client.open(path, method=method, headers=headers, json=body, buffered=True).status_code


def test_the_marks_are_where_they_would_be_seen(house: House) -> None:
    plain, headers = speak(house.world, "operator", "session")
    found = [
        endpoint
        for endpoint, method, path, _names in asked(house)
        if method == "GET" and MARK in text_of(plain.get(path, headers=headers, buffered=True))
    ]
    assert len(found) >= 40


def test_a_job_finds_what_whoever_began_it_would(house: House) -> None:
    narrowed = house.world.actors["narrowed"]
    actor = load_actor(narrowed.user.id, narrowed.organization_id, 1, way="session", ip="")
    assert actor is not None
    job = done(actor, "sites.export", {"format": "csv", "locale": "en"})
    text = result_bytes(actor, job).decode()
    assert "http://mine.test/" in text
    assert MARK not in text


def test_it_plans_no_work_for_other_sites_and_changes_none_of_theirs(house: House) -> None:
    window = f"/api/cloudeye/v1/usability/maintenance/{house.world.things['window_id']}"
    assert send(house, "GET", window).status_code == 200
    assert send(house, "PATCH", window, {"name": "mine now"}).status_code == 403
    plan = {"name": "mine", "starts": "2099-01-01T02:00", "minutes": 60}
    path = "/api/cloudeye/v1/usability/maintenance"
    for covered in ({"covers_all": True}, {"tags": ["hidden"]}, {"site_ids": [str(things_site(house))]}):
        assert send(house, "POST", path, {**plan, **covered}).status_code == 400
    assert send(house, "POST", path, {**plan, "site_ids": [str(house.mine)]}).status_code == 201


def things_site(house: House) -> int:
    return house.world.things["site_id"]


def test_it_makes_a_site_only_with_one_of_its_tags(house: House) -> None:
    new = {"name": "new", "base_url": "http://new.test/"}
    path = "/api/cloudeye/v1/sites"
    assert send(house, "POST", path, {**new, "tags": ["hidden"]}).status_code == 400
    assert send(house, "POST", path, {**new, "tags": ["hidden", "mine"]}).status_code == 201


def test_it_cannot_take_its_tag_off_its_site(house: House) -> None:
    answer = send(house, "PATCH", f"/api/cloudeye/v1/sites/{house.mine}", {"tags": ["other"]})
    assert answer.status_code == 400
    assert "mine" in answer.get_json()["msg"]
