"""What the rules look at (`Case`), and what they say (`Finding`). Times are unix ms, durations ms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Category = Literal["our_network", "dns", "route", "tls", "server", "application", "content"]
Confidence = Literal["certain", "likely", "possible"]
CATEGORIES: tuple[Category, ...] = (
    "our_network",
    "dns",
    "route",
    "tls",
    "server",
    "application",
    "content",
)


@dataclass(frozen=True, slots=True)
class Look:
    """The newest sample of one location. `network` is what its control targets say: here, offline or none."""

    location: str
    status: str
    reason: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    http_status: int | None = None
    address: str | None = None
    total_ms: float | None = None
    phases: Mapping[str, float | None] = field(default_factory=dict)
    network: str = "none"

    @property
    def is_bad(self) -> bool:
        return self.status in ("down", "degraded")


@dataclass(frozen=True, slots=True)
class Trace:
    """How far packets came: `answered` hops, and whether the target itself answered."""

    location: str
    has_reached: bool
    hops: int
    last: str | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What was usual when it last was good. `phases` are medians; `rise` is how many times slower than usual
    the last good answers before the first failure were."""

    addresses: tuple[str, ...] = ()
    issuer: str | None = None
    fingerprint: str | None = None
    phases: Mapping[str, float] = field(default_factory=dict)
    rise: float = 1.0


@dataclass(frozen=True, slots=True)
class Around:
    """What else happened at the time.

    `deployment_minutes`: how long before the first failure a release was announced. `tampered`: an alert of a
    watched page of the site is open. `certificate`: what the newest certificate names as issuer, when it
    changed within a day. `others_up`, `others_down`: further monitors of the site. `sites_failing` of
    `sites_probed` other sites fail from the same places, as if the network were gone.
    """

    deployment_minutes: int | None = None
    tampered: str | None = None
    issuer: str | None = None
    fingerprint: str | None = None
    others_up: int = 0
    others_down: int = 0
    same_host_up: int = 0
    sites_failing: int = 0
    sites_probed: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """An incident with all that is known about it."""

    type: str
    level: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    looks: tuple[Look, ...] = ()
    before: Before = Before()
    around: Around = Around()
    traces: tuple[Trace, ...] = ()

    @property
    def bad(self) -> tuple[Look, ...]:
        return tuple(look for look in self.looks if look.is_bad)

    @property
    def good(self) -> tuple[Look, ...]:
        return tuple(look for look in self.looks if look.status == "up")

    @property
    def address(self) -> str | None:
        """Where the failing checks went."""
        return next((look.address for look in self.bad if look.address), None) or self.detail.get("address")


@dataclass(frozen=True, slots=True)
class Finding:
    """The rule that fired, what it says, how sure it is, and the values its sentence names."""

    category: Category | None
    rule: str
    confidence: Confidence
    values: Mapping[str, Any] = field(default_factory=dict)
