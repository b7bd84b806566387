"""Sending a message through a channel: the kind's code, the organization's guard, one result."""

from __future__ import annotations

import logging
from typing import Any

from app.core.clock import now
from app.core.http import Door
from app.core.secret_box import SealBrokenError, unseal
from app.core.settings import get_settings
from app.engine.net.guard import AllowList
from app.engine.notify.message import Message
from app.engine.notify.registry import ChannelKind, SendResult, UnknownKindError, get_kind
from app.models import Channel, Organization
from app.service.scheduling.schedule import allowed_networks

log = logging.getLogger("cloudeye.delivery")


class ChannelDoor(Door):
    """The outgoing door, open to what the organization may reach."""

    def __init__(self, networks: tuple[str, ...], ca_file: str) -> None:
        super().__init__(AllowList.of(networks), ca_file=ca_file)
        self.networks, self.ca_file = networks, ca_file


def send_through(channel: Channel, organization: Organization, message: Message) -> SendResult:
    """Send now, blocking for at most half a minute; whatever goes wrong is in the result.

    The message goes out in the words it has: see `wording.in_own_words`.
    """
    try:
        kind = get_kind(channel.type)
        config = kind.parse(unseal(channel.sealed_config))
    except (SealBrokenError, UnknownKindError) as error:
        return SendResult(False, permanent=True, error=str(error))
    except ValueError:
        # Pydantic's message quotes the values, and some of them are secrets.
        return SendResult(False, permanent=True, error="the channel's configuration does not hold any more")
    return send_by(kind, config, channel, organization, message)


def send_by(
    kind: ChannelKind, config: Any, channel: Channel, organization: Organization, message: Message
) -> SendResult:
    """Send by a kind with a configuration; a defect of the kind is a result too."""
    door = ChannelDoor(allowed_networks(organization), get_settings().CA_FILE)
    try:
        return kind.send(config, message, door, locale=organization.locale, at=now())
    except Exception as error:
        # One kind's defect must not stop the queue: the row is tried again like any other.
        log.exception("delivery.kind_failed", extra={"channel_id": channel.id, "kind": channel.type})
        return SendResult(False, error=f"sending failed on our side ({type(error).__name__})")
