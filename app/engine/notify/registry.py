"""The channel kinds: each one module of `app.engine.notify.kinds`, found by itself.

A kind brings its name, titles, its configuration as a pydantic model (fields marked `secret` are sealed at
rest and masked when shown), and how a message is sent. It sends through the door it is handed, so that
every outgoing request passes the same guard.
"""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
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
    """What became of one attempt. `permanent` failures are not tried again; `retry_after` is in seconds."""

    ok: bool
    permanent: bool = False
    http_status: int | None = None
    error: str = ""
    ms: float | None = None
    retry_after: float | None = None


class DoorAnswer(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def ms(self) -> float: ...


class Door(Protocol):
    """The outgoing HTTP door, as much of it as a kind needs."""

    def post(self, url: str, *, headers: Mapping[str, str], data: bytes) -> DoorAnswer:
        """Send; raises DoorRefusedError."""

    def check(self, url: str) -> None:
        """Raise DoorRefusedError when this URL must not be contacted."""


class ChannelKind(ABC):
    name: ClassVar[str]
    title: ClassVar[dict[str, str]]
    doc: ClassVar[dict[str, str]]
    Config: ClassVar[type[ChannelConfig]]

    @abstractmethod
    def send(self, config: Any, message: Message, door: Door, locale: str) -> SendResult:
        """Send one message, blocking. Never raises for what the other side does."""

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
    return [_kinds[name] for name in sorted(_kinds)]
