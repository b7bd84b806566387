"""Status pages as their owner keeps them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.core.errors import ConflictError, InvalidError
from app.models import Monitor, Site, StatusPage, db, write
from app.models.errors import DATABASE_CLASH
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.status_page.document import forget
from app.service.values import clean_values, plain_name

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,58})[a-z0-9]")
DAYS = (7, 90)
MOST_ITEMS = 200
KINDS = ("site", "monitor")
FIELDS = ("slug", "title", "intro", "is_published", "shows_times", "days", "items")
_NAME_LENGTH = 200


def list_pages(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[StatusPage]:
    """The organization's status pages, newest first."""
    statement = select(StatusPage).where(StatusPage.organization_id == actor.organization_id)
    return page_by_id(statement, StatusPage.id, cursor, limit)


def get_page(actor: Actor, page_id: int) -> StatusPage:
    return fetch_own(db.session(), StatusPage, actor, page_id)


def create_page(actor: Actor, values: dict[str, Any]) -> StatusPage:
    """`InvalidError` names what will not do; `ConflictError` when the address is taken."""
    clean = _cleaned(actor, {"items": [], **values}, [])
    missing = {name: "is missing" for name in ("slug", "title") if name not in clean}
    if missing:
        raise InvalidError(missing)
    try:
        with write() as session:
            page = StatusPage(organization_id=actor.organization_id, **clean)
            session.add(page)
            session.flush()
            record_change(session, actor, "status_page.create", "status_page", page.id, after=facts_of(page))
    except DATABASE_CLASH:
        raise _taken() from None
    return page


def change_page(actor: Actor, page_id: int, values: dict[str, Any]) -> StatusPage:
    present = get_page(actor, page_id)
    clean = _cleaned(actor, values, present.items)
    old_slug = present.slug
    try:
        with write() as session:
            page = fetch_own(session, StatusPage, actor, page_id)
            before = facts_of(page)
            for name, value in clean.items():
                setattr(page, name, value)
            old, new = changed(before, facts_of(page))
            if new:
                record_change(
                    session, actor, "status_page.change", "status_page", page.id, before=old, after=new
                )
    except DATABASE_CLASH:
        raise _taken() from None
    forget(old_slug, page.slug)
    return page


def delete_page(actor: Actor, page_id: int) -> None:
    with write() as session:
        page = fetch_own(session, StatusPage, actor, page_id)
        slug = page.slug
        record_change(session, actor, "status_page.delete", "status_page", page.id, before=facts_of(page))
        session.delete(page)
    forget(slug)


def facts_of(page: StatusPage) -> dict[str, Any]:
    return {name: getattr(page, name) for name in FIELDS}


def _taken() -> ConflictError:
    return ConflictError("another status page has this address")


def _cleaned(actor: Actor, values: dict[str, Any], present: Sequence[dict[str, Any]]) -> dict[str, Any]:
    clean = clean_values(
        {name: values[name] for name in FIELDS if name in values},
        {
            "slug": _slug,
            "title": _title,
            "intro": str.strip,
            "is_published": bool,
            "shows_times": bool,
            "days": _days,
            "items": _shapes,
        },
    )
    if "items" in clean:
        clean["items"] = _kept_keys(_own_items(actor, clean["items"]), present)
    return clean


def _slug(value: str) -> str:
    value = value.strip().lower()
    if not SLUG.fullmatch(value):
        raise ValueError("must be 3 to 60 letters a to z, digits and hyphens, such as shop-status")
    return value


def _title(value: str) -> str:
    title = plain_name(value)
    if not title:
        raise ValueError("must not be empty")
    return title


def _days(value: int) -> int:
    if not DAYS[0] <= value <= DAYS[1]:
        raise ValueError(f"must be from {DAYS[0]} to {DAYS[1]}")
    return value


def _shapes(items: Any) -> list[dict[str, Any]]:
    """Items of the right shape: {section, kind, id, name}."""
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise ValueError(f"must be a list of at most {MOST_ITEMS} items")
    return [_shape(item, number) for number, item in enumerate(items, 1)]


def _shape(item: Any, number: int) -> dict[str, Any]:
    if not isinstance(item, dict) or item.get("kind") not in KINDS:
        raise ValueError(f"item {number} must be a site or a monitor")
    try:
        wanted = int(item.get("id") or 0)
    except (TypeError, ValueError):
        wanted = 0
    words = {name: item.get(name) or "" for name in ("section", "name")}
    if not all(isinstance(each, str) and len(each) <= _NAME_LENGTH for each in words.values()):
        raise ValueError(f"item {number} has a section or a name that is too long")
    return {"kind": item["kind"], "id": wanted, **{name: plain_name(each) for name, each in words.items()}}


def _own_items(actor: Actor, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items with their names; `InvalidError` names the first that is not the organization's."""
    names: dict[tuple[str, int], str] = {}
    for kind, model in (("site", Site), ("monitor", Monitor)):
        ids = [item["id"] for item in items if item["kind"] == kind]
        rows = db.session.execute(
            select(model.id, model.name).where(
                model.organization_id == actor.organization_id, model.id.in_(ids)
            )
        )
        names |= {(kind, row.id): row.name for row in rows}
    for number, item in enumerate(items, 1):
        if (item["kind"], item["id"]) not in names:
            raise InvalidError({"items": f"item {number}: there is no such {item['kind']}"})
    return [{**item, "name": item["name"] or names[item["kind"], item["id"]]} for item in items]


def _kept_keys(items: list[dict[str, Any]], present: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each item with its public key: that which it had, so that badges elsewhere stay what they are."""
    keys = {(each["kind"], each["id"]): each["key"] for each in present}
    used: set[str] = set()
    for item in items:
        key = keys.get((item["kind"], item["id"]))
        item["key"] = key if key and key not in used else secrets.token_hex(6)
        used.add(item["key"])
    return items
