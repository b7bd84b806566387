"""One ping check from name to verdict.

1. Find the host's address; the guard judges it.
2. Send the requests one by one, each with its own share of the time.
3. Judge when all are answered, or when the last has had its time.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from math import sqrt
from time import monotonic
from typing import TYPE_CHECKING, Any

from app.engine.net.resolver import has_route
from app.engine.usability.icmp.pinger import Channel, Echo, NoSequenceError, Pinger
from app.engine.usability.icmp.program import CannotPingError, Pings, ping_by_program
from app.engine.usability.run import Run
from app.engine.usability.types import Check, Done, Outcome

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop
    from app.engine.usability.probes.ping import PingConfig

# Of the whole time, what may be spent on sending; the rest is for the last answer.
_SENDING_SHARE = 0.6
_TRY_AGAIN_SECONDS = 0.005
_LOCAL_TROUBLE = {errno.EACCES: "prohibited", errno.EPERM: "prohibited", errno.EMSGSIZE: "too_big"}
_NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL)


class PingRun(Run):
    """The state of one check."""

    def __init__(
        self,
        loop: ProbeLoop,
        check: Check,
        config: PingConfig,
        pinger: Pinger,
        find_program: Callable[[], str | None],
        done: Done,
    ) -> None:
        super().__init__(loop, check, done)
        self._config = config
        self._pinger = pinger
        self._find_program = find_program
        self._address = ""
        self._method = "program"
        self._channel: Channel | None = None
        self._open: set[int] = set()
        self._sent = 0
        self._round_trips: list[float] = []
        self._trouble: tuple[str, str] | None = None

    def begin(self) -> None:
        self.find(self._config.host, self._config.ip_version, self._on_addresses)

    def _on_addresses(self, addresses: list[str]) -> None:
        self._address = addresses[0]
        version = 6 if ":" in self._address else 4
        self._channel = self._pinger.borrow(version)
        if self._channel is None:
            self._by_program()
            return
        self._method = self._channel.method
        self.at_end(lambda: self._give_back(version))
        self._send_next()

    def _give_back(self, version: int) -> None:
        if self._channel is not None:
            for sequence in self._open:
                self._channel.forget(sequence)
        self._pinger.give_back(version)

    @property
    def _pause(self) -> float:
        """Seconds between two requests: as configured, less where the check's time is short."""
        share = (self.stop_at - self.started) * _SENDING_SHARE / self._config.count
        return min(self._config.interval_ms / 1000, share)

    def _send_next(self) -> None:
        channel = self._channel
        if channel is None:
            return
        sequence = -1

        def on_echo(echo: Echo) -> None:
            self.step(lambda: self._on_echo(sequence, echo))

        try:
            sequence = channel.send(self._address, self._config.size, on_echo)
        except BlockingIOError:
            if monotonic() < self.stop_at:
                self.at(monotonic() + _TRY_AGAIN_SECONDS, self._send_next)
            else:
                self._judge()
            return
        except OSError as error:
            self._on_refused(error)
            return
        except NoSequenceError:
            self.fail("probe_overloaded", "unknown", stolen_ms=0, seemed="ping_no_answer")
            return
        self._open.add(sequence)
        self._sent += 1
        if self._sent < self._config.count:
            self.at(monotonic() + self._pause, self._send_next)
        else:
            self.at(min(monotonic() + self._config.wait_ms / 1000, self.stop_at), self._judge)

    def _on_refused(self, error: OSError) -> None:
        """This machine's own kernel did not send it."""
        if error.errno in _NO_ROUTE and not has_route(self._address):
            self.fail("probe_no_route", "unknown", address=self._address)
            return
        kind = _LOCAL_TROUBLE.get(error.errno or 0)
        if kind is None and error.errno not in _NO_ROUTE:
            self.fail("probe_error", "unknown", error=f"sending: {error.strerror}")
            return
        self._trouble = (kind or "unreachable", "localhost")
        self._sent += 1
        self._judge()

    def _on_echo(self, sequence: int, echo: Echo) -> None:
        self._open.discard(sequence)
        if echo.rtt_ms is not None:
            self._round_trips.append(echo.rtt_ms)
        elif echo.trouble is not None:
            self._trouble = (echo.trouble, echo.sender)
        if self._sent >= self._config.count and not self._open:
            self._judge()

    def _by_program(self) -> None:
        program = self._find_program()
        if program is None:
            error = "neither an ICMP socket nor the ping program is available to it"
            self.fail("probe_cannot_ping", "unknown", error=error)
            return
        config = self._config
        seconds = max(self.stop_at - monotonic(), 1.0)

        def work() -> Outcome:
            try:
                pings = ping_by_program(
                    program,
                    self._address,
                    count=config.count,
                    size=config.size,
                    interval=self._pause,
                    seconds=seconds,
                )
            except CannotPingError as error:
                return Outcome("unknown", "probe_cannot_ping", {"error": str(error)})
            return self._program_outcome(pings)

        self.loop.in_thread(work, self.check, self.end)

    def _program_outcome(self, pings: Pings) -> Outcome:
        self._sent = self._config.count
        self._round_trips = list(pings.round_trips)
        self._trouble = pings.trouble
        return self._outcome()

    def _judge(self) -> None:
        self.end(self._outcome())

    def _outcome(self) -> Outcome:
        sent, received = self._sent, len(self._round_trips)
        loss = round(100 * (sent - received) / max(sent, 1), 1)
        facts: dict[str, Any] = {"sent": sent, "received": received, "loss_percent": loss}
        facts |= {**figures(self._round_trips), "method": self._method}
        outcome = Outcome("up", address=self._address, facts=facts)
        if self._round_trips:
            outcome.first_byte_ms = outcome.total_ms = facts["rtt_avg_ms"]
        if loss >= self._config.loss_down_percent:
            outcome.status = "down"
        elif loss >= self._config.loss_degraded_percent:
            outcome.status = "degraded"
        if outcome.status != "up":
            self._explain(outcome, loss)
        return outcome

    def _explain(self, outcome: Outcome, loss: float) -> None:
        limit = self._config.loss_down_percent
        limit = limit if outcome.status == "down" else self._config.loss_degraded_percent
        detail = {"address": self._address, "sent": self._sent, "timeout_ms": self.check.timeout_ms}
        detail |= {"loss_percent": f"{loss:g}", "limit": limit, "size": self._config.size}
        evidence: dict[str, Any] = {"address": self._address, "sent": str(self._sent), "loss": f"{loss:g} %"}
        evidence["round trips (ms)"] = [f"{each:g}" for each in self._round_trips[:20]]
        if self._round_trips:
            outcome.reason = "ping_loss"
        elif self._trouble is not None:
            outcome.reason = f"ping_{self._trouble[0]}"
            detail["by"] = self._trouble[1] or self._address
        else:
            outcome.reason = "ping_no_answer"
        if self._trouble is not None:
            evidence["answer"] = f"{self._trouble[0]} ({self._trouble[1]})"
        outcome.detail = detail
        outcome.facts["evidence"] = evidence


def figures(round_trips: list[float]) -> dict[str, float]:
    """Least, mean, most and standard deviation of round trips, in ms; nothing when there are none."""
    if not round_trips:
        return {}
    mean = sum(round_trips) / len(round_trips)
    spread = sqrt(sum((each - mean) ** 2 for each in round_trips) / len(round_trips))
    found = {"min": min(round_trips), "avg": mean, "max": max(round_trips), "stddev": spread}
    return {f"rtt_{name}_ms": round(value, 3) for name, value in found.items()}
