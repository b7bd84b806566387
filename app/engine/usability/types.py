"""What goes into the availability engine (`Check`), what a monitor type answers (`Outcome`), what comes out
(`Sample`).

Times ending in `due_ms`/`started_ms` are unix milliseconds, durations are milliseconds as floats. The wire
form is a plain JSON list in the order of the fields, since a batch of a hundred dictionaries would spend more
bytes on names than on values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Literal

Status = Literal["up", "degraded", "down", "unknown"]
PHASES = ("dns_ms", "connect_ms", "tls_ms", "first_byte_ms", "transfer_ms")


@dataclass(frozen=True, slots=True)
class Check:
    """One check to make.

    `allow` lists networks (CIDR) that may be probed although they are private. `is_inverted` turns the
    verdict round: for what must not answer.
    """

    id: int
    monitor_id: int
    type: str
    config: dict[str, Any]
    due_ms: int
    timeout_ms: int
    allow: tuple[str, ...] = ()
    is_inverted: bool = False

    def to_wire(self) -> list[Any]:
        head = [self.id, self.monitor_id, self.type, self.config]
        return [*head, self.due_ms, self.timeout_ms, list(self.allow), self.is_inverted]

    @classmethod
    def from_wire(cls, wire: Sequence[Any]) -> Check:
        """Undo `to_wire`. Raises ValueError when the list has another length."""
        check_id, monitor_id, type_name, config, due_ms, timeout_ms, allow, is_inverted = wire
        return cls(
            check_id, monitor_id, type_name, config, due_ms, timeout_ms, tuple(allow), bool(is_inverted)
        )


@dataclass(slots=True)
class Outcome:
    """What a monitor type found out. The loop adds when and where, which makes it a `Sample`.

    `degraded` is an answer that is good and yet calls for somebody: a certificate about to expire.
    `reason` is a key of `app.engine.usability.reasons`, None when up; `detail` holds the values its sentence
    names. `facts` are things worth keeping that are no verdict: TLS, redirects, protocol version.
    `total_ms` is the time to show where that from start to verdict says nothing: of several pings their mean.
    """

    status: Status
    reason: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    first_byte_ms: float | None = None
    transfer_ms: float | None = None
    http_status: int | None = None
    address: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    total_ms: float | None = None


Done = Callable[[Outcome], None]


@dataclass(slots=True)
class Sample:
    """One finished check.

    `late_ms` is how long after its due time the check began, `lag_ms` the longest single time the loop could
    not attend to it. `total_ms` is everything from the start to the verdict, over all redirects, as a visitor
    would wait, unless the type measured another whole; the phases are those of the last hop. A phase that did
    not happen is None.
    """

    id: int
    monitor_id: int
    location: str
    due_ms: int
    started_ms: int
    status: Status
    reason: str | None
    detail: dict[str, Any]
    total_ms: float | None
    dns_ms: float | None
    connect_ms: float | None
    tls_ms: float | None
    first_byte_ms: float | None
    transfer_ms: float | None
    late_ms: float
    lag_ms: float
    http_status: int | None
    address: str | None
    facts: dict[str, Any]

    def to_wire(self) -> list[Any]:
        return list(_sample_values(self))

    @classmethod
    def from_wire(cls, wire: Sequence[Any]) -> Sample:
        """Undo `to_wire`. Raises ValueError when the list has another length."""
        if len(wire) != _SAMPLE_LENGTH:
            raise ValueError(f"a sample has {_SAMPLE_LENGTH} values, not {len(wire)}")
        return cls(*wire)


_SAMPLE_NAMES = tuple(each.name for each in fields(Sample))
_SAMPLE_LENGTH = len(_SAMPLE_NAMES)
_sample_values = attrgetter(*_SAMPLE_NAMES)
