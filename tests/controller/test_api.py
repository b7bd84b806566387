"""The API as a client meets it: shapes, errors that name their fields, log-in, tokens, paging."""

from __future__ import annotations

import re

import pytest
import redis
from flask import Flask

from app.controller.common import session
from app.core.errors import RedisUnavailableError
from app.core.redis import use_redis
from app.service.actor import Actor
from tests.cast import API, PASSWORD, Caller


def add_site(caller: Caller, name: str = "Shop", **more: object) -> dict[str, object]:
    said = caller.post("/sites", {"name": name, "base_url": "https://shop.example/", **more}, 201)
    data: dict[str, object] = said["data"]
    return data


def test_it_logs_in_and_says_who_one_is(as_owner: Caller) -> None:
    me = as_owner.get("/user/me")["data"]
    assert (me["user"]["email"], me["role"]) == ("owner@example.org", "owner")


def test_it_refuses_a_wrong_password_without_saying_which_was_wrong(app: Flask, owner: Actor) -> None:
    caller = Caller(app.test_client())
    known = caller.post("/user/login", {"account": "owner@example.org", "password": "wrong-password"}, 401)
    unknown = caller.post("/user/login", {"account": "nobody@example.org", "password": "wrong-password"}, 401)
    assert known == unknown and known["code"] == 10006


def test_it_gives_a_new_session_id_at_log_in(app: Flask, owner: Actor) -> None:
    client = app.test_client()
    caller = Caller(client).log_in(owner)
    first = client.get_cookie("cloudeye")
    caller.log_in(owner)
    second = client.get_cookie("cloudeye")
    assert first is not None and second is not None and first.value != second.value


def test_it_throttles_log_ins_of_an_account(app: Flask, owner: Actor) -> None:
    caller = Caller(app.test_client())
    for _ in range(10):
        caller.post("/user/login", {"account": "owner@example.org", "password": "wrong-password"}, 401)
    said = caller.post("/user/login", {"account": "owner@example.org", "password": PASSWORD}, 429)
    assert said["code"] == 10008 and said["data"]["resets_in"] > 0


def test_it_forgets_a_session_that_was_logged_out(as_owner: Caller) -> None:
    as_owner.post("/user/logout")
    assert as_owner.get("/user/me", 401)["code"] == 10006


@pytest.mark.parametrize("scheme", ["Bearer", "jwt"])
def test_it_takes_a_token_under_both_schemes(app: Flask, owner: Actor, scheme: str) -> None:
    client = app.test_client()
    tokens = client.post(
        f"{API}/user/token", json={"account": owner.user.email, "password": PASSWORD}
    ).get_json()
    header = {"Authorization": f"{scheme} {tokens['data']['access_token']}"}
    assert client.get(f"{API}/user/me", headers=header).get_json()["data"]["csrf_token"] is None


def test_a_refresh_token_opens_nothing_but_gives_new_tokens(app: Flask, owner: Actor) -> None:
    client = app.test_client()
    tokens = client.post(
        f"{API}/user/token", json={"account": owner.user.email, "password": PASSWORD}
    ).get_json()
    refresh = tokens["data"]["refresh_token"]
    assert client.get(f"{API}/user/me", headers={"Authorization": f"Bearer {refresh}"}).status_code == 401
    assert client.post(f"{API}/user/token", json={"refresh_token": refresh}).status_code == 200


def test_a_changed_password_ends_every_token_and_other_session(
    app: Flask, owner: Actor, as_owner: Caller
) -> None:
    other = Caller(app.test_client()).log_in(owner)
    as_owner.patch("/user/me", {"current_password": PASSWORD, "password": "another-long-password"})
    assert other.get("/user/me", 401)["code"] == 10006
    as_owner.get("/user/me", 200)


@pytest.mark.parametrize("body", [5, "text", [1], True])
def test_it_refuses_a_body_that_is_no_object(as_owner: Caller, body: object) -> None:
    assert as_owner.post("/sites", body, 400)["code"] == 11001


@pytest.mark.parametrize("piece", ["[", '{"a":'])
def test_it_refuses_a_body_that_is_nested_without_end(as_owner: Caller, piece: str) -> None:
    headers = {"X-CSRF-Token": as_owner.csrf, "Content-Type": "application/json"}
    answer = as_owner.client.post(f"{API}/sites", data=piece * 5_000, headers=headers)
    assert answer.status_code == 400


def test_it_names_every_wrong_field_at_once(as_owner: Caller) -> None:
    said = as_owner.post("/sites", {"name": 5, "tags": "x", "colour": "red"}, 400)
    assert set(said["data"]["fields"]) == {"name", "base_url", "tags", "colour"}


def test_it_refuses_null_where_there_must_be_a_value(as_owner: Caller) -> None:
    said = as_owner.post("/sites", {"name": None, "base_url": "https://shop.example/"}, 400)
    assert said["data"]["fields"] == {"name": "must not be null"}


@pytest.mark.parametrize(
    "url", ["ftp://shop.example/", "shop.example", "https://", "http://user:pw@shop.example/"]
)
def test_it_refuses_an_address_it_cannot_watch(as_owner: Caller, url: str) -> None:
    assert "base_url" in as_owner.post("/sites", {"name": "Shop", "base_url": url}, 400)["data"]["fields"]


def test_it_pages_sites_by_name_without_loss_or_repetition(as_owner: Caller) -> None:
    names = [f"Site {number % 3} {number:02}" for number in range(7)]
    for name in names:
        add_site(as_owner, name)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = as_owner.get(f"/sites?limit=3&sort=name{'&cursor=' + cursor if cursor else ''}")["data"]
        seen += [site["name"] for site in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(names)


def test_it_finds_sites_by_part_of_name_and_by_tag(as_owner: Caller) -> None:
    add_site(as_owner, "Alpha 100%", tags=["eu", "shop"])
    add_site(as_owner, "Beta", tags=["us"])
    assert [site["name"] for site in as_owner.get("/sites?q=100%25")["data"]["items"]] == ["Alpha 100%"]
    assert [site["name"] for site in as_owner.get("/sites?tag=us")["data"]["items"]] == ["Beta"]


def test_it_refuses_a_cursor_of_another_list(as_owner: Caller) -> None:
    assert as_owner.get("/sites?cursor=WzFd", 400)["data"]["fields"].keys() == {"cursor"}


def test_it_archives_and_restores_a_site(as_owner: Caller) -> None:
    site = add_site(as_owner)
    as_owner.delete(f"/sites/{site['id']}")
    assert as_owner.get("/sites")["data"]["items"] == []
    as_owner.post(f"/sites/{site['id']}/restore")
    assert len(as_owner.get("/sites")["data"]["items"]) == 1


def test_it_writes_every_change_into_the_audit_log(as_owner: Caller) -> None:
    site = add_site(as_owner)
    as_owner.patch(f"/sites/{site['id']}", {"name": "Store"})
    entries = as_owner.get("/user/audit")["data"]["items"]
    assert [entry["action"] for entry in entries] == ["site.change", "site.create", "login"]
    assert (entries[0]["before"], entries[0]["after"]) == ({"name": "Shop"}, {"name": "Store"})


def test_it_names_a_wrong_field_of_a_monitors_configuration(as_owner: Caller) -> None:
    site = add_site(as_owner)
    body = {"site_id": site["id"], "type": "http", "name": "home", "config": {"url": "nonsense", "speed": 1}}
    fields = as_owner.post("/usability/monitors", body, 400)["data"]["fields"]
    assert set(fields) == {"config.url", "config.speed"}


def test_it_refuses_a_timeout_longer_than_the_interval(as_owner: Caller) -> None:
    site = add_site(as_owner)
    body = {
        "site_id": site["id"],
        "type": "http",
        "name": "home",
        "interval_seconds": 5,
        "timeout_seconds": 6,
        "config": {"url": "https://shop.example/"},
    }
    assert "timeout_seconds" in as_owner.post("/usability/monitors", body, 400)["data"]["fields"]


def test_it_confirms_new_monitors_with_two(as_owner: Caller) -> None:
    site = add_site(as_owner)
    body = {"site_id": site["id"], "type": "http", "name": "home", "config": {"url": "https://shop.example/"}}
    monitor = as_owner.post("/usability/monitors", body, 201)["data"]
    assert (monitor["confirm_count"], monitor["state"]) == (2, "PENDING")


def test_it_masks_a_channels_secret_and_keeps_it_when_sent_back(as_owner: Caller) -> None:
    config = {"url": "https://hook.example/", "secret": "whsec_c2VjcmV0"}
    channel = as_owner.post("/channels", {"type": "webhook", "name": "hook", "config": config}, 201)["data"]
    assert channel["config"]["secret"] == "********"
    changed = as_owner.patch(f"/channels/{channel['id']}", {"config": channel["config"]})["data"]
    assert changed["config"] == channel["config"]


def test_without_redis_a_session_is_answered_with_what_is_away(app: Flask, as_owner: Caller) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    use_redis(redis.Redis.from_url("unix:///nowhere/redis.sock", retry=None))
    session.init_app(app)
    said = as_owner.get("/sites", 503)
    assert said["msg"] == RedisUnavailableError.msg


def test_every_answer_carries_a_request_id(app: Flask) -> None:
    client = app.test_client()
    given = client.get("/healthz", headers={"X-Request-ID": "abc-123"})
    made = client.get("/nowhere", headers={"X-Request-ID": "not ok"})
    assert given.headers["X-Request-ID"] == "abc-123"
    assert len(made.headers["X-Request-ID"]) == 16


def test_an_unknown_address_of_the_api_is_an_answer_in_its_shape(app: Flask) -> None:
    answer = app.test_client().get(f"{API}/nowhere")
    assert (answer.status_code, answer.get_json()["code"]) == (404, 11004)


def test_it_describes_every_operation(as_owner: Caller, app: Flask) -> None:
    document = app.test_client().get(f"{API}/openapi.json").get_json()
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    routed = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(API)), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("v1.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == routed and document["openapi"] == "3.1.0"


@pytest.mark.parametrize("identifier", ["0", "9223372036854775808", "9" * 40, "-1", "1.5", "x"])
def test_an_id_that_cannot_be_one_is_not_found(as_owner: Caller, identifier: str) -> None:
    assert as_owner.get(f"/sites/{identifier}", 404)["code"] == 11004


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_at_the_end_of_the_calendar_is_refused(as_owner: Caller, moment: str) -> None:
    said = as_owner.post("/bug/findings/bulk", {"ids": ["1"], "act": "due", "due_at": moment}, 400)
    assert set(said["data"]["fields"]) == {"due_at"}
