"""Channels: where notifications go. Secrets are sealed at rest and never given out again."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import InvalidError, RateLimitedError
from app.core.redis import increment_within
from app.core.secret_box import SealBrokenError, seal, unseal
from app.core.snowflake import next_id
from app.engine.notify.message import Message
from app.engine.notify.registry import ChannelKind, UnknownKindError, get_kind, problems
from app.models import Channel, db, write
from app.models.alert import SEVERITIES
from app.service.actor import Actor
from app.service.alerting.wishes import clean_manners
from app.service.audit import changed, record_change
from app.service.channel.choosing import ALERT_SEVERITIES
from app.service.channel.delivery import send_now
from app.service.channel.rules import forget_channel
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.values import plain_name

MASK = "********"
TESTS_A_MINUTE = 20
ALERT_SEVERITIES_KNOWN = ("notice", *SEVERITIES)


def get_channel(actor: Actor, channel_id: int) -> Channel:
    """The organization's channel, or `NotFoundError`."""
    return _own(db.session(), actor, channel_id)


def _own(session: Session, actor: Actor, channel_id: int) -> Channel:
    return fetch_own(session, Channel, actor, channel_id)


def list_channels(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Channel]:
    """The organization's channels, oldest first."""
    statement = select(Channel).where(Channel.organization_id == actor.organization_id)
    return page_by_id(statement, Channel.id, cursor, limit, newest_first=False)


def severities_of(channel: Channel) -> list[str]:
    """Which tamper alerts and weaknesses go to a channel: severities, and "notice" for notices."""
    return list(ALERT_SEVERITIES) if channel.alert_severities is None else channel.alert_severities


def config_of(channel: Channel) -> dict[str, Any]:
    """A channel's configuration with its secrets masked; empty when our key no longer opens it."""
    try:
        kind = get_kind(channel.type)
    except UnknownKindError:
        return {}
    secrets = kind.secret_names()
    return {name: MASK if name in secrets and value else value for name, value in _opened(channel).items()}


def create_channel(actor: Actor, values: dict[str, Any]) -> Channel:
    """Add a channel from type, name, config and optionally is_enabled, alert_severities and manners.

    `alert_severities` says which tamper alerts and weaknesses go there, by severity, and "notice" for
    notices; None is the default. `manners` says how it likes to be told of incidents; None: all at once.
    """
    kind = _kind_of(values["type"])
    name, config = _name(values), _config(kind, values["config"], {})
    with write() as session:
        channel = Channel(
            organization_id=actor.organization_id,
            type=kind.name,
            name=name,
            sealed_config=seal(config),
            is_enabled=values.get("is_enabled", True),
            alert_severities=values.get("alert_severities"),
            manners=clean_manners(values.get("manners")),
        )
        session.add(channel)
        session.flush()
        record_change(session, actor, "channel.create", "channel", channel.id, after=_facts(channel))
    return channel


def change_channel(actor: Actor, channel_id: int, values: dict[str, Any]) -> Channel:
    """Change some of a channel's values. A secret that is left out or given as its mask stays what it is; an
    empty one is removed."""
    present = get_channel(actor, channel_id)
    stored = _opened(present)
    config = _config(_kind_of(present.type), values["config"], stored) if "config" in values else stored
    name = _name(values) if "name" in values else None
    sealed = seal(config) if config != stored else None
    with write() as session:
        channel = _own(session, actor, channel_id)
        before = _facts(channel)
        if name is not None:
            channel.name = name
        if "is_enabled" in values:
            channel.is_enabled = values["is_enabled"]
        if "alert_severities" in values:
            channel.alert_severities = values["alert_severities"]
        if "manners" in values:
            channel.manners = clean_manners(values["manners"])
        if sealed is not None:
            channel.sealed_config = sealed
        old, new = changed(before, _facts(channel))
        if secrets := _changed_secrets(channel, stored, config):
            new["changed_secrets"] = secrets
        if new:
            record_change(session, actor, "channel.change", "channel", channel.id, before=old, after=new)
    return channel


def _changed_secrets(channel: Channel, stored: dict[str, Any], config: dict[str, Any]) -> list[str]:
    """The names of the secrets that are others now: all the audit log may know of them."""
    return sorted(
        name for name in get_kind(channel.type).secret_names() if stored.get(name) != config.get(name)
    )


def delete_channel(actor: Actor, channel_id: int) -> None:
    """Remove a channel with its deliveries."""
    with write() as session:
        channel = _own(session, actor, channel_id)
        record_change(session, actor, "channel.delete", "channel", channel.id, before=_facts(channel))
        forget_channel(session, actor.organization_id, channel.id)
        session.delete(channel)


def test_channel(actor: Actor, channel_id: int) -> dict[str, Any]:
    """Send a test message at once, on the way every message goes: {delivery_id, ok, http_status, error, ms}.

    It is in the delivery log like any other, and is not tried again.
    """
    channel = get_channel(actor, channel_id)
    organization = actor.organization
    rate = increment_within(f"channel.test:{organization.id}", TESTS_A_MINUTE, 60)
    if not rate.allowed:
        raise RateLimitedError(rate.resets_in)
    message = Message(
        id=str(next_id()),
        kind="test",
        at=now(),
        severity="info",
        organization={"id": str(organization.id), "name": organization.name},
    )
    delivery_id, result = send_now(actor, channel, message)
    with write() as session:
        after = {"ok": result.ok, "error": result.error}
        record_change(session, actor, "channel.test", "channel", channel_id, after=after)
    return {
        "delivery_id": delivery_id,
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
    name = plain_name(values["name"])
    if not name:
        raise InvalidError({"name": "must not be empty"})
    return name


def _config(kind: ChannelKind, given: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """The checked configuration; secrets that are left out or masked are taken from the stored one."""
    whole = dict(given)
    for name in kind.secret_names():
        if whole.get(name, MASK) == MASK:
            whole.pop(name, None)
            if name in stored:
                whole[name] = stored[name]
    try:
        config = kind.parse(whole)
    except ValidationError as error:
        raise _wrong(problems(error)) from error
    if whole != stored and (wrong := kind.check(config)):
        raise _wrong(wrong)
    return config.model_dump(mode="json")


def _wrong(fields: dict[str, str]) -> InvalidError:
    return InvalidError({f"config.{name}": why for name, why in fields.items()})


def _facts(channel: Channel) -> dict[str, Any]:
    return {
        "type": channel.type,
        "name": channel.name,
        "config": config_of(channel),
        "is_enabled": channel.is_enabled,
        "alert_severities": channel.alert_severities,
        "manners": channel.manners,
    }
