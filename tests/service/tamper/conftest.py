"""A local site, and somebody who watches it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.models import write
from app.service.actor import Actor
from tests.service.tamper.desk import Desk
from tests.service.tamper.site import WebSite, web_site


@pytest.fixture
def web() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


@pytest.fixture
def keeper(owner: Actor) -> Actor:
    """The owner, whose organization may reach loopback addresses."""
    with write() as session:
        session.merge(owner.organization).allowed_networks = ["127.0.0.0/8"]
    return owner


@pytest.fixture
def desk(keeper: Actor, web: WebSite) -> Desk:
    return Desk(keeper, web)
