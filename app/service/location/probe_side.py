"""A probe's own side of signed messages: no database, no models."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any

from app.core.settings import get_settings
from app.core.signing import RefusedMessageError, claimed_location, open_message
from app.service.queue import own_key

log = logging.getLogger("cloudeye.probe")
refused: Counter[str] = Counter()
"""How many messages this process has not acted on, by reason."""
_counting = threading.Lock()
_control_targets: tuple[str, ...] = ()


def control_targets() -> tuple[str, ...]:
    """What this machine's settings name, else what the last message named for its location."""
    return get_settings().CONTROL_TARGETS or _control_targets


def use_control_targets(targets: tuple[str, ...]) -> None:
    """The location's own ones, as the installation knows them."""
    global _control_targets
    _control_targets = targets


def opened(task: str, message: Sequence[Any]) -> str | None:
    """The body of a message that this installation sent to this location, else None: noted, and dropped."""
    try:
        if claimed_location(message) != get_settings().LOCATION:
            raise RefusedMessageError("foreign_location")
        targets, _, body = open_message(message, task, own_key()).partition("\n")
        use_control_targets(tuple(targets.split()))
        return body
    except RefusedMessageError as error:
        with _counting:
            refused[error.reason] += 1
        log.warning("probe.message_refused", extra={"task": task, "reason": error.reason})
        return None
