"""The page on which a host is shown to be ours: what to put where, looking at once, giving it up."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import db, write
from app.service.actor import Actor
from app.service.bug.host import add_host, get_host, list_hosts
from app.service.bug.scan import is_verified
from app.service.organization import change_settings
from tests.service.bug.desk import Desk
from tests.service.bug.site import Shop, running_shop
from tests.web.test_pages import INLINE, enter, token

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def stall() -> Iterator[Shop]:
    with running_shop() as shop:
        yield shop


@pytest.fixture
def desk(owner: Actor, stall: Shop) -> Desk:
    """The owner of a local shop, whose organization may reach loopback addresses."""
    change_settings(owner, {"is_set_up": True})
    with write() as session:
        session.merge(owner.organization).allowed_networks = ["127.0.0.0/8"]
    return Desk(owner, stall.base_url)


def prove(desk: Desk, stall: Shop) -> int:
    """The file is in its place; the host's id."""
    (host,) = list_hosts(desk.actor, desk.site.id)
    stall.pages[f"/.well-known/cloudeye-{host.token}.txt"] = f"cloudeye-verification={host.token}"
    return host.id


def send(client: FlaskClient, path: str, *, is_htmx: bool = False, **fields: object) -> tuple[int, str]:
    fields["csrf_token"] = token(client.get("/findings").text)
    answer = client.post(path, data=fields, headers={"HX-Request": "true"} if is_htmx else {})
    db.session.rollback()
    db.session.expire_all()
    return answer.status_code, answer.text


def test_each_way_is_explained_with_values_to_copy(app: Flask, owner: Actor, desk: Desk) -> None:
    text = enter(app, owner).get(f"/sites/{desk.site.id}/hosts").text
    (host,) = list_hosts(owner, desk.site.id)
    for value in (
        "_cloudeye.127.0.0.1",
        f"cloudeye-verification={host.token}",
        f"{desk.base_url}.well-known/cloudeye-{host.token}.txt",
        f"&lt;meta name=&#34;cloudeye-verification&#34; content=&#34;{host.token}&#34;&gt;",
    ):
        assert f'value="{value}" readonly' in text
    assert not INLINE.search(text)


def test_looking_answers_at_once_with_what_was_found(app: Flask, owner: Actor, desk: Desk) -> None:
    (host,) = list_hosts(owner, desk.site.id)
    client = enter(app, owner)
    status, text = send(client, f"/hosts/{host.id}/check", is_htmx=True, method="file")
    assert status == 200
    assert text.startswith('<section class="card host"')
    assert "answered with status 404" in text


def test_a_proof_that_is_there_opens_active_scans(app: Flask, owner: Actor, desk: Desk, stall: Shop) -> None:
    host_id = prove(desk, stall)
    status, text = send(enter(app, owner), f"/hosts/{host_id}/check", is_htmx=True, method="file")
    assert status == 200
    assert "Shown to be yours" in text and "The proof is in place." in text
    assert is_verified(db.session(), desk.site)


def test_without_script_looking_leads_back_to_the_host(
    app: Flask, owner: Actor, desk: Desk, stall: Shop
) -> None:
    host_id = prove(desk, stall)
    client = enter(app, owner)
    csrf = token(client.get("/findings").text)
    answer = client.post(f"/hosts/{host_id}/check", data={"csrf_token": csrf, "method": "file"})
    assert answer.location == f"/sites/{desk.site.id}/hosts#host-{host_id}"


def test_given_up_it_needs_a_new_proof(app: Flask, owner: Actor, desk: Desk, stall: Shop) -> None:
    host_id = prove(desk, stall)
    client = enter(app, owner)
    send(client, f"/hosts/{host_id}/check", method="file")
    before = get_host(owner, host_id).token
    assert send(client, f"/hosts/{host_id}/revoke")[0] == 303
    host = get_host(owner, host_id)
    assert (host.state, host.method, host.verified_at) == ("pending", None, None)
    assert host.token != before
    assert not is_verified(db.session(), desk.site)
    assert desk.events()[-1] == "host_given_up"


def test_what_is_not_shown_cannot_be_given_up(app: Flask, owner: Actor, desk: Desk) -> None:
    (host,) = list_hosts(owner, desk.site.id)
    send(enter(app, owner), f"/hosts/{host.id}/revoke")
    assert desk.events() == []


def test_another_host_is_added_and_forgotten(app: Flask, owner: Actor, desk: Desk) -> None:
    client = enter(app, owner)
    assert send(client, f"/sites/{desk.site.id}/hosts", host="www.shop.example")[0] == 303
    added = list_hosts(owner, desk.site.id)[1]
    assert added.host == "www.shop.example"
    assert send(client, f"/hosts/{added.id}/delete")[0] == 303
    assert len(list_hosts(owner, desk.site.id)) == 1


@pytest.mark.parametrize("typed", [HOSTILE, "", "shop.example/path", "two words"])
def test_what_is_no_host_is_said_at_its_field(app: Flask, owner: Actor, desk: Desk, typed: str) -> None:
    status, text = send(enter(app, owner), f"/sites/{desk.site.id}/hosts", host=typed)
    assert status == 200
    assert 'id="host-wrong"' in text
    assert HOSTILE not in text


def test_the_sites_own_host_stays(app: Flask, owner: Actor, desk: Desk) -> None:
    (host,) = list_hosts(owner, desk.site.id)
    send(enter(app, owner), f"/hosts/{host.id}/delete")
    assert len(list_hosts(owner, desk.site.id)) == 1


def test_a_viewer_reads_and_may_not_look(app: Flask, viewer: Actor, owner: Actor, desk: Desk) -> None:
    (host,) = list_hosts(owner, desk.site.id)
    client = enter(app, viewer)
    acts = re.findall(
        r'<form[^>]*method="post"[^>]*action="([^"]+)"', client.get(f"/sites/{desk.site.id}/hosts").text
    )
    assert set(acts) <= {"/logout"}
    for verb in ("check", "revoke", "delete"):
        assert send(client, f"/hosts/{host.id}/{verb}")[0] == 403


def test_a_stranger_finds_nothing(app: Flask, stranger: Actor, owner: Actor, desk: Desk) -> None:
    added = add_host(owner, desk.site.id, "www.shop.example")
    client = enter(app, stranger)
    assert client.get(f"/sites/{desk.site.id}/hosts").status_code == 404
    assert {send(client, f"/hosts/{added.id}/{verb}")[0] for verb in ("check", "revoke", "delete")} == {404}
    assert get_host(owner, added.id).host == "www.shop.example"
