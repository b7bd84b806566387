"""`flask account log-out`: what an account that fell into other hands has left."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.core.errors import NotLoggedInError
from app.models import db
from app.service.access.api_tokens import actor_of_api_token, create_api_token
from app.service.access.tokens import bearer_of, issue_tokens
from app.service.actor import Actor
from tests.cast import Caller


def opens(way: Callable[..., object], text: str) -> bool:
    """Whether a token still lets somebody in."""
    try:
        way(text, ip="")
    except NotLoggedInError:
        return False
    return True


@pytest.mark.parametrize("with_tokens", [False, True])
def test_it_ends_sessions_and_on_demand_tokens(app: Flask, owner: Actor, with_tokens: bool) -> None:
    caller = Caller(app.test_client()).log_in(owner)
    grant = issue_tokens(owner)["access_token"]
    _, text = create_api_token(owner, {"name": "script", "scopes": ["site.read"], "days": 1})
    words = ["account", "log-out", owner.user.account, *(["--tokens"] if with_tokens else [])]
    done = app.test_cli_runner().invoke(args=words)
    assert done.exit_code == 0, done.output
    db.session.remove()
    caller.get("/user/me", 401)
    assert opens(bearer_of, grant) is False
    assert opens(actor_of_api_token, text) is not with_tokens


@pytest.mark.parametrize("with_tokens", [False, True])
def test_it_ends_those_of_everybody(app: Flask, owner: Actor, stranger: Actor, with_tokens: bool) -> None:
    callers = [Caller(app.test_client()).log_in(each) for each in (owner, stranger)]
    grant = issue_tokens(stranger)["access_token"]
    _, text = create_api_token(owner, {"name": "script", "scopes": ["site.read"], "days": 1})
    words = ["account", "log-out-all", "--yes", *(["--tokens"] if with_tokens else [])]
    done = app.test_cli_runner().invoke(args=words)
    assert done.exit_code == 0 and "2 accounts" in done.output, done.output
    db.session.remove()
    for caller in callers:
        caller.get("/user/me", 401)
    assert opens(bearer_of, grant) is False
    assert opens(actor_of_api_token, text) is not with_tokens


def test_it_says_when_there_is_no_such_account(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["account", "log-out", "nobody@example.org"])
    assert done.exit_code == 1
    assert "there is no account" in done.output
