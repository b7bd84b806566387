"""The monitor types. Each is one module of `app.engine.usability.probes`, found by itself.

A type brings its name, its titles and documentation in every language, its configuration as a pydantic
model, and how a check is made. The API's validation, the page's form and the documentation derive from it.
"""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from app.engine.usability.types import Check, Done, Outcome

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

Text = dict[str, str]
PHASE_NAMES: dict[str, Text] = {
    "dns": {"en": "name", "zh": "域名解析"},
    "connect": {"en": "connection", "zh": "建立连接"},
    "tls": {"en": "TLS handshake", "zh": "TLS 握手"},
    "first_byte": {"en": "first byte", "zh": "首字节"},
    "transfer": {"en": "transfer", "zh": "内容传输"},
}
"""What HTTP calls the five slots."""


class UnknownTypeError(LookupError):
    """No monitor type has this name."""


class MonitorConfig(BaseModel):
    """Base of every type's configuration: unknown names are refused, values are never guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MonitorType(ABC):
    """One kind of check. Subclasses override `run` (simple, blocking) or `start` (inside the loop).

    `phases` names the parts of its time that it measures: which of the sample's five slots it fills, and
    what that part is called here. `defaults` are values of the monitor itself (such as confirm_count) that
    suit the type better than the usual ones. `is_probed` is False for what is not asked but reports or is
    summed up; `needs_browser` sends it to the processes that have one.
    """

    name: ClassVar[str]
    title: ClassVar[Text]
    doc: ClassVar[Text]
    Config: ClassVar[type[MonitorConfig]]
    phases: ClassVar[dict[str, Text]] = PHASE_NAMES
    defaults: ClassVar[dict[str, Any]] = {}
    is_probed: ClassVar[bool] = True
    needs_browser: ClassVar[bool] = False

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

    def told(self, facts: dict[str, Any], locale: str) -> list[tuple[str, str]]:
        """What a sample's facts say beyond its times, for people: (label, value), in their order."""
        return []


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
    """The monitor type of that name. Raises UnknownTypeError.

    A type is in the module of its name: processes that ask for one or two need not load all of them.
    """
    kind = _types.get(name)
    if kind is not None:
        return kind
    if not _discovered and name.isidentifier():
        with suppress(ModuleNotFoundError):
            importlib.import_module(f"app.engine.usability.probes.{name}")
    if name in _types:
        return _types[name]
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
