"""Rotas: who is on call, who takes over, and the calendar behind a secret address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.core.clock import now
from app.core.errors import InvalidError, NotFoundError
from app.models import AuditEntry, Rota, db
from app.service.actor import Actor
from app.service.alerting.rota import (
    calendar,
    change_rota,
    create_rota,
    delete_rota,
    end_feed,
    feed,
    give_back,
    list_overrides,
    list_rotas,
    make_feed,
    take_over,
    who_now,
)


def layer(*people: int, **values: Any) -> dict[str, Any]:
    return {"participants": list(people), "days": 7, "time": "09:00", "starts_on": "2026-01-05", **values}


@pytest.fixture
def rota(app: Flask, owner: Actor, teammate: Actor) -> Rota:
    layers = [layer(owner.user.id, teammate.user.id)]
    return create_rota(owner, {"name": "Night", "zone": "Europe/Berlin", "layers": layers})


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_it_says_who_it_is_now(rota: Rota, owner: Actor, teammate: Actor) -> None:
    first, second = (
        who_now(rota, moment("2026-01-05T08:00+00:00")),
        who_now(rota, moment("2026-01-12T08:00Z")),
    )
    assert first and second and (first.user_id, second.user_id) == (owner.user.id, teammate.user.id)


def test_somebody_takes_over_and_gives_it_back(rota: Rota, owner: Actor, teammate: Actor) -> None:
    start = now()
    before = who_now(rota, start + timedelta(hours=1))
    assert before is not None
    other = ({owner.user.id, teammate.user.id} - {before.user_id}).pop()
    values = {"user_id": other, "starts_at": start, "ends_at": start + timedelta(hours=2)}
    override = take_over(owner, rota.id, values)
    during = who_now(rota, start + timedelta(hours=1))
    assert during is not None and (during.user_id, during.override_id) == (other, override.id)
    assert [each.id for each in list_overrides(owner, rota.id)] == [override.id]
    give_back(owner, rota.id, override.id)
    assert who_now(rota, start + timedelta(hours=1)) == before


def test_the_calendar_shows_the_weeks_to_come(rota: Rota) -> None:
    turns = calendar(rota, moment("2026-03-23T08:00Z"), moment("2026-04-13T07:00Z"))
    assert len(turns) == 3
    assert turns[0].ends - turns[0].starts == timedelta(days=7, hours=-1)


def test_a_calendar_has_an_end(rota: Rota) -> None:
    start = now()
    for days in (0, 400):
        with pytest.raises(InvalidError):
            calendar(rota, start, start + timedelta(days=days))


def test_the_feed_is_behind_a_secret_that_can_be_ended(rota: Rota, owner: Actor) -> None:
    token = make_feed(owner, rota.id)
    assert b"BEGIN:VEVENT" in feed(token) and b"SUMMARY:owner" in feed(token)
    second = make_feed(owner, rota.id)
    with pytest.raises(NotFoundError):
        feed(token)
    end_feed(owner, rota.id)
    with pytest.raises(NotFoundError):
        feed(second)
    assert token not in str(db.session.query(AuditEntry.after).all())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"layers": []}, "layers"),
        ({"layers": [layer()]}, "layers.0.participants"),
        ({"layers": [layer(7)]}, "layers.0.participants"),
    ],
)
def test_what_is_wrong_is_named(rota: Rota, owner: Actor, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        change_rota(owner, rota.id, values)
    assert field in refused.value.fields


def test_nobody_sees_or_touches_another_organizations_rota(rota: Rota, owner: Actor, stranger: Actor) -> None:
    assert list_rotas(stranger).items == []
    values = {"user_id": owner.user.id, "starts_at": now(), "ends_at": now() + timedelta(hours=1)}
    for act in (
        lambda: take_over(stranger, rota.id, values),
        lambda: delete_rota(stranger, rota.id),
        lambda: make_feed(stranger, rota.id),
    ):
        with pytest.raises(NotFoundError):
            act()


def test_a_stranger_cannot_be_put_on_call(rota: Rota, owner: Actor, stranger: Actor) -> None:
    values = {"user_id": stranger.user.id, "starts_at": now(), "ends_at": now() + timedelta(hours=1)}
    with pytest.raises(InvalidError):
        take_over(owner, rota.id, values)
