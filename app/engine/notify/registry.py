"""The channel kinds: each one module of `app.engine.notify.kinds`, found by itself.

A kind brings its name, titles, its configuration as a pydantic model (fields marked `secret` are sealed at
rest and masked when shown), and how a message is sent. It sends through the door it is handed, so that
every outgoing request passes the same guard. The present moment is handed in too.
"""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from app.engine.net.errors import DoorRefusedError
from app.engine.notify.message import Message

__all__ = [
    "ChannelConfig",
    "ChannelKind",
    "Door",
    "DoorRefusedError",
    "SendResult",
    "UnknownKindError",
    "all_kinds",
    "get_kind",
    "is_permanent",
    "problems",
    "register",
]


class UnknownKindError(LookupError):
    """No channel kind has this name."""


class ChannelConfig(BaseModel):
    """Base of every kind's configuration: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class SendResult:
    """What became of one attempt. `permanent` failures are not tried again; `retry_after` is in seconds.

    `reached` are those of several recipients who have the message by now: see `Message.reached`.
    """

    ok: bool
    permanent: bool = False
    http_status: int | None = None
    error: str = ""
    ms: float | None = None
    retry_after: float | None = None
    reached: tuple[str, ...] = ()


# The receiver was slow, is not ready yet, or has had too much for now: it may take the message later.
_TRIED_AGAIN = (408, 425, 429)


def is_permanent(http_status: int) -> bool:
    """Whether a receiver that answers so will refuse the same message for ever."""
    return 400 <= http_status < 500 and http_status not in _TRIED_AGAIN


class DoorAnswer(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def ms(self) -> float: ...


class Door(Protocol):
    """The outgoing HTTP door, as much of it as a kind needs.

    `networks` and `ca_file` are for kinds that cannot send through `post`: which private networks may be
    reached, and which authorities are trusted.
    """

    @property
    def networks(self) -> Sequence[str]: ...
    @property
    def ca_file(self) -> str: ...

    def post(self, url: str, *, headers: Mapping[str, str], data: bytes) -> DoorAnswer:
        """Send without following redirects; raises DoorRefusedError."""


class ChannelKind(ABC):
    name: ClassVar[str]
    title: ClassVar[dict[str, str]]
    doc: ClassVar[dict[str, str]]
    Config: ClassVar[type[ChannelConfig]]
    # Where it stands among the kinds on offer, and what addresses a single person there: "email" or "phone".
    order: ClassVar[int] = 50
    reaches: ClassVar[str] = ""

    @abstractmethod
    def send(self, config: Any, message: Message, door: Door, *, locale: str, at: datetime) -> SendResult:
        """Send one message, blocking, at most about 30 s. Never raises for what the other side does."""

    def check(self, config: Any) -> dict[str, str]:
        """What is wrong with a configuration beyond its form, found before it is saved: field → sentence.

        May take a second; `parse` is made at every attempt to send and may not.
        """
        return {}

    def addressed(self, config: Any, to: str) -> Any:
        """The same configuration, sending to one address only. ValueError for what is none of its kind."""
        raise ValueError("this channel cannot send to a single person")

    def parse(self, config: dict[str, Any]) -> ChannelConfig:
        """Raises pydantic's ValidationError (see `problems`)."""
        return self.Config.model_validate(config)

    def schema(self) -> dict[str, Any]:
        return self.Config.model_json_schema()

    def secret_names(self) -> set[str]:
        properties: dict[str, Any] = self.schema().get("properties", {})
        return {name for name, field in properties.items() if field.get("secret")}


def problems(error: ValidationError) -> dict[str, str]:
    """What is wrong with a configuration: the field's dotted name → a sentence."""
    return {
        ".".join(map(str, each["loc"])) or "config": each["msg"].removeprefix("Value error, ")
        for each in error.errors()
    }


_kinds: dict[str, ChannelKind] = {}
_Kind = TypeVar("_Kind", bound=type[ChannelKind])


def register(cls: _Kind) -> _Kind:
    """Class decorator: make the kind known under its name."""
    if cls.name in _kinds and type(_kinds[cls.name]).__qualname__ != cls.__qualname__:
        raise ValueError(f"two channel kinds are called {cls.name}")
    _kinds[cls.name] = cls()
    return cls


@cache
def _discover() -> None:
    package = importlib.import_module("app.engine.notify.kinds")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")


def get_kind(name: str) -> ChannelKind:
    """The channel kind of that name. Raises UnknownKindError."""
    _discover()
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKindError(f"There is no channel kind {name!r}.") from None


def all_kinds() -> list[ChannelKind]:
    _discover()
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.name))
