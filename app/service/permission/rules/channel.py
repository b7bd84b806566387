"""Channels and deliveries."""

from __future__ import annotations

RULES: dict[tuple[str, str], str] = {
    ("v1.channel_types", "GET"): "channel.read",
    ("v1.channels", "GET"): "channel.read",
    ("v1.channels", "POST"): "channel.write",
    ("v1.channel", "GET"): "channel.read",
    ("v1.channel", "PATCH"): "channel.write",
    ("v1.channel", "DELETE"): "channel.write",
    ("v1.channel_test", "POST"): "channel.write",
    ("v1.deliveries", "GET"): "channel.read",
    ("v1.delivery", "GET"): "channel.read",
    ("v1.delivery_redeliver", "POST"): "channel.write",
    ("web.channels", "GET"): "channel.read",
    ("web.channel", "GET"): "channel.read",
    ("web.channel_post", "POST"): "channel.write",
    ("web.channel_new", "GET"): "channel.write",
    ("web.channel_new_post", "POST"): "channel.write",
    ("web.channel_test", "POST"): "channel.write",
    ("web.channel_delete", "POST"): "channel.write",
    ("web.deliveries", "GET"): "channel.read",
    ("web.delivery", "GET"): "channel.read",
    ("web.delivery_redeliver", "POST"): "channel.write",
}
