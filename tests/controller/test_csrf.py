"""The token against forged requests: never twice the same, and only its own session's."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.controller.common.csrf import masked, unmasked
from app.core.redis import get_redis
from app.service.actor import Actor
from tests.cast import API, PASSWORD, Caller


@given(st.text(alphabet=st.characters(codec="ascii"), min_size=16, max_size=80))
def test_a_masked_secret_is_read_again_and_never_looks_the_same(secret: str) -> None:
    one, other = masked(secret), masked(secret)
    assert unmasked(one) == unmasked(other) == secret.encode()
    assert one != other


@pytest.mark.parametrize("nonsense", ["", "x", "é", "AAAA", "=" * 50, "A" * 86, "A" * 10_000, "\0"])
def test_nonsense_is_no_token(app: Flask, owner: Actor, nonsense: str) -> None:
    caller = Caller(app.test_client()).log_in(owner)
    said = caller.client.patch(
        f"{API}/user/me", json={}, headers={"X-CSRF-Token": nonsense.encode("latin-1")}
    )
    assert said.status_code == 403


def test_an_earlier_page_s_token_still_holds(app: Flask, owner: Actor) -> None:
    client = app.test_client()
    answer = client.post(f"{API}/user/login", json={"account": owner.user.email, "password": PASSWORD})
    first = answer.get_json()["data"]["csrf_token"]
    page = client.get("/settings").text
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None and found.group(1) != first
    for token in (first, found.group(1)):
        said = client.patch(f"{API}/user/me", json={"name": "Ann"}, headers={"X-CSRF-Token": token})
        assert said.status_code == 200


def test_another_session_s_token_is_refused(app: Flask, owner: Actor, teammate: Actor) -> None:
    answer = app.test_client().post(
        f"{API}/user/login", json={"account": teammate.user.email, "password": PASSWORD}
    )
    foreign = answer.get_json()["data"]["csrf_token"]
    caller = Caller(app.test_client()).log_in(owner)
    said = caller.client.patch(f"{API}/user/me", json={"name": "A"}, headers={"X-CSRF-Token": foreign})
    assert said.status_code == 403


def test_a_page_that_is_only_looked_at_begins_no_session(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/nowhere").status_code == 404
    assert client.get_cookie("cloudeye") is None


def test_the_session_of_nobody_ends_within_the_hour(app: Flask) -> None:
    client = app.test_client()
    client.get("/login")
    (key,) = get_redis().keys("session:*")
    assert 0 < get_redis().ttl(key) <= 3600
