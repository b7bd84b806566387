"""The table: every endpoint × who asks × the way they come in, with the endpoints found by themselves.

Each cell is a real request through the real door (log-in, tokens, signatures, permissions, CSRF). What lies
behind the door is not run, so that deleting can be tried like everything else, and the door is passed when
the request came as far. What is expected is worked out here from the tables of rules and roles alone.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from app.controller.common import resource
from app.service.access.api_tokens import create_api_token
from app.service.access.signed import APP, NONCE, SIGNATURE, TIMESTAMP, VENDOR, signature_of
from app.service.access.tokens import issue_tokens
from app.service.access.vendors import create_app, create_vendor
from app.service.actor import Actor
from app.service.permission.check import RULES
from app.service.permission.roles import PERMISSIONS, PUBLIC, SELF, SESSION, SESSION_ONLY
from app.web import identity as pages
from tests.cast import PASSWORD, make_organization, make_user
from tests.controller.test_permissions import World, address, endpoints, least, said, world

__all__ = ["world"]
ROLES = ("owner", "admin", "operator", "viewer")
WHO = (*ROLES, "stranger", "nobody")
WAYS = ("session", "jwt", "token", "signed")
# What has no door of ours: it says itself who may come, in tests of its own.
SIDE_DOORS = ("static", "health.", "metrics.")
IN, REFUSED, UNKNOWN = "in", "refused", "log in first"
FEWEST_ENDPOINTS = 300
# Some acts ask for the password once more before they look at anything.
CONFIRMED = {"password": PASSWORD, "current_password": PASSWORD}
Cell = tuple[str, str, str]


class PastTheDoor(HTTPException):
    """The request was let in."""

    code = 299
    description = "past the door"


def only_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on: both faces ask the same door, and whoever passes it goes no further."""
    for module in (resource, pages):
        door: Callable[[], Any] = module.check_access

        def past(ask: Callable[[], Any] = door) -> None:
            ask()
            raise PastTheDoor

        monkeypatch.setattr(module, "check_access", past)


@dataclass
class Speaker:
    """Somebody who asks in one way."""

    client: FlaskClient
    headers: dict[str, str] = field(default_factory=dict)
    vendor: str = ""
    app: str = ""
    secret: str = ""
    _nonces: Iterator[int] = field(default_factory=lambda: itertools.count(10_000_000))

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> TestResponse:
        headers = {**self.headers, **(self._signed(method, path, body) if self.secret else {})}
        content: dict[str, Any] = {"data": body, "content_type": kind} if body else {}
        return self.client.open(path, method=method, headers=headers, **content)

    def _signed(self, method: str, path: str, body: bytes) -> dict[str, str]:
        stamp, nonce = str(int(time.time())), str(next(self._nonces))
        signature = signature_of(self.secret, method, path, stamp, nonce, body)
        return {VENDOR: self.vendor, APP: self.app, TIMESTAMP: stamp, NONCE: nonce, SIGNATURE: signature}


def speaker(app: Flask, actor: Actor | None, way: str, scopes: list[str] | None = None) -> Speaker:
    """`scopes` narrow a token or an app; None: all that can be given to one."""
    client = app.test_client()
    if actor is None:
        return _impostor(client, way)
    if way == "session":
        credentials = {"account": actor.user.account, "password": PASSWORD}
        answer = client.post("/api/cloudeye/v1/user/login", json=credentials)
        return Speaker(client, {"X-CSRF-Token": answer.get_json()["data"]["csrf_token"]})
    if way == "jwt":
        return Speaker(client, _bearer(issue_tokens(actor)["access_token"]))
    scopes = scopes or sorted(PERMISSIONS[actor.role] - SESSION_ONLY)
    if way == "token":
        _, text = create_api_token(actor, {"name": "script", "scopes": scopes, "days": 1})
        return Speaker(client, _bearer(text))
    vendor = create_vendor(actor, {"name": "Integrator"})
    made, secret = create_app(actor, vendor.id, {"name": "sync", "scopes": scopes})
    return Speaker(client, vendor=str(vendor.id), app=str(made.id), secret=secret)


def _impostor(client: FlaskClient, way: str) -> Speaker:
    """Nobody, who pretends in that way."""
    if way == "session":
        client.set_cookie("cloudeye", "x" * 43)
        return Speaker(client)
    if way == "signed":
        return Speaker(client, vendor="1", app="1", secret="guessed")
    return Speaker(client, _bearer("e30.e30.x" if way == "jwt" else f"ce_1_{'x' * 43}"))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def cast(app: Flask) -> dict[str, Actor]:
    ours = make_organization("ours")
    people = {role: make_user(ours, role, role) for role in ROLES}
    return {**people, "stranger": make_user(make_organization("theirs"), "stranger", "owner")}


def cells(app: Flask) -> list[Cell]:
    """(endpoint, method, path) of all that goes through the door."""
    return [(e, m, path) for e, m, path, _ in endpoints(app) if not e.startswith(SIDE_DOORS)]


def somewhere(app: Flask, path: str) -> str:
    """An address with something in each place; whether it is there does not matter at the door."""
    adapter = app.url_map.bind("localhost")
    (rule,) = {each.rule: each for each in app.url_map.iter_rules() if each.rule == path}.values()
    values: dict[str, Any] = {}
    for name in rule.arguments:
        kind = type(rule._converters[name]).__name__
        given = {"IdConverter": 1, "IntegerConverter": 1, "KeyConverter": "0" * 16}
        values[name] = given.get(kind, "x" * 32)
        if kind == "AnyConverter":
            values[name] = sorted(rule._converters[name].items)[0]  # type: ignore[attr-defined]
    return adapter.build(rule.endpoint, values, method=sorted(rule.methods or ())[0])


def expected(endpoint: str, method: str, who: str, way: str, scopes: frozenset[str] | None = None) -> str:
    """By the tables alone. `scopes` are those of a narrowed token; None: it has all it can have."""
    rule = RULES.get((endpoint, method))
    if rule == PUBLIC:
        return IN
    if who == "nobody":
        return UNKNOWN
    is_machine = way in ("token", "signed")
    if rule == SESSION:
        return IN if way == "session" else REFUSED
    if rule == SELF:
        return REFUSED if is_machine and method != "GET" else IN
    if rule in SESSION_ONLY and way != "session":
        return REFUSED
    role = "owner" if who == "stranger" else who
    has_it = rule in PERMISSIONS[role] and (scopes is None or rule in scopes)
    return IN if has_it else REFUSED


def outcome(answer: TestResponse) -> str:
    document = answer.get_json(silent=True)
    code = document.get("code") if isinstance(document, dict) else None
    if answer.status_code == PastTheDoor.code:
        return IN
    if answer.status_code == 401 or "/login" in (answer.location or ""):
        return UNKNOWN
    if answer.status_code == 403 and code in (10005, None):
        return REFUSED
    return f"{answer.status_code} {code}"


def wrong_cells(app: Flask, asker: Speaker, expects: Callable[[str, str], str]) -> list[tuple[str, ...]]:
    wrong: list[tuple[str, ...]] = []
    for endpoint, method, path in cells(app):
        said = outcome(asker.ask(method, somewhere(app, path)))
        if said != expects(endpoint, method):
            wrong.append((endpoint, method, said, expects(endpoint, method)))
    return wrong


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", WHO)
def test_everybody_passes_where_the_table_says_and_nowhere_else(
    app: Flask, monkeypatch: pytest.MonkeyPatch, who: str, way: str
) -> None:
    asker = speaker(app, cast(app).get(who), way)
    only_the_door(monkeypatch)
    assert wrong_cells(app, asker, lambda e, m: expected(e, m, who, way)) == []


@pytest.mark.parametrize("way", ["token", "signed"])
def test_what_is_narrowed_passes_by_its_scopes_alone(
    app: Flask, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    scopes = ["site.read", "usability.write"]
    asker = speaker(app, cast(app)["owner"], way, scopes)
    only_the_door(monkeypatch)
    assert wrong_cells(app, asker, lambda e, m: expected(e, m, "owner", way, frozenset(scopes))) == []


def test_a_change_by_a_cookie_with_tokens_needs_its_csrf_token(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = cast(app)["owner"]
    client = app.test_client()
    granted = client.post(
        "/api/cloudeye/v1/user/token",
        json={"account": owner.user.account, "password": PASSWORD, "cookie": True},
    )
    csrf = granted.get_json()["data"]["csrf_token"]
    only_the_door(monkeypatch)
    for headers, is_let_in in (({}, False), ({"X-CSRF-Token": csrf}, True)):
        asker = Speaker(client, headers)
        wrong = []
        for endpoint, method, path in cells(app):
            if not endpoint.startswith("v1.") or method == "GET":
                continue
            if expected(endpoint, method, "owner", "jwt") != IN or RULES.get((endpoint, method)) == PUBLIC:
                continue
            said = outcome(asker.ask(method, somewhere(app, path)))
            if said != (IN if is_let_in else "403 10007"):
                wrong.append((endpoint, method, said))
        assert wrong == []


@pytest.mark.parametrize("way", WAYS)
def test_a_stranger_finds_none_of_our_things_in_any_way(world: World, way: str) -> None:
    asker = speaker(world.app, world.actors["stranger"], way)
    wrong = []
    for endpoint, method, path in cells(world.app):
        if "<id:" not in path or RULES.get((endpoint, method)) == PUBLIC:
            continue
        if expected(endpoint, method, "stranger", way) != IN:
            continue
        answer = _ask_for_ours(asker, endpoint, method, address(path, world.things))
        if answer.status_code != 404:
            wrong.append((endpoint, method, answer.status_code, answer.text[:200]))
    assert wrong == []


def _ask_for_ours(asker: Speaker, endpoint: str, method: str, path: str) -> TestResponse:
    """With the least that has to be said before it is looked whose a thing is."""
    if endpoint.startswith("web."):
        form = {**(said(method) or {}), **CONFIRMED} if method == "POST" else {}
        return asker.ask(method, path, urlencode(form).encode(), "application/x-www-form-urlencoded")
    values = least(endpoint, method)
    values.update((name, word) for name, word in CONFIRMED.items() if name in values)
    if method in ("POST", "PATCH"):
        return asker.ask(method, path, json.dumps(values).encode(), "application/json")
    return asker.ask(method, f"{path}?{urlencode(values)}" if values else path)


def test_the_table_has_every_endpoint(app: Flask) -> None:
    found = {(endpoint, method) for endpoint, method, _ in cells(app)}
    aside = {e for e, _, _, _ in endpoints(app) if e.startswith(SIDE_DOORS)}
    assert {key for key in found if key not in RULES} == set()
    assert {e for e, _ in RULES} - {e for e, _ in found} <= aside
    assert len(found) >= FEWEST_ENDPOINTS


@pytest.mark.parametrize(
    "name",
    [
        ("v1.api_tokens", "POST"),
        ("v1.api_token", "DELETE"),
        ("v1.session", "DELETE"),
        ("v1.sessions_end_others", "POST"),
        ("web.account_tokens_post", "POST"),
        ("web.account_token_delete", "POST"),
        ("web.account_sessions_end_others", "POST"),
    ],
)
def test_what_keeps_an_account_is_done_in_a_session(name: tuple[str, str]) -> None:
    assert RULES[name] == SESSION


@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", "/api/cloudeye/v1/user/me"), ("POST", "/settings/account")]
)
def test_a_password_is_not_changed_by_a_token(app: Flask, owner: Actor, method: str, path: str) -> None:
    words = {"current_password": PASSWORD, "password": "another long phrase"}
    form = urlencode({**words, "password_again": words["password"]}).encode()
    is_page = method == "POST"
    body = form if is_page else json.dumps(words).encode()
    kind = "application/x-www-form-urlencoded" if is_page else "application/json"
    assert outcome(speaker(app, owner, "jwt").ask(method, path, body, kind)) == REFUSED
