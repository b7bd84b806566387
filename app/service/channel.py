"""Channels: where notifications go. Secrets are sealed at rest and never given out again."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import InvalidError, NotFoundError
from app.core.secret_box import SealBrokenError, seal, unseal
from app.core.snowflake import next_id
from app.engine.notify.message import Message
from app.engine.notify.registry import ChannelKind, UnknownKindError, get_kind, problems
from app.models import Channel, db, write
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.delivery import send_through
from app.service.paging import Page, page_by_id

MASK = "********"


def get_channel(actor: Actor, channel_id: int) -> Channel:
    """The organization's channel, or `NotFoundError`."""
    return _own(db.session(), actor, channel_id)


def _own(session: Session, actor: Actor, channel_id: int) -> Channel:
    channel = session.scalar(
        select(Channel).where(Channel.id == channel_id, Channel.organization_id == actor.organization_id)
    )
    if channel is None:
        raise NotFoundError("there is no such channel")
    return channel


def list_channels(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Channel]:
    """The organization's channels, oldest first."""
    statement = select(Channel).where(Channel.organization_id == actor.organization_id)
    return page_by_id(statement, Channel.id, cursor, limit, newest_first=False)


def config_of(channel: Channel) -> dict[str, Any]:
    """A channel's configuration with its secrets masked; empty when our key no longer opens it."""
    try:
        config = unseal(channel.sealed_config)
    except SealBrokenError:
        return {}
    secrets = get_kind(channel.type).secret_names()
    return {name: MASK if name in secrets and value else value for name, value in config.items()}


def create_channel(actor: Actor, values: dict[str, Any]) -> Channel:
    """Add a channel from type, name, config and optionally is_enabled."""
    kind = _kind_of(values["type"])
    name, config = _name(values), _config(kind, values["config"], {})
    with write() as session:
        channel = Channel(
            organization_id=actor.organization_id,
            type=kind.name,
            name=name,
            sealed_config=seal(config),
            is_enabled=values.get("is_enabled", True),
        )
        session.add(channel)
        session.flush()
        record_change(session, actor, "channel.create", "channel", channel.id, after=_facts(channel))
    return channel


def change_channel(actor: Actor, channel_id: int, values: dict[str, Any]) -> Channel:
    """Change some of a channel's values. A secret given as its mask stays what it is."""
    present = get_channel(actor, channel_id)
    kind = _kind_of(present.type)
    config = _config(kind, values["config"], _opened(present)) if "config" in values else None
    name = _name(values) if "name" in values else None
    with write() as session:
        channel = _own(session, actor, channel_id)
        before = _facts(channel)
        if name is not None:
            channel.name = name
        if "is_enabled" in values:
            channel.is_enabled = values["is_enabled"]
        if config is not None:
            channel.sealed_config = seal(config)
        old, new = changed(before, _facts(channel))
        if new or config is not None:
            record_change(session, actor, "channel.change", "channel", channel.id, before=old, after=new)
    return channel


def delete_channel(actor: Actor, channel_id: int) -> None:
    """Remove a channel with its deliveries."""
    with write() as session:
        channel = _own(session, actor, channel_id)
        record_change(session, actor, "channel.delete", "channel", channel.id, before=_facts(channel))
        session.delete(channel)


def test_channel(actor: Actor, channel_id: int) -> dict[str, Any]:
    """Send a test message at once: {ok, http_status, error, ms}."""
    channel = get_channel(actor, channel_id)
    organization = actor.organization
    db.session.commit()  # No database connection is held while we wait for the other side.
    message = Message(
        id=str(next_id()),
        kind="test",
        at=now(),
        severity="info",
        organization={"id": str(organization.id), "name": organization.name},
    )
    result = send_through(channel, organization, message)
    with write() as session:
        after = {"ok": result.ok, "error": result.error}
        record_change(session, actor, "channel.test", "channel", channel_id, after=after)
    return {
        "ok": result.ok,
        "http_status": result.http_status,
        "error": result.error or None,
        "ms": result.ms,
    }


def _kind_of(name: str) -> ChannelKind:
    try:
        return get_kind(name)
    except UnknownKindError as error:
        raise InvalidError({"type": "is not a channel type"}) from error


def _opened(channel: Channel) -> dict[str, Any]:
    try:
        return unseal(channel.sealed_config)
    except SealBrokenError:
        return {}


def _name(values: dict[str, Any]) -> str:
    name: str = values["name"].strip()
    if not name:
        raise InvalidError({"name": "must not be empty"})
    return name


def _config(kind: ChannelKind, given: dict[str, Any], present: dict[str, Any]) -> dict[str, Any]:
    """The checked configuration; masked secrets are taken from the present one."""
    secrets = kind.secret_names()
    whole = {
        name: present.get(name, "") if name in secrets and value == MASK else value
        for name, value in given.items()
    }
    try:
        return kind.parse(whole).model_dump(mode="json")
    except ValidationError as error:
        raise InvalidError({f"config.{name}": why for name, why in problems(error).items()}) from error


def _facts(channel: Channel) -> dict[str, Any]:
    return {
        "type": channel.type,
        "name": channel.name,
        "config": config_of(channel),
        "is_enabled": channel.is_enabled,
    }
