"""Signed messages to and from probes: HMAC-SHA256 (RFC 2104), with a key a location.

The broker is shared with machines that stand elsewhere. So a probe makes only checks that this installation
asked of its own location, and the recorder takes only results that carry the key of the location they claim
to come from. Signed is what the receiver acts on: the task's name, the location, the moment and the body's
exact bytes. A repeated message is harmless, since a result's identity is its slot, and old slots are not
checked. Signing costs about 30 µs for a batch of a hundred checks.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Any


class RefusedMessageError(Exception):
    """A message that is not to be acted on; `reason` is one of `REASONS`."""

    def __init__(self, reason: str, location: str = "") -> None:
        self.reason, self.location = reason, location
        super().__init__(reason)


REASONS = ("malformed", "unsigned", "foreign_location", "bad_signature", "foreign_sample", "not_plausible")


def home_key(secret: str, location: str) -> bytes:
    """The key of a location that was given none: whoever holds the installation's secret can make it."""
    return hmac.new(secret.encode(), b"cloudeye location key 1\0" + location.encode(), sha256).digest()


def given_key(text: str) -> bytes:
    """The key as its location's probe was given it."""
    return text.strip().encode()


def signature(key: bytes, purpose: str, location: str, at_ms: int, body: str) -> str:
    head = f"1\0{purpose}\0{location}\0{at_ms}\0"
    return hmac.new(key, head.encode() + body.encode(), sha256).hexdigest()


def seal(key: bytes, purpose: str, location: str, at_ms: int, body: str) -> list[Any]:
    """The message as a task's arguments: [location, unix ms, signature, body]."""
    return [location, at_ms, signature(key, purpose, location, at_ms, body), body]


def claimed_location(message: Sequence[Any]) -> str:
    """Whose message it says it is. Raises RefusedMessageError when it is not of our form."""
    if len(message) < 4 or not all(isinstance(message[place], str) for place in (0, 2, 3)):
        raise RefusedMessageError("unsigned" if len(message) < 4 else "malformed")
    if not message[0].isascii() or not isinstance(message[1], int) or isinstance(message[1], bool):
        raise RefusedMessageError("malformed", message[0])
    return str(message[0])


def open_message(message: Sequence[Any], purpose: str, key: bytes) -> str:
    """The body, when the message was signed with this key for this purpose; else RefusedMessageError."""
    location = claimed_location(message)
    _, at_ms, signed, body = message[:4]
    if not signed:
        raise RefusedMessageError("unsigned", location)
    try:
        is_ours = hmac.compare_digest(
            signature(key, purpose, location, at_ms, body).encode(), signed.encode()
        )
    except ValueError:  # Half of a surrogate pair, or a number of thousands of digits.
        raise RefusedMessageError("malformed", location) from None
    if not is_ours:
        raise RefusedMessageError("bad_signature", location)
    return str(body)
