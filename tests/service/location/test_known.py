"""What every process keeps at hand of the locations, also while the database is away."""

from __future__ import annotations

import time
from contextvars import Context

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.secret_box import SealBrokenError
from app.core.signing import given_key
from app.models import Location, write
from app.service.actor import Actor
from app.service.location import known, manage


def away() -> list[known.Known]:
    raise OperationalError("SELECT", {}, Exception("gone away"))


def test_what_was_read_stays_good_while_the_database_is_away(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = manage.create_location(owner, {"code": "paris"})
    known.refresh()
    monkeypatch.setattr(known, "_read", away)
    known.refresh()
    assert known.key_of("paris") == given_key(key) and "paris" in known.enabled_codes()


def test_a_question_without_the_database_puts_no_reading_off(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.refresh()
    with write() as session:
        session.add(Location(code="paris", name="Paris", number=7))
    later = time.monotonic() + known.FRESH_SECONDS + 1
    monkeypatch.setattr("app.service.location.known.time.monotonic", lambda: later)
    assert "paris" not in Context().run(known.enabled_codes)  # As a scheduler's turn asks.
    assert "paris" in known.enabled_codes()


def test_our_own_location_is_known_without_a_database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    known.forget()
    monkeypatch.setattr(known, "_read", away)
    assert known.enabled_codes() == ("default",) and known.key_of("default") is not None


def test_nobody_is_refused_while_it_cannot_be_told_whose_key_it_is(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.forget()
    monkeypatch.setattr(known, "_read", away)
    with pytest.raises(OperationalError):
        known.key_of("paris")


def test_a_key_that_cannot_be_read_signs_nothing(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    manage.create_location(owner, {"code": "paris"})
    monkeypatch.setattr(known, "unseal", refuse)
    known.refresh()
    assert known.key_of("paris") is None


def refuse(sealed: str) -> dict[str, str]:
    raise SealBrokenError("sealed with another key")
