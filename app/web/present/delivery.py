"""Deliveries as templates want them."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.engine.notify.message import Message
from app.models import Delivery
from app.web.i18n import current_locale
from app.web.words import DELIVERY_STATES, MESSAGE_KINDS


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
        "error": delivery.last_error,
        "at": delivery.created_at,
        "next_at": delivery.next_attempt_at if delivery.state == "pending" and delivery.attempts else None,
    }


def delivery_page(facts: dict[str, Any]) -> dict[str, Any]:
    """A delivery with its message as text, and its attempts."""
    words, look = DELIVERY_STATES[facts["state"]]
    title, body = ("", "")
    if facts["message"]:
        title, body = Message.from_dict(facts["message"]).text(current_locale())
    return {
        "delivery": facts,
        "state": str(words),
        "look": look,
        "kind": str(MESSAGE_KINDS.get(facts["kind"], facts["kind"])),
        "message_title": title,
        "message_body": body,
        "can_redeliver": facts["state"] in ("sent", "failed"),
    }
