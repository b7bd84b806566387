"""Vendors and their apps: whom they act for, with what, and how their secrets turn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotFoundError, NotPermittedError
from app.models import AuditEntry, VendorApp, db, write
from app.service.access import vendors
from app.service.access.signed import _secrets
from app.service.access.vendors import (
    change_app,
    change_vendor,
    create_app,
    create_vendor,
    delete_app,
    delete_vendor,
    get_app,
    get_vendor,
    list_vendors,
    members_to_act_for,
    rotate_secret,
)
from app.service.actor import Actor


def made(actor: Actor, **values: Any) -> tuple[VendorApp, str]:
    vendor = create_vendor(actor, {"name": "Integrator"})
    return create_app(actor, vendor.id, {"name": "sync", "scopes": ["site.read"], **values})


def test_an_app_acts_for_who_made_it_unless_said(owner: Actor, viewer: Actor) -> None:
    assert made(owner)[0].user_id == owner.user.id
    assert made(owner, user_id=viewer.user.id)[0].user_id == viewer.user.id


def test_an_app_gets_no_more_than_the_member_it_acts_for_may(owner: Actor, viewer: Actor) -> None:
    with pytest.raises(InvalidError, match=r"scopes: cannot be given: site\.write"):
        made(owner, user_id=viewer.user.id, scopes=["site.write"])


def test_an_app_acts_for_nobody_above_its_maker(owner: Actor, app_admin: Actor) -> None:
    with pytest.raises(InvalidError, match="above you"):
        made(app_admin, user_id=owner.user.id)


def test_nobody_gets_the_secret_of_an_app_that_acts_for_somebody_above_them(
    owner: Actor, app_admin: Actor
) -> None:
    app, _ = made(owner)
    with pytest.raises(NotPermittedError):
        rotate_secret(app_admin, app.id, 0)
    change_app(app_admin, app.id, {"user_id": app_admin.user.id})
    rotate_secret(app_admin, app.id, 0)


def test_an_app_acts_for_no_stranger(owner: Actor, stranger: Actor) -> None:
    with pytest.raises(InvalidError, match="no member"):
        made(owner, user_id=stranger.user.id)


def test_scopes_are_judged_anew_when_the_member_changes(owner: Actor, viewer: Actor) -> None:
    app, _ = made(owner, scopes=["site.read", "site.write"])
    with pytest.raises(InvalidError, match="scopes"):
        change_app(owner, app.id, {"user_id": viewer.user.id})
    changed = change_app(owner, app.id, {"user_id": viewer.user.id, "scopes": ["site.read"]})
    assert (changed.user_id, changed.scopes) == (viewer.user.id, ["site.read"])


def test_the_secret_is_sealed(owner: Actor) -> None:
    app, secret = made(owner)
    assert secret not in app.sealed_secret
    assert _secrets(app) == [secret]


def test_a_new_secret_overlaps_with_the_one_before(owner: Actor) -> None:
    app, old = made(owner)
    turned, new = rotate_secret(owner, app.id, 24)
    assert _secrets(turned) == [new, old]
    with write():
        turned.old_until = now() - timedelta(seconds=1)
    assert _secrets(turned) == [new]


def test_a_secret_that_may_be_known_ends_at_once(owner: Actor) -> None:
    app, _ = made(owner)
    turned, new = rotate_secret(owner, app.id, 0)
    assert _secrets(turned) == [new]


def test_networks_are_cleaned_and_wrong_ones_named(owner: Actor) -> None:
    assert made(owner, networks=["203.0.113.7", " 10.0.0.0/8 ", "::ffff:192.0.2.0/120", "::/0"])[
        0
    ].networks == [
        "203.0.113.7/32",
        "10.0.0.0/8",
        "192.0.2.0/24",
        "::/0",
    ]
    with pytest.raises(InvalidError, match="networks"):
        made(owner, networks=["10.0.0.1/8"])


def test_a_vendor_goes_with_its_apps(owner: Actor) -> None:
    app, _ = made(owner)
    delete_vendor(owner, app.vendor_id)
    assert db.session.scalars(select(VendorApp)).all() == []
    assert list_vendors(owner).items == []


def test_a_stranger_finds_neither(owner: Actor, stranger: Actor) -> None:
    app, _ = made(owner)
    for look in (
        lambda: get_vendor(stranger, app.vendor_id),
        lambda: get_app(stranger, app.id),
        lambda: delete_app(stranger, app.id),
        lambda: rotate_secret(stranger, app.id, 1),
        lambda: create_app(stranger, app.vendor_id, {"name": "x", "scopes": ["site.read"]}),
    ):
        with pytest.raises(NotFoundError):
            look()


def test_nobody_above_stands_to_choose(app_admin: Actor, owner: Actor, viewer: Actor) -> None:
    names = {each.user.name for each in members_to_act_for(app_admin)}
    assert names == {"boss", "viewer"}


def test_there_are_bounds(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendors, "MOST_APPS", 1)
    app, _ = made(owner)
    with pytest.raises(ConflictError):
        create_app(owner, app.vendor_id, {"name": "two", "scopes": ["site.read"]})


def test_every_change_is_audited_without_secrets(owner: Actor) -> None:
    app, secret = made(owner)
    change_vendor(owner, app.vendor_id, {"contact": "Ann"})
    change_app(owner, app.id, {"is_enabled": False})
    _, new = rotate_secret(owner, app.id, 24)
    delete_app(owner, app.id)
    delete_vendor(owner, app.vendor_id)
    kinds = AuditEntry.object_type.in_(("vendor", "vendor_app"))
    entries = db.session.scalars(select(AuditEntry).where(kinds).order_by(AuditEntry.id)).all()
    assert [each.action for each in entries] == [
        "vendor.create",
        "vendor_app.create",
        "vendor.change",
        "vendor_app.change",
        "vendor_app.rotate",
        "vendor_app.delete",
        "vendor.delete",
    ]
    said = str([(each.before, each.after) for each in entries])
    assert secret not in said and new not in said
