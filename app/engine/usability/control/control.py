"""Is it the target, or is it us? Control targets tell a probe whether its own network is there.

1. A failing sample that the own network could have caused (no name, no connection, time-out) is held until a
   look at the control targets that began after the failure has ended: two seconds at most.
2. One target that answers is enough: the network is there, and the failure stands, unless the network was
   away while the check ran: then its packets may have been lost on our side, and nothing is known.
3. When none answers, nothing is known about the target: the sample is *unknown*, `probe_offline`.
4. Without control targets nothing is held. Name servers of this machine that are not on it are taken where
   none were given, else the default gateway: that it is silent proves something, that it answers does not
   prove much, so it is asked only where there is nothing better.

Every five seconds all targets are asked anyway, so that pages can show the state of each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import ip_address
from time import monotonic
from typing import TYPE_CHECKING, Any

from app.engine.net.gateway import default_gateway
from app.engine.net.hosts import Server
from app.engine.net.reactor import Timer, guarded
from app.engine.usability.control.target import Asking, Target, Told, parse_target
from app.engine.usability.reasons import TIMEOUTS
from app.engine.usability.types import Sample

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

PERIOD_SECONDS = 5.0
LOOK_SECONDS = 1.5
GAP_SECONDS = 0.5
STAGGER_SECONDS = 0.2
MOST_TARGETS = 8
NETWORK_REASONS = TIMEOUTS | {"dns_failed", "connect_failed"}
"""What a dead network of our own looks like. A refused connection is an answer."""
Deliver = Callable[[Sample], None]


class Control:
    """The guard of one loop. Every method is called in the loop's thread; `report` from any."""

    def __init__(self, loop: ProbeLoop, name_servers: Callable[[], Sequence[Server]]) -> None:
        self._loop, self._name_servers = loop, name_servers
        self._given: tuple[str, ...] = ()
        # When it failed, when it began (both `monotonic()`), the sample, and where it goes.
        self._held: list[tuple[float, float, Sample, Deliver]] = []
        self._looks: set[Look] = set()
        self._next: Timer | None = None
        self._last_began = float("-inf")
        self._told: dict[str, Told] = {}
        self._told_ms = 0
        self._is_offline: bool | None = None
        # When a look last found nobody, `monotonic()`: a wall clock may be set back behind it.
        self._was_offline_at = float("-inf")

    def start(self) -> None:
        self._loop.reactor.call_at(monotonic(), self._periodic)

    def give(self, targets: Sequence[str]) -> None:
        """The targets somebody chose; none: what the machine itself offers."""
        if tuple(targets) != self._given:
            self._given = tuple(targets)
            self._told, self._was_offline_at = {}, float("-inf")

    def targets(self) -> list[Target]:
        """What is asked now; what cannot be read is left out."""
        found = [each for each in map(_parsed, self._given) if each is not None][:MOST_TARGETS]
        return found or _derived(self._name_servers())

    def holds(self, sample: Sample, deliver: Deliver) -> bool:
        """Take a sample that has to wait for a look; False when it can go on at once."""
        # Where one failure led to another (no token, no way through a proxy), `error` has the first one.
        is_up = sample.status == "up"
        failed = (sample.facts.get("seemed"),) if is_up else (sample.reason, sample.detail.get("error"))
        if NETWORK_REASONS.isdisjoint(failed) or sample.status == "unknown":
            return False
        if _is_on_this_machine(sample.address):
            return False
        if not self.targets():
            return False
        failed_at = monotonic()
        began_at = failed_at - max(0, self._loop.now_ms() - sample.started_ms) / 1000
        self._held.append((failed_at, began_at, sample, deliver))
        self._look_soon()
        return True

    def release(self) -> None:
        """The loop ends: what is held goes on, as what nobody has confirmed."""
        for look in list(self._looks):
            look.cancel()
        self._looks.clear()
        held, self._held = self._held, []
        for _, _, sample, deliver in held:
            _pass(_unknown(sample, "probe_stopped"), deliver)

    def report(self) -> dict[str, Any]:
        """{"state": here|offline|none, "at_ms", "is_given", "targets": [{"target", "is_here", "ms", "why"}]}

        `at_ms` is unix time, `ms` how long the answer took.
        """
        told = sorted(self._told.values(), key=lambda each: each.target.text)
        state = {None: "none", True: "offline", False: "here"}[self._is_offline if told else None]
        rows = [
            {"target": each.target.text, "is_here": each.is_here, "ms": each.ms, "why": each.why}
            for each in told
        ]
        return {"state": state, "at_ms": self._told_ms, "is_given": bool(self._given), "targets": rows}

    def _periodic(self) -> None:
        self._loop.reactor.call_at(monotonic() + PERIOD_SECONDS, self._periodic)
        self._look(is_whole=True)

    def _look_soon(self) -> None:
        if self._next is None:
            when = max(monotonic(), self._last_began + GAP_SECONDS)
            self._next = self._loop.reactor.call_at(when, self._look_now)

    def _look_now(self) -> None:
        self._next = None
        self._look(is_whole=False)

    def _look(self, *, is_whole: bool) -> None:
        targets = self.targets()
        self._last_began = monotonic()
        if not targets:
            self._told, self._is_offline = {}, None
            self._settle(self._last_began, is_offline=False)
            return
        look = Look(self._loop, targets, self._on_verdict, self._on_end, is_whole=is_whole)
        self._looks.add(look)
        look.begin()

    def _on_verdict(self, look: Look, is_offline: bool) -> None:
        self._is_offline = is_offline
        if is_offline and [each.text for each in look.targets] == [each.text for each in self.targets()]:
            self._was_offline_at = monotonic()
        self._settle(look.began, is_offline=is_offline)

    def _on_end(self, look: Look) -> None:
        self._looks.discard(look)
        names = {each.text for each in look.targets}
        self._told = {name: each for name, each in self._told.items() if name in names} | look.told
        self._told_ms = self._loop.now_ms()

    def _settle(self, began: float, *, is_offline: bool) -> None:
        """Let go of what failed before the look began; the rest waits for the next one."""
        ready = [each for each in self._held if each[0] <= began]
        self._held = [each for each in self._held if each[0] > began]
        for _, began_at, sample, deliver in ready:
            # Or shortly before it began: the look that found nobody had begun that much earlier.
            is_ours = is_offline or began_at <= self._was_offline_at + LOOK_SECONDS
            _pass(_unknown(sample, "probe_offline") if is_ours else sample, deliver)
        if self._held:
            self._look_soon()


class Look:
    """One round of questions. The verdict is there with the first answer, or when nobody has answered."""

    def __init__(
        self,
        loop: ProbeLoop,
        targets: Sequence[Target],
        on_verdict: Callable[[Look, bool], None],
        on_end: Callable[[Look], None],
        *,
        is_whole: bool,
    ) -> None:
        self.began = monotonic()
        self.targets = targets
        self.told: dict[str, Told] = {}
        self._loop, self._on_verdict, self._on_end, self._is_whole = loop, on_verdict, on_end, is_whole
        self._waiting = list(targets)
        self._asked: list[Asking] = []
        self._timers: list[Timer] = []
        self._is_judged = self._is_over = False

    def begin(self) -> None:
        """One after the other, since mostly the first one's answer is enough."""
        self._timers = [
            self._loop.reactor.call_at(self.began + place * STAGGER_SECONDS, self._ask_next)
            for place in range(1, len(self.targets))
        ]
        self._ask_next()

    def cancel(self) -> None:
        self._is_over = True
        for timer in self._timers:
            timer.cancel()
        for asking in self._asked:
            asking.cancel()

    def _ask_next(self) -> None:
        if self._is_over or not self._waiting:
            return
        seconds = max(0.05, self.began + LOOK_SECONDS - monotonic())
        target = self._waiting.pop(0)
        self._asked.append(Asking(self._loop, target, seconds, self._on_told))

    def _on_told(self, told: Told) -> None:
        if self._is_over:
            return
        self.told[told.target.text] = told
        if told.is_here:
            self._judge(is_offline=False)
        elif self._waiting:
            self._ask_next()
        if len(self.told) == len(self.targets):
            self._judge(is_offline=not any(each.is_here for each in self.told.values()))
            self._end()

    def _judge(self, *, is_offline: bool) -> None:
        if not self._is_judged:
            self._is_judged = True
            self._on_verdict(self, is_offline)
            if not self._is_whole:
                self._end()

    def _end(self) -> None:
        if not self._is_over:
            self.cancel()
            self._on_end(self)


def _unknown(sample: Sample, reason: str) -> Sample:
    facts = {**sample.facts, "seemed": sample.reason or sample.facts.get("seemed")}
    return replace(sample, status="unknown", reason=reason, facts=facts)


def _pass(sample: Sample, deliver: Deliver) -> None:
    guarded(lambda: deliver(sample))


def _parsed(text: str) -> Target | None:
    try:
        return parse_target(text)
    except ValueError:
        return None


def _derived(servers: Sequence[Server]) -> list[Target]:
    """The name servers that are somewhere else; without one, the default gateway."""
    outside = [(host, port) for host, port in servers if not ip_address(host).is_loopback]
    found = [Target(_dns_text(host, port), "dns", host, port) for host, port in outside[:MOST_TARGETS]]
    if found:
        return found
    gateway = default_gateway()
    return [Target(f"gateway://{gateway}", "gateway", gateway, 0)] if gateway else []


def _is_on_this_machine(address: str | None) -> bool:
    """No network lies between us and a target on this very machine."""
    return address is not None and ip_address(address.partition("%")[0]).is_loopback


def _dns_text(host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"dns://{shown}" if port == 53 else f"dns://{shown}:{port}"
