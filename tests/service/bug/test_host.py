"""Showing that a host is ours: at a real local site, and with answers as the engine gives them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotFoundError
from app.engine.bug.ownership import Checked
from app.models import Delivery, HostOwnership, db, write
from app.service.actor import Actor
from app.service.bug import proving
from app.service.bug.host import (
    WAIT_SECONDS,
    add_host,
    check_host,
    delete_host,
    get_host,
    host_history,
    list_hosts,
    own_host,
    revoke_host,
    ways_of,
)
from app.service.bug.proving import note_checks, prove_again, prove_due
from app.service.bug.say import check_sentence
from app.service.bug.scan import is_verified
from app.service.channel.manage import create_channel
from tests.service.bug.desk import Desk
from tests.service.bug.site import Shop


def test_the_host_of_the_sites_address_is_there_by_itself(desk: Desk) -> None:
    (host,) = list_hosts(desk.actor, desk.site.id)
    assert (host.host, host.state) == ("shop.example", "pending")
    assert list_hosts(desk.actor, desk.site.id)[0].token == host.token


def test_it_says_what_to_put_where(desk: Desk) -> None:
    (host,) = list_hosts(desk.actor, desk.site.id)
    ways = ways_of(host)
    assert ways["dns"]["name"] == "_cloudeye.shop.example"
    assert ways["file"]["url"] == f"https://shop.example/.well-known/cloudeye-{host.token}.txt"
    assert host.token in ways["meta"]["tag"]
    assert [ways[name]["permits_active"] for name in ("dns", "file", "meta")] == [True, True, False]


def test_a_file_with_the_proof_verifies(at_shop: Desk, shop: Shop) -> None:
    (host,) = list_hosts(at_shop.actor, at_shop.site.id)
    shop.pages[f"/.well-known/cloudeye-{host.token}.txt"] = f"cloudeye-verification={host.token}"
    host = check_host(at_shop.actor, host.id)
    assert (host.state, host.method) == ("verified", "file")
    assert is_verified(db.session(), at_shop.site)
    newest = host_history(host)[0]
    assert (newest.is_ok, newest.by) == (True, "owner@example.org")
    assert check_sentence(newest, "en") != check_sentence(newest, "zh")


def test_without_a_proof_it_stays_as_it_was(at_shop: Desk) -> None:
    (host,) = list_hosts(at_shop.actor, at_shop.site.id)
    assert check_host(at_shop.actor, host.id, "file").state == "pending"
    assert "host_verified" not in at_shop.events()


def test_all_ways_together_take_no_longer_than_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is only answered once every other has been asked too."""
    all_asked = threading.Barrier(3, timeout=20)

    def answer(method: str) -> Callable[..., Checked]:
        def check(*_: object, timeout: float, **__: object) -> Checked:
            all_asked.wait()
            return Checked(False, method, "timeout", {"timeout": timeout})  # type: ignore[arg-type]

        return check

    for method in ("dns", "file", "meta"):
        monkeypatch.setattr(f"app.engine.bug.ownership.check_{method}", answer(method))
    (host,) = list_hosts(desk.actor, desk.site.id)
    check_host(desk.actor, host.id)
    assert {each.detail["timeout"] for each in host_history(host)} == {WAIT_SECONDS}
    assert len(host_history(host)) == 3


def test_a_meta_tag_permits_looking_passively_only(at_shop: Desk, shop: Shop) -> None:
    (host,) = list_hosts(at_shop.actor, at_shop.site.id)
    shop.pages["/"] = f"<html><head>{ways_of(host)['meta']['tag']}</head><body></body></html>"
    assert check_host(at_shop.actor, host.id, "meta").state == "verified"
    assert not is_verified(db.session(), at_shop.site)


def look(desk: Desk, host: HostOwnership, *checks: tuple[str, str]) -> HostOwnership:
    """As if these ways had been looked at, with these codes."""
    with write() as session:
        row = own_host(session, desk.actor, host.id)
        seen: list[Any] = [Checked(code == "ok", method, code) for method, code in checks]  # type: ignore[arg-type]
        note_checks(session, row, seen)
    return get_host(desk.actor, host.id)


@pytest.mark.parametrize(
    ("checks", "state", "method"),
    [
        ([("dns", "ok")], "verified", "dns"),
        ([("dns", "dns_txt_missing")], "revoked", "dns"),
        ([("dns", "dns_timeout")], "verified", "dns"),
        ([("file", "file_missing")], "verified", "dns"),
        ([("meta", "ok")], "verified", "dns"),
        ([("dns", "dns_txt_missing"), ("file", "ok")], "verified", "file"),
        ([("dns", "dns_txt_missing"), ("file", "file_missing"), ("meta", "ok")], "verified", "meta"),
        ([("dns", "dns_timeout"), ("file", "file_missing"), ("meta", "ok")], "verified", "dns"),
    ],
)
def test_a_verified_host_after_another_look(
    desk: Desk, checks: list[tuple[str, str]], state: str, method: str
) -> None:
    host = look(desk, desk.verify(), *checks)
    assert (host.state, host.method) == (state, method)


def test_a_proof_that_is_gone_is_told(desk: Desk) -> None:
    values = {"type": "webhook", "name": "hook", "config": {"url": "https://hook.example/"}}
    create_channel(desk.actor, values)
    look(desk, desk.verify(), ("dns", "dns_txt_missing"))
    assert desk.events() == ["host_revoked"]
    assert list(db.session.scalars(select(Delivery.kind))) == ["bug.host_revoked"]


def test_a_host_of_which_nothing_can_be_learned_for_weeks_is_no_longer_verified(desk: Desk) -> None:
    host = desk.verify()
    with write() as session:
        session.get_one(HostOwnership, host.id).verified_at = now() - timedelta(days=38)
    assert look(desk, host, ("dns", "dns_timeout")).state == "revoked"


def test_hosts_are_looked_at_again_every_thirty_days(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.verify()
    monkeypatch.setattr(proving, "look", lambda *_, **__: [Checked(True, "dns", "ok")])
    assert prove_due(now()) == 0
    assert prove_due(now() + timedelta(days=31)) == 1
    (host,) = list_hosts(desk.actor, desk.site.id)
    assert host.next_check_at is not None and host.next_check_at > now() + timedelta(days=29)


def test_before_a_scan_only_the_proved_hosts_remain(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.verify()
    desk.verify("www.shop.example", "file")
    desk.verify("old.shop.example", "meta")

    def answer(row: HostOwnership, *_: object) -> list[Checked]:
        is_gone = row.host.startswith("www.")
        return [Checked(not is_gone, row.method, "file_missing" if is_gone else "ok")]  # type: ignore[arg-type]

    monkeypatch.setattr(proving, "look", answer)
    assert prove_again(desk.site.id, desk.actor.organization) == {"shop.example"}


def test_another_host_has_a_token_of_its_own(desk: Desk) -> None:
    other = add_host(desk.actor, desk.site.id, "WWW.shop.example:443")
    own, added = list_hosts(desk.actor, desk.site.id)
    assert (added.host, added.id) == ("www.shop.example", other.id)
    assert own.token != added.token
    with pytest.raises(ConflictError):
        add_host(desk.actor, desk.site.id, "www.shop.example")


@pytest.mark.parametrize("host", ["", "a b", "https://shop.example", "shop.example/path", "shop.example/"])
def test_what_is_no_host_is_refused(desk: Desk, host: str) -> None:
    with pytest.raises(InvalidError):
        add_host(desk.actor, desk.site.id, host)


def test_a_removed_host_is_forgotten_and_the_sites_own_stays(desk: Desk) -> None:
    other = add_host(desk.actor, desk.site.id, "www.shop.example")
    delete_host(desk.actor, other.id)
    (own,) = list_hosts(desk.actor, desk.site.id)
    with pytest.raises(ConflictError):
        delete_host(desk.actor, own.id)


def test_another_address_needs_another_proof(desk: Desk) -> None:
    desk.verify()
    with write() as session:
        session.merge(desk.site).base_url = "https://new.example/"
    desk.site.base_url = "https://new.example/"
    assert not is_verified(db.session(), desk.site)


def test_a_stranger_reaches_none_of_our_hosts(desk: Desk, stranger: Actor) -> None:
    host = desk.verify()
    for attempt in (
        lambda: get_host(stranger, host.id),
        lambda: check_host(stranger, host.id),
        lambda: delete_host(stranger, host.id),
        lambda: list_hosts(stranger, desk.site.id),
        lambda: add_host(stranger, desk.site.id, "www.shop.example"),
    ):
        with pytest.raises(NotFoundError):
            attempt()


def test_what_was_shown_is_given_up_for_a_new_proof(desk: Desk) -> None:
    host = desk.verify()
    before = host.token
    given = revoke_host(desk.actor, host.id)
    assert (given.state, given.method, given.verified_at) == ("pending", None, None)
    assert given.token != before
    assert not is_verified(db.session(), desk.site)


def test_what_is_not_shown_cannot_be_given_up(desk: Desk) -> None:
    (host,) = list_hosts(desk.actor, desk.site.id)
    with pytest.raises(ConflictError):
        revoke_host(desk.actor, host.id)
