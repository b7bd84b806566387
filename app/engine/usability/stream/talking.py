"""The base of monitor types that hold one conversation over TCP or TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from app.engine.net.resolver import Family
from app.engine.usability.kept import KeptConfigs
from app.engine.usability.registry import MonitorConfig, MonitorType
from app.engine.usability.stream.stream import Place, Stream, TlsHow, converse
from app.engine.usability.types import Check, Done, Outcome

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

Config = TypeVar("Config", bound=MonitorConfig)


class TalkingType(MonitorType, Generic[Config]):
    """Subclasses say where (`place`) and hold the conversation (`talk`).

    `secrets` are texts that must never be shown, should the server repeat them.
    """

    def __init__(self) -> None:
        self._configs: KeptConfigs[Config] = KeptConfigs(self._read)

    def _read(self, config: dict[str, Any]) -> Config:
        read: Config = self.Config.model_validate(config)  # type: ignore[assignment]
        return read

    def place(self, config: Config) -> Place:
        raise NotImplementedError

    async def talk(self, stream: Stream, config: Config) -> Outcome:
        raise NotImplementedError

    def secrets(self, config: Config) -> tuple[str, ...]:
        return (getattr(config, "password", ""),)

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        config = self._configs.get(check)

        async def talk(stream: Stream) -> Outcome:
            stream.hide(*self.secrets(config))
            return await self.talk(stream, config)

        converse(loop, check, done, self.place(config), talk)


class Secured(Protocol):
    """What the configurations of servers say that speak TLS from the first byte, or not at all."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def ip_version(self) -> Family: ...
    @property
    def tls(self) -> bool: ...
    @property
    def verify_tls(self) -> bool: ...
    @property
    def ca_bundle(self) -> str: ...


def place_of(config: Secured) -> Place:
    how = TlsHow(verify=config.verify_tls, authorities=config.ca_bundle) if config.tls else None
    return Place(config.host, config.port, config.ip_version, how)


def told(facts: dict[str, Any], locale: str, *rows: tuple[str, str, str]) -> list[tuple[str, str]]:
    """Rows (fact, English label, Chinese label) of what the facts hold, as `MonitorType.told` gives them."""
    is_zh = locale.startswith("zh")
    return [(zh if is_zh else en, str(facts[name])) for name, en, zh in rows if facts.get(name)]
