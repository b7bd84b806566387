"""Whatever opens something is drawn from the system's random source (ASVS 6.5.3)."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from flask import Flask

from app.models import db, write
from app.service.access.api_tokens import create_api_token
from app.service.access.vendors import create_app, create_vendor
from app.service.account.code import new_code
from app.service.account.first import create_owner
from app.service.account.invite import create_invitation
from app.service.account.reset import make_token
from app.service.actor import Actor
from app.service.factor.recovery import COUNT, renew_codes
from config.env import ROOT
from tests.cast import Caller

PREDICTABLE = re.compile(r"^\s*(import|from)\s+(random|uuid|numpy)\b", re.MULTILINE)
# Operators' templates of checks draw the same words for the same seed, so that a scan can be run again.
SEEDED = "app/engine/bug/templates/"


def test_nothing_that_can_be_foretold_is_imported() -> None:
    files = [path for room in ("app", "config", "tasks") for path in Path(ROOT, room).rglob("*.py")]
    found = {str(path.relative_to(ROOT)) for path in files if PREDICTABLE.search(path.read_text())}
    assert len(files) > 500
    assert {each for each in found if not each.startswith(SEEDED)} == set()


def _invited(owner: Actor) -> object:
    return create_invitation(owner, {"role": "viewer", "account": None})


def _renewed(owner: Actor) -> object:
    with write() as session:
        return renew_codes(session, owner.user.id)


def _token(owner: Actor) -> object:
    return create_api_token(owner, {"name": "script", "scopes": ["site.read"], "days": 1})


def _app(owner: Actor) -> object:
    vendor = create_vendor(owner, {"name": "Integrator"})
    return create_app(owner, vendor.id, {"name": "sync", "scopes": ["site.read"]})


MAKERS: dict[str, tuple[Callable[[Actor], object], int]] = {
    "a code by letter": (lambda _owner: new_code(), 20),
    "the seed of an authenticator app": (lambda _owner: pyotp.random_base32(), 112),
    "recovery codes": (_renewed, COUNT * 112),
    "a link for a new password": (lambda owner: make_token(owner.user), 128),
    "a first password": (lambda _owner: create_owner("next@example.org", None), 64),
    "an invitation": (_invited, 128),
    "an API token": (_token, 128),
    "an app's secret": (_app, 128),
}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes each draw takes of `os.urandom`, through which `secrets` draws as well."""
    sizes: list[int] = []
    system = random._urandom  # type: ignore[attr-defined]

    def noted(size: int) -> bytes:
        sizes.append(size)
        return bytes(system(size))

    monkeypatch.setattr(random, "_urandom", noted)
    return sizes


def test_codes_seeds_and_tokens_are_drawn_from_the_system(owner: Actor, drawn: list[int]) -> None:
    for name, (make, bits) in MAKERS.items():
        drawn.clear()
        make(owner)
        assert 8 * sum(drawn) >= bits, name
        db.session.rollback()


def test_so_is_a_session_s_id(app: Flask, owner: Actor, drawn: list[int]) -> None:
    Caller(app.test_client()).log_in(owner)
    assert max(drawn) * 8 >= 128
