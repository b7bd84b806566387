"""What a probe of a server's TLS has found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from app.engine.bug.tls.chain import Chain

ProfileName = Literal["modern", "intermediate", "old", "none"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A suite that the server takes with a protocol; `flaw` is empty or one of `suites.FLAWS`."""

    protocol: str
    suite: str
    flaw: str = ""
    is_forward_secret: bool = True


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a server from a profile: protocol, suite, key, signature, dh or lifetime, and which one."""

    code: str
    value: str


@dataclass(frozen=True, slots=True)
class TlsReport:
    """Facts of one server. What could not be learned is None or missing.

    `protocols` says for each whether it is accepted. `accepted` are suites: all of them after a full probe,
    examples of each class after a brief one. `chooses_itself`: the server follows its own order of suites.
    `prefers_forward_secrecy`: with everything on offer it takes a suite with forward secrecy.
    `is_renegotiation_secure`: RFC 5746; None where only TLS 1.3 is spoken. `obstacles` stand in the way of
    Mozilla's intermediate profile. `error` says why nothing was learned: unreachable, timeout, not_tls,
    refused, stopped; `is_cut` that the probe ended before its end.
    """

    host: str
    port: int
    address: str
    at: float
    protocols: dict[str, bool] = field(default_factory=dict)
    accepted: tuple[Accepted, ...] = ()
    chain: Chain = field(default_factory=Chain)
    covers_host: bool | None = None
    is_stapled: bool | None = None
    compresses: bool | None = None
    is_renegotiation_secure: bool | None = None
    chooses_itself: bool | None = None
    has_forward_secrecy: bool | None = None
    prefers_forward_secrecy: bool | None = None
    dh_bits: int | None = None
    profile: ProfileName = "none"
    obstacles: tuple[Obstacle, ...] = ()
    handshakes: int = 0
    is_cut: bool = False
    error: str | None = None

    @property
    def has_tls(self) -> bool:
        return any(self.protocols.values())

    def flaws(self, *wanted: str) -> tuple[str, ...]:
        """The names of accepted suites with one of these flaws, each once."""
        return tuple(dict.fromkeys(each.suite for each in self.accepted if each.flaw in wanted))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)
