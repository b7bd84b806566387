"""Conversations inside the engine's loop: a coroutine a check, driven by the reactor. No threads, no asyncio.

`run(loop, check, done, main)` starts `main(net)`, a coroutine function that gives an `Outcome` or raises
`TalkError`. What it awaits are `Pause`s: each begins something (watch a socket, ask a name server, wait for a
moment) and names a way to break it off. One deadline, the check's, lies over all of it: when it passes, the
coroutine is closed (its `finally` blocks run) and the outcome tells the stage it was in.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from app.engine.net.guard import AddressRefusedError, AllowList, check_address
from app.engine.net.resolver import Answer, Family
from app.engine.usability.stages import Stages
from app.engine.usability.types import Check, Done, Outcome, Status

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

__all__ = ["Main", "Net", "Pause", "TalkError", "run"]

Resume = Callable[[Any], None]
Cancel = Callable[[], None]
Main = Callable[["Net"], Coroutine[Any, Any, Outcome]]
_MAX_ADDRESSES = 8
_LATE_IN = {"dns": "dns_timeout", "connect": "connect_timeout", "tls": "tls_timeout"}


class TalkError(Exception):
    """The check fails with this reason of `app.engine.usability.reasons`; `detail` fills its sentence."""

    def __init__(
        self,
        reason: str,
        detail: dict[str, Any] | None = None,
        *,
        status: Status = "down",
        facts: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason
        self.detail, self.facts = detail or {}, facts or {}


class Pause:
    """Something to await: `begin(resume)` starts it and gives a way to cancel it.

    `resume(value)` is called later, never from within `begin`, and the coroutine goes on with the value.
    """

    __slots__ = ("begin",)

    def __init__(self, begin: Callable[[Resume], Cancel]) -> None:
        self.begin = begin

    def __await__(self) -> Generator[Pause, Any, Any]:
        return (yield self)


class Net:
    """What a conversation may use: names, time, and (through `stream` and `datagram`) sockets.

    `stages` measures the parts of the check's time; `current` is the watch that runs now, which differs when
    a further connection has its own. `where` holds what sentences about the target name. `unreached` are
    addresses that gave no connection. `if_late` is the outcome to give at the deadline once what matters has
    been found out; without one `evidence` tells how far the conversation came.
    """

    def __init__(self, loop: ProbeLoop, check: Check) -> None:
        self.loop = loop
        self.check = check
        self.allow = AllowList.of(check.allow)
        self.stop_at = monotonic() + check.timeout_ms / 1000
        self.stages = self.current = Stages()
        self.where: dict[str, Any] = {"timeout_ms": check.timeout_ms}
        self.facts: dict[str, Any] = {}
        self.unreached: list[str] = []
        self.if_late: Outcome | None = None
        self.evidence: Callable[[], dict[str, Any]] = dict
        self.asked: tuple[str, Family] | None = None

    @property
    def left(self) -> float:
        """Seconds until the check's deadline, never negative."""
        return max(self.stop_at - monotonic(), 0.0)

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the check began."""
        return self.check.timeout_ms - int((self.stop_at - monotonic()) * 1_000_000) / 1000

    async def wait(self, fd: int, events: int, until: float | None = None) -> int:
        """The events that came (`reactor.READ`, `WRITE` and errors), or 0 at the moment `until`."""
        reactor = self.loop.reactor

        def begin(resume: Resume) -> Cancel:
            reactor.watch(fd, events, resume)
            timer = None if until is None else reactor.call_at(until, lambda: resume(0))

            def cancel() -> None:
                reactor.unwatch(fd)
                if timer is not None:
                    timer.cancel()

            return cancel

        came: int = await Pause(begin)
        return came

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        reactor = self.loop.reactor
        when = monotonic() + seconds
        await Pause(lambda resume: reactor.call_at(when, lambda: resume(None)).cancel)

    async def addresses(self, host: str, family: Family) -> list[str]:
        """The host's addresses that may be contacted, in the order to try them. Raises TalkError."""
        resolver = self.loop.resolver
        self.where["host"] = host
        answer = resolver.cached(host, family)
        if answer is None:
            self.asked = host, family
            answer = await self._asked(host, family)
            self.asked = None
        if answer.reason is not None:
            status: Status = "unknown" if answer.reason == "probe_no_dns" else "down"
            raise TalkError(answer.reason, dict(self.where), status=status)
        return self._permitted(host, answer)

    async def _asked(self, host: str, family: Family) -> Answer:
        resolver = self.loop.resolver

        def begin(resume: Resume) -> Cancel:
            resolver.lookup(host, family, max(self.left, 0.001), resume)
            return _nothing

        answer: Answer = await Pause(begin)
        return answer

    def _permitted(self, host: str, answer: Answer) -> list[str]:
        refused: AddressRefusedError | None = None
        found: list[str] = []
        for address in answer.addresses:
            try:
                check_address(address, self.allow)
                found.append(address)
            except AddressRefusedError as error:
                refused = error
        if not found and refused is not None:
            detail = {"host": host, "address": refused.ip, "why": refused.why}
            raise TalkError("address_refused", detail)
        return found[:_MAX_ADDRESSES]


def run(loop: ProbeLoop, check: Check, done: Done, main: Main) -> None:
    """Start `main` and return; `done` gets its outcome, in the loop's thread, exactly once."""
    _Talk(loop, check, done, main).begin()


class _Talk:
    """One conversation on its way."""

    def __init__(self, loop: ProbeLoop, check: Check, done: Done, main: Main) -> None:
        self._loop = loop
        self._done = done
        self._net = Net(loop, check)
        self._work: Coroutine[Any, Any, Outcome] | None = main(self._net)
        self._cancel: Cancel = _nothing
        self._turn = 0
        self._timer = loop.reactor.call_at(self._net.stop_at, self._late)
        loop.closers.add(self._drop)

    def begin(self) -> None:
        self._step(None)

    def _resume(self, turn: int, value: Any) -> None:
        """Go on, unless this is the late echo of a pause that is over."""
        if turn != self._turn or self._work is None:
            return
        self._cancel()
        self._step(value)

    def _step(self, value: Any) -> None:
        assert self._work is not None
        self._turn += 1
        self._cancel = _nothing
        try:
            pause: Pause = self._work.send(value)
            self._cancel = pause.begin(partial(self._resume, self._turn))
        except StopIteration as end:
            self._end(end.value)
        except TalkError as error:
            self._end(Outcome(error.status, error.reason, error.detail, facts=error.facts))
        except Exception as error:
            short = f"{type(error).__name__}: {error}"[:200]
            self._end(Outcome("unknown", "probe_error", {"error": short}))

    def _late(self) -> None:
        """The deadline has passed."""
        if self._work is None:
            return
        net = self._net
        if net.if_late is not None:
            self._end(net.if_late)
            return
        stage = net.current.stop(is_finished=False)
        reason = _LATE_IN.get(stage, "timeout")
        if net.asked is not None:
            reason = self._loop.resolver.silence_reason(*net.asked)
        status: Status = "unknown" if reason == "probe_no_dns" else "down"
        detail, facts = {**net.where, "phase": stage}, net.evidence()
        if facts:
            detail["step"] = facts["evidence"]["step"]
        self._end(Outcome(status, reason, detail, facts=facts))

    def _end(self, outcome: Outcome) -> None:
        self._drop()
        net = self._net
        # A part that was begun has a length only where the answer came so far.
        is_good = outcome.status in ("up", "degraded") and net.stages.now != "first_byte"
        net.stages.stop(is_finished=is_good or net.stages.now == "transfer")
        net.stages.fill(outcome)
        if outcome.address is None:
            outcome.address = net.where.get("address")
        outcome.facts = {**net.facts, **outcome.facts}
        if net.unreached:
            outcome.facts["unreached"] = net.unreached
        self._done(outcome)

    def _drop(self) -> None:
        """Close the coroutine, and with it its sockets."""
        self._loop.closers.discard(self._drop)
        self._timer.cancel()
        work, self._work = self._work, None
        cancel, self._cancel = self._cancel, _nothing
        cancel()
        if work is not None:
            work.close()


def _nothing() -> None:
    pass
