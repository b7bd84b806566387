"""The monitor types. Each is one module of `app.engine.usability.probes`, found by itself.

A type brings its name, its titles and documentation in every language, its configuration as a pydantic
model, and how a check is made. The API's validation, the page's form and the documentation derive from it.
"""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from app.engine.usability.types import Check, Done, Outcome

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

Text = dict[str, str]


class UnknownTypeError(LookupError):
    """No monitor type has this name."""


class MonitorConfig(BaseModel):
    """Base of every type's configuration: unknown names are refused, values are never guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MonitorType(ABC):
    """One kind of check. Subclasses override `run` (simple, blocking) or `start` (inside the loop)."""

    name: ClassVar[str]
    title: ClassVar[Text]
    doc: ClassVar[Text]
    Config: ClassVar[type[MonitorConfig]]

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        """Begin the check and return at once; `done` is called once, in the loop's thread."""
        loop.in_thread(lambda: self.run(check), check, done)

    def run(self, check: Check) -> Outcome:
        """Make the check, blocking, in one of the loop's helper threads."""
        raise NotImplementedError(f"{self.name} neither starts nor runs")

    def parse(self, config: dict[str, Any]) -> MonitorConfig:
        """The configuration as an object. Raises pydantic's ValidationError (see `problems`)."""
        return self.Config.model_validate(config)

    def schema(self) -> dict[str, Any]:
        """JSON schema of the configuration, with `zh`, `widget`, `group` and `secret` at each field."""
        return self.Config.model_json_schema()


def problems(error: ValidationError) -> dict[str, str]:
    """What is wrong with a configuration: the field's dotted name → a sentence."""
    return {".".join(map(str, each["loc"])) or "config": _plain(each["msg"]) for each in error.errors()}


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")


_types: dict[str, MonitorType] = {}
_Type = TypeVar("_Type", bound=type[MonitorType])


def register(cls: _Type) -> _Type:
    """Class decorator: make the type known under its name."""
    if cls.name in _types and type(_types[cls.name]).__qualname__ != cls.__qualname__:
        raise ValueError(f"two monitor types are called {cls.name}")
    _types[cls.name] = cls()
    return cls


def get_type(name: str) -> MonitorType:
    """The monitor type of that name. Raises UnknownTypeError."""
    kind = _types.get(name)
    if kind is not None:
        return kind
    _discover()
    try:
        return _types[name]
    except KeyError:
        raise UnknownTypeError(f"There is no monitor type {name!r}.") from None


def all_types() -> list[MonitorType]:
    """Every monitor type, by name."""
    _discover()
    return [_types[name] for name in sorted(_types)]


_discovered = False


def _discover() -> None:
    global _discovered
    if _discovered:
        return
    package = importlib.import_module("app.engine.usability.probes")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    _discovered = True
