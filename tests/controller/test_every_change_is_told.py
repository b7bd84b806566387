"""Every operation that changes something, found by itself, writes its line in the audit log."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.models import AuditEntry, db
from app.service.trail.verify import chains, verify_chain
from tests.cast import make_organization, make_user
from tests.controller.bodies import body_of
from tests.controller.test_permissions import World, address, api_endpoints, least, make_things, speak

# These compute, or begin what another operation finishes and tells of. Nothing has changed after them.
SILENT = {
    "v1.login_passkey_options": "gives a challenge",
    "v1.login_provider": "sends to another house's log-in",
    "v1.avatar": "there is no picture, and none is sent",
    "v1.link_begin": "sends to another house's log-in",
    "v1.maintenance_preview": "computes",
    "v1.message_template_preview": "computes",
    "v1.monitor_backtest": "computes",
    "v1.passkey_options": "gives a challenge",
    "v1.proof_options": "gives a challenge",
    "v1.totp": "shows a secret that counts once it is confirmed",
    "v1.monitor_parents": "names the parents it has",
    "v1.my_contact_code": "sends a code",
    "v1.register_code": "sends a code",
    "v1.site_restore": "the site is not archived",
    "v1.sessions_end_others": "there are no others",
    "v1.logout": "tried by itself: it ends the session",
}


@dataclass
class Asking:
    """Asks as the owner; logs in anew when a change of rights has ended the session."""

    world: World
    redis: redis.Redis
    client: FlaskClient | None = None
    headers: dict[str, str] | None = None

    def ask(self, endpoint: str, method: str, path: str) -> int:
        status = self._once(endpoint, method, path)
        if status in (401, 403):
            self.client = None
            status = self._once(endpoint, method, path)
        return status

    def _once(self, endpoint: str, method: str, path: str) -> int:
        if self.client is None:
            for key in self.redis.scan_iter("*login:*"):
                self.redis.delete(key)
            self.client, self.headers = speak(self.world, "owner", "session")
        body = body_of(endpoint, method, self.world.things)
        if body is None and method != "DELETE":
            body = least(endpoint, method)
        answer = self.client.open(
            address(path, self.world.things), method=method, headers=self.headers, json=body, buffered=True
        )
        return answer.status_code


def counted() -> int:
    """How many entries there are, seen by a transaction of its own."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


@pytest.fixture
def world(app: Flask) -> World:
    owner = make_user(make_organization("ours"), "owner", "owner")
    return World(app, {"owner": owner}, make_things(owner))


def changing(app: Flask) -> list[tuple[str, str, str]]:
    """Every operation but reading ones; what deletes comes last, what lies deeper before what holds it."""
    found = [each for each in api_endpoints(app) if each[1] != "GET" and each[0] not in SILENT]
    return sorted(
        found, key=lambda each: (each[1] == "DELETE", -each[2].count("/") if each[1] == "DELETE" else 0)
    )


def test_every_change_that_succeeds_is_told(world: World, redis_client: redis.Redis) -> None:
    asking = Asking(world, redis_client)
    silent: list[tuple[str, str]] = []
    told: list[tuple[str, str]] = []
    for endpoint, method, path in changing(world.app):
        before = counted()
        status = asking.ask(endpoint, method, path)
        if status < 300:
            (told if counted() > before else silent).append((endpoint, method))
    assert not silent, silent
    assert len(told) >= 110
    assert [chain for chain in chains() if not verify_chain(chain).is_whole] == []
