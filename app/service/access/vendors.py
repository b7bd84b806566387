"""Vendors and their apps: machine clients that sign their calls (`signed.py`).

An app acts for one member of the organization, with some of that member's permissions: what it does stands in
their name and never goes further than they may. Its secret is shown once, kept sealed, and changed with an
overlap, so that the new one can be rolled out while the old one still works.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError
from app.core.secret_box import seal
from app.core.snowflake import next_id
from app.models import ROLES, Membership, Vendor, VendorApp, db, write
from app.service.access.api_tokens import clean_name, clean_scopes
from app.service.account.membership import check_rank
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.values import clean_network, plain_name

SECRET_PREFIX = "ces_"
MOST_VENDORS, MOST_APPS, MOST_NETWORKS = 100, 20, 50
OVERLAP_HOURS = (0, 168)
DEFAULT_OVERLAP = 24
APP_FIELDS = ("name", "scopes", "networks", "is_enabled")


def list_vendors(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Vendor]:
    """The organization's vendors with their apps, newest first."""
    statement = (
        select(Vendor)
        .where(Vendor.organization_id == actor.organization_id)
        .options(_with_apps())
        .execution_options(populate_existing=True)
    )
    return page_by_id(statement, Vendor.id, cursor, limit)


def get_vendor(actor: Actor, vendor_id: int) -> Vendor:
    return fetch_own(db.session(), Vendor, actor, vendor_id, _with_apps())


def get_app(actor: Actor, app_id: int) -> VendorApp:
    return fetch_own(db.session(), VendorApp, actor, app_id, joinedload(VendorApp.user))


def _with_apps() -> Any:
    return selectinload(Vendor.apps).joinedload(VendorApp.user)


def create_vendor(actor: Actor, values: dict[str, Any]) -> Vendor:
    """A vendor from `name` and `contact`."""
    name, contact = clean_name(values["name"]), _contact(values.get("contact", ""))
    with write() as session:
        own = Vendor.organization_id == actor.organization_id
        if (session.scalar(select(func.count()).select_from(Vendor).where(own)) or 0) >= MOST_VENDORS:
            raise ConflictError(f"an organization has at most {MOST_VENDORS} vendors")
        vendor = Vendor(organization_id=actor.organization_id, name=name, contact=contact, apps=[])
        session.add(vendor)
        session.flush()
        facts = {"name": name, "contact": contact}
        record_change(session, actor, "vendor.create", "vendor", vendor.id, after=facts)
    return get_vendor(actor, vendor.id)


def change_vendor(actor: Actor, vendor_id: int, values: dict[str, Any]) -> Vendor:
    with write() as session:
        vendor = fetch_own(session, Vendor, actor, vendor_id)
        before = {"name": vendor.name, "contact": vendor.contact}
        if "name" in values:
            vendor.name = clean_name(values["name"])
        if "contact" in values:
            vendor.contact = _contact(values["contact"])
        old, new = changed(before, {"name": vendor.name, "contact": vendor.contact})
        if new:
            record_change(session, actor, "vendor.change", "vendor", vendor.id, before=old, after=new)
    return get_vendor(actor, vendor_id)


def delete_vendor(actor: Actor, vendor_id: int) -> None:
    """Its apps go with it: none of their calls is taken any more."""
    with write() as session:
        vendor = fetch_own(session, Vendor, actor, vendor_id, _with_apps())
        facts = {"name": vendor.name, "apps": [app.name for app in vendor.apps]}
        session.delete(vendor)
        record_change(session, actor, "vendor.delete", "vendor", vendor_id, before=facts)


def create_app(actor: Actor, vendor_id: int, values: dict[str, Any]) -> tuple[VendorApp, str]:
    """An app from `name`, `scopes`, `networks` and the `user_id` it acts for. Its secret is given once."""
    fetch_own(db.session(), Vendor, actor, vendor_id)
    name, networks = clean_name(values["name"]), _networks(values.get("networks", []))
    user_id, role = _acts_for(actor, values.get("user_id") or actor.user.id)
    scopes = clean_scopes(actor, values["scopes"], role)
    identifier, secret = next_id(), _new_secret()
    sealed = seal({"secret": secret})
    with write() as session:
        vendor = fetch_own(session, Vendor, actor, vendor_id)
        theirs = VendorApp.vendor_id == vendor.id
        if (session.scalar(select(func.count()).select_from(VendorApp).where(theirs)) or 0) >= MOST_APPS:
            raise ConflictError(f"a vendor has at most {MOST_APPS} apps")
        app = VendorApp(
            id=identifier,
            organization_id=actor.organization_id,
            vendor_id=vendor.id,
            user_id=user_id,
            name=name,
            scopes=scopes,
            networks=networks,
            sealed_secret=sealed,
            secret_made_at=now(),
        )
        session.add(app)
        facts = {"name": name, "scopes": scopes, "networks": networks, "acts_for": str(user_id)}
        record_change(session, actor, "vendor_app.create", "vendor_app", identifier, after=facts)
    return get_app(actor, identifier), secret


def change_app(actor: Actor, app_id: int, values: dict[str, Any]) -> VendorApp:
    """Change name, scopes, networks, whether it is on, or the member it acts for."""
    with write() as session:
        app = fetch_own(session, VendorApp, actor, app_id)
        before = _facts(app)
        _put(actor, app, values)
        old, new = changed(before, _facts(app))
        if new:
            record_change(session, actor, "vendor_app.change", "vendor_app", app.id, before=old, after=new)
    return get_app(actor, app_id)


def _put(actor: Actor, app: VendorApp, values: dict[str, Any]) -> None:
    """Scopes are judged anew when they or the member change, so that no app outgrows who it acts for."""
    if "name" in values:
        app.name = clean_name(values["name"])
    if "networks" in values:
        app.networks = _networks(values["networks"])
    if "is_enabled" in values:
        app.is_enabled = values["is_enabled"]
    if "scopes" in values or "user_id" in values:
        app.user_id, role = _acts_for(actor, values.get("user_id") or app.user_id or actor.user.id)
        app.scopes = clean_scopes(actor, values.get("scopes", app.scopes), role)


def _facts(app: VendorApp) -> dict[str, Any]:
    facts = {name: getattr(app, name) for name in APP_FIELDS}
    return {**facts, "acts_for": str(app.user_id) if app.user_id else None}


def rotate_secret(actor: Actor, app_id: int, overlap_hours: int) -> tuple[VendorApp, str]:
    """A new secret, given this once; the one before it is good for `overlap_hours` more (0: it ends now).

    `NotPermittedError` where the app acts for somebody above who asks: whoever has its secret is them.
    """
    if not OVERLAP_HOURS[0] <= overlap_hours <= OVERLAP_HOURS[1]:
        raise InvalidError({"overlap_hours": f"must be from {OVERLAP_HOURS[0]} to {OVERLAP_HOURS[1]}"})
    secret = _new_secret()
    sealed = seal({"secret": secret})
    with write() as session:
        app = fetch_own(session, VendorApp, actor, app_id)
        acted_for = _membership(session, actor, app.user_id) if app.user_id else None
        if acted_for is not None:
            check_rank(actor, acted_for.role)
        at = now()
        app.sealed_old_secret = app.sealed_secret if overlap_hours else None
        app.old_until = at + timedelta(hours=overlap_hours) if overlap_hours else None
        app.sealed_secret, app.secret_made_at = sealed, at
        facts = {"secret": "changed", "overlap_hours": overlap_hours}
        record_change(session, actor, "vendor_app.rotate", "vendor_app", app.id, after=facts)
    return get_app(actor, app_id), secret


def delete_app(actor: Actor, app_id: int) -> None:
    with write() as session:
        app = fetch_own(session, VendorApp, actor, app_id)
        facts = _facts(app)
        session.delete(app)
        record_change(session, actor, "vendor_app.delete", "vendor_app", app_id, before=facts)


def members_to_act_for(actor: Actor) -> list[Membership]:
    """Members that an app may act for: nobody above who says so."""
    statement = (
        select(Membership)
        .where(Membership.organization_id == actor.organization_id, Membership.is_active.is_(True))
        .where(Membership.role.in_(ROLES[ROLES.index(actor.role) :]))
        .options(joinedload(Membership.user))
        .order_by(Membership.id)
        .limit(500)
    )
    return list(db.session.scalars(statement))


def _acts_for(actor: Actor, user_id: int) -> tuple[int, str]:
    """The member's user id and role."""
    membership = _membership(db.session(), actor, user_id)
    if membership is None or not membership.is_active:
        raise InvalidError({"user_id": "is no member of this organization"})
    if ROLES.index(membership.role) < ROLES.index(actor.role):
        raise InvalidError({"user_id": "an app cannot act for somebody above you"})
    return user_id, membership.role


def _membership(session: Session, actor: Actor, user_id: int) -> Membership | None:
    own = (Membership.organization_id == actor.organization_id, Membership.user_id == user_id)
    return session.scalar(select(Membership).where(*own))


def _new_secret() -> str:
    return SECRET_PREFIX + secrets.token_urlsafe(32)


def _contact(text: str) -> str:
    contact = plain_name(text)
    if len(contact) > 500:
        raise InvalidError({"contact": "must have at most 500 characters"})
    return contact


def _networks(networks: list[str]) -> list[str]:
    """Addresses and networks that calls may come from, as written by `ipaddress`; none: from anywhere."""
    if len(networks) > MOST_NETWORKS:
        raise InvalidError({"networks": f"must have at most {MOST_NETWORKS} lines"})
    try:
        return [clean_network(each) for each in networks if each.strip()]
    except ValueError as error:
        raise InvalidError({"networks": f"{error}; write networks such as 10.0.0.0/8"}) from error
