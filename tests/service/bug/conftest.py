"""Somebody who scans a site: one that answers nothing, and a local shop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.models import write
from app.service.actor import Actor
from app.service.bug.settings import change_settings_of
from tests.service.bug.desk import Desk
from tests.service.bug.site import Shop, running_shop


@pytest.fixture
def desk(owner: Actor) -> Desk:
    return Desk(owner)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with running_shop() as shop:
        yield shop


@pytest.fixture
def at_shop(owner: Actor, shop: Shop) -> Desk:
    """The owner of the local shop, whose organization may reach loopback addresses."""
    with write() as session:
        session.merge(owner.organization).allowed_networks = ["127.0.0.0/8"]
    owner.organization.allowed_networks = ["127.0.0.0/8"]
    desk = Desk(owner, shop.base_url)
    change_settings_of(owner, desk.site.id, {"rate": 20.0})
    return desk
