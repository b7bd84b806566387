"""Celery's settings, in one place for those who send and those who work."""

from __future__ import annotations

import json
from typing import Any

import orjson
from celery import Celery
from kombu.serialization import register

from config import Config

VISIBILITY_SECONDS = 120
"""How long a message of a killed worker stays hidden before it is given to another."""


# Ours are long texts of JSON inside JSON, which the standard library's encoder takes three times as long for.
register(
    "orjson",
    lambda message: orjson.dumps(message).decode(),
    orjson.loads,
    content_type="application/x-orjson",
    content_encoding="utf-8",
)


def make_celery(settings: Config) -> Celery:
    """A Celery application on the settings' broker. No result backend: rows are the results."""
    has_flower: bool = vars(settings).get("FLOWER", False)
    app = Celery("cloudeye", broker=settings.CELERY_BROKER_URL)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_create_missing_queues=True,
        task_default_queue="report",
        task_serializer="orjson",
        accept_content=["orjson", "json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=has_flower,
        task_send_sent_event=has_flower,
        worker_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,
            "socket_timeout": 30,
            "socket_connect_timeout": 3,
            "socket_keepalive": True,
            "retry_on_timeout": True,
        },
        task_publish_retry=True,
        task_publish_retry_policy={
            "max_retries": 3,
            "interval_start": 0,
            "interval_step": 0.1,
            "interval_max": 0.3,
        },
        timezone="UTC",
        enable_utc=True,
    )
    return app


def restore_unacked(app: Celery, queue: str) -> int:
    """Put back what was taken from a queue and never finished; returns how many messages.

    For a queue with a single consumer, at that consumer's start: everything unfinished is a dead one's. Only
    Redis needs it; other brokers give such messages back by themselves.
    """
    if not app.conf.broker_url.startswith(("redis", "rediss")):
        return 0
    with app.connection_for_write() as connection:
        channel: Any = connection.default_channel  # kombu's Redis channel, which has these names
        unacked = channel.client.hgetall(channel.unacked_key)
        tags = [tag for tag, message in unacked.items() if json.loads(message)[2] == queue]
        for tag in tags:
            channel.qos.restore_by_tag(tag.decode() if isinstance(tag, bytes) else tag)
        return len(tags)
