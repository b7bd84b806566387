"""Deliveries as templates want them."""

from __future__ import annotations

from typing import Any

import orjson
from flask import url_for

from app.engine.notify.message import Message
from app.models import Delivery, Organization
from app.web.messages.lookup import in_words
from app.web.words.names import DELIVERY_STATES, MESSAGE_KINDS
from app.web.words.routing import FORMATS


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    words, look = DELIVERY_STATES[delivery.state]
    return {
        "url": url_for("web.delivery", delivery_id=delivery.id),
        "channel": delivery.channel.name,
        "channel_url": url_for("web.channel", channel_id=delivery.channel_id),
        "kind": str(MESSAGE_KINDS.get(delivery.kind, delivery.kind)),
        "site": (delivery.message.get("site") or {}).get("name", ""),
        "state": str(words),
        "look": look,
        "attempts": delivery.attempts,
        "error": in_words(delivery.last_error),
        "at": delivery.created_at,
        "next_at": delivery.next_attempt_at if delivery.state == "pending" and delivery.attempts else None,
    }


def delivery_page(facts: dict[str, Any], organization: Organization) -> dict[str, Any]:
    """A delivery with its message as it was sent, and its attempts."""
    words, look = DELIVERY_STATES[facts["state"]]
    return {
        **_sent(facts, organization),
        "delivery": facts,
        "state": str(words),
        "look": look,
        "kind": str(MESSAGE_KINDS.get(facts["kind"], facts["kind"])),
        "reasons": [in_words(each.error) for each in facts["log"]],
        "can_redeliver": facts["state"] in ("sent", "failed"),
    }


def _sent(facts: dict[str, Any], organization: Organization) -> dict[str, Any]:
    """What the receiver got: a program its JSON, people the text in the organization's language and clock.

    The text is the one that a template made of it, where one did.
    """
    if not facts["message"]:
        return {}
    is_program = facts["channel"].type == "webhook"
    kept = {**facts["message"], "zone": organization.timezone}
    message = Message.from_dict({**kept, "words": {}} if is_program else kept)
    title, body = message.text(organization.locale)
    return {
        "message_title": title,
        "message_body": body,
        "message_form": FORMATS[message.format] if message.words else None,
        "document": orjson.dumps(message.payload(), option=orjson.OPT_INDENT_2).decode()
        if is_program
        else "",
    }
