"""Ask a server's TLS what it is made of, with as few hellos as that takes.

1. Which protocols: a hello of TLS 1.3 alone, then one each up to 1.2, 1.1, 1.0 and SSLv3 with every suite
   that there is. The first two bring the certificates, the stapled answer, compression and renegotiation
along. 2. Which weak suites: one hello with all that Mozilla's intermediate profile does not permit. Where it
   is refused, there are none; else one for each class of them.
3. One with finite-field Diffie-Hellman alone, for the size of its prime.
4. A full probe goes on: for each protocol everything is offered, then all but what was chosen, and so on;
   and two suites in both orders show whose order counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from time import monotonic
from typing import Literal

from app.engine.bug.tls.chain import read_chain
from app.engine.bug.tls.hello import Heard, Place, StoppedError, say_hello
from app.engine.bug.tls.profiles import permitted_suites, profile_of
from app.engine.bug.tls.report import Accepted, TlsReport
from app.engine.bug.tls.suites import FLAWS, offered, suite_of, with_flaw
from app.engine.bug.tls.wire import EXT_RENEGOTIATION, SSL3, TLS10, TLS11, TLS12, TLS13, VERSIONS, Offer
from app.engine.net.hosts import is_address

Depth = Literal["brief", "full"]
MAX_HANDSHAKES: Mapping[Depth, int] = {"brief": 16, "full": 60}
_HELLO_SECONDS = 5.0
_MAX_SILENCES = 2
# Suites of TLS 1.3 whose encryption can be read here.
_READABLE = (0x1301, 0x1302, 0x1303)


def probe_tls(
    host: str,
    port: int,
    *,
    address: str,
    ca_file: str,
    timeout: float,
    stop: Callable[[], bool],
    depth: Depth,
    now: float,
    pace: Callable[[], None] = lambda: None,
) -> TlsReport:
    """Probe `address`, which the guard has passed, as `host`. `timeout` is in seconds for everything, `now`
    in unix seconds; `pace` is called before each handshake and may wait, or raise to end it all.

    Raises OSError when `ca_file` cannot be read, and what `pace` raises; nothing for what the server does.
    """
    probe = _Probe(Place(address, port, "" if is_address(host) else host), timeout, stop, depth, pace)
    try:
        probe.run()
    except _SpentError:
        probe.is_cut = True
    except StoppedError:
        probe.is_cut, probe.error = True, "stopped"
    return _report(probe, TlsReport(host, port, address, now), ca_file)


class _SpentError(Exception):
    """No more may be asked: time is over, the server is silent, or there were handshakes enough."""


class _Probe:
    def __init__(
        self, place: Place, timeout: float, stop: Callable[[], bool], depth: Depth, pace: Callable[[], None]
    ) -> None:
        self.protocols: dict[str, bool] = {}
        self.accepted: dict[tuple[int, int], None] = {}
        self.first: Heard | None = None
        self.heard: list[Heard] = []
        self.dh_bits: int | None = None
        self.has_forward_secrecy: bool | None = None
        self.prefers_forward_secrecy: bool | None = None
        self.chooses_itself: bool | None = None
        self.error: str | None = None
        self.is_cut = False
        self.handshakes = 0
        self._place, self._stop, self._depth, self._pace = place, stop, depth, pace
        self._end = monotonic() + timeout
        self._silences = 0
        self._problems: list[str] = []

    def run(self) -> None:
        try:
            self._find_protocols()
        finally:
            if not any(self.protocols.values()):
                self.error = self._why_nothing()
        if self._old_versions():
            self._find_weak_suites()
            self._find_prime()
        if self._depth == "full":
            self._find_preference()
            for version in (TLS13, *self._old_versions()):
                self._find_suites(version)

    def _find_protocols(self) -> None:
        self._try(Offer(TLS13, _READABLE, self._place.name), wants_chain=True)
        # Nobody there, or nobody who speaks TLS: that will not be different for another version.
        if self._problems in (["unreachable"], ["not_tls"]):
            return
        for version in (TLS12, TLS11, TLS10, SSL3):
            if VERSIONS[version] not in self.protocols:
                suites = offered(is_tls13=False)
                is_first = version == TLS12
                offer = Offer(version, suites, self._place.name, compresses=is_first)
                self._try(offer, wants_chain=is_first or not any(self.protocols.values()))

    def _try(self, offer: Offer, *, wants_chain: bool) -> None:
        """Find out about one version. A server that answers with an older one has said two things."""
        heard = self._hear(offer, wants_chain=wants_chain)
        if heard.hello is None:
            self._problems.append(heard.problem)
            if heard.is_refusal:
                self.protocols[VERSIONS[offer.version]] = False
            return
        if heard.hello.version < offer.version:
            self.protocols.update(
                {VERSIONS[v]: False for v in range(heard.hello.version + 1, offer.version + 1)}
            )
        if offer.version <= TLS12 and self.prefers_forward_secrecy is None:
            self.prefers_forward_secrecy = suite_of(heard.hello.suite).is_forward_secret
        self.heard.append(heard)

    def _find_weak_suites(self) -> None:
        version = max(self._old_versions())
        permitted = permitted_suites("intermediate")
        weak = [number for flaw in (*FLAWS, "") for number in with_flaw(flaw)]
        outside = tuple(number for number in weak if suite_of(number).name not in permitted)
        heard = self._hear(Offer(version, outside, self._place.name))
        if heard.hello is not None:
            found = suite_of(heard.hello.suite).flaw
            for flaw in FLAWS:
                if flaw != found:
                    self._hear(Offer(version, with_flaw(flaw), self._place.name))
        self.has_forward_secrecy = any(suite_of(suite).is_forward_secret for _, suite in self.accepted)
        if not self.has_forward_secrecy:
            secret = tuple(n for n in offered(is_tls13=False) if suite_of(n).is_forward_secret)
            self.has_forward_secrecy = self._hear(Offer(version, secret, self._place.name)).hello is not None

    def _find_prime(self) -> None:
        suites = [n for n in offered(is_tls13=False) if suite_of(n).name.startswith("TLS_DHE_")]
        usable = tuple(n for n in suites if suite_of(n).flaw not in ("export", "null"))
        version = max(self._old_versions())
        heard = self._hear(Offer(version, usable, self._place.name), wants_chain=True)
        self.dh_bits = heard.dh_bits or None

    def _find_suites(self, version: int) -> None:
        """All suites of a version, one by one."""
        is_tls13 = version == TLS13
        if not self.protocols.get(VERSIONS[version]):
            return
        while True:
            known = {suite for each, suite in self.accepted if each == version}
            left = tuple(number for number in offered(is_tls13=is_tls13) if number not in known)
            heard = self._hear(Offer(version, left, self._place.name)) if left else Heard()
            if heard.hello is None or heard.hello.version != version or heard.hello.suite in known:
                return

    def _find_preference(self) -> None:
        version = max([TLS13 * self.protocols.get("TLSv1.3", False), *self._old_versions()], default=0)
        both = [suite for each, suite in self.accepted if each == version][:2]
        if version == TLS13 or len(both) < 2:
            both = list(self._two_of(version)) if version else []
        if len(both) < 2:
            return
        one = self._hear(Offer(version, (both[0], both[1]), self._place.name)).hello
        other = self._hear(Offer(version, (both[1], both[0]), self._place.name)).hello
        if one is not None and other is not None:
            self.chooses_itself = one.suite == other.suite

    def _two_of(self, version: int) -> Iterator[int]:
        """Two suites that the server takes with this version, as far as there are two."""
        known = [suite for each, suite in self.accepted if each == version][:1]
        yield from known
        left = tuple(n for n in offered(is_tls13=version == TLS13) if n not in known)
        heard = self._hear(Offer(version, left, self._place.name))
        if heard.hello is not None and heard.hello.version == version:
            yield heard.hello.suite

    def _old_versions(self) -> tuple[int, ...]:
        return tuple(v for v in (TLS12, TLS10, TLS11, SSL3) if self.protocols.get(VERSIONS[v]))

    def _hear(self, offer: Offer, *, wants_chain: bool = False) -> Heard:
        """One handshake, within all bounds. What is accepted is noted."""
        left = self._end - monotonic()
        is_enough = self.handshakes >= MAX_HANDSHAKES[self._depth] or self._silences >= _MAX_SILENCES
        if left <= 0 or is_enough:
            raise _SpentError
        self._pace()
        self.handshakes += 1
        seconds = min(_HELLO_SECONDS, max(self._end - monotonic(), 0.01))
        heard = say_hello(self._place, offer, seconds=seconds, stop=self._stop, wants_chain=wants_chain)
        self._silences = self._silences + 1 if heard.problem == "timeout" else 0
        if heard.hello is not None:
            self.protocols[VERSIONS[heard.hello.version]] = True
            self.accepted[heard.hello.version, heard.hello.suite] = None
        return heard

    def _why_nothing(self) -> str:
        for problem in ("unreachable", "timeout", "not_tls"):
            if problem in self._problems:
                return problem
        return "refused" if "alert" in self._problems else "not_tls"


def _report(probe: _Probe, empty: TlsReport, ca_file: str) -> TlsReport:
    """Put together what was heard."""
    accepted = tuple(_accepted(version, suite) for version, suite in probe.accepted)
    chains = [each.certificates for each in probe.heard if each.certificates]
    chain = read_chain(chains[0], ca_file=ca_file, now=empty.at) if chains else empty.chain
    old = [each.hello for each in probe.heard if each.hello is not None and each.hello.version <= TLS12]
    profile, obstacles = profile_of(probe.protocols, accepted, chain.leaf, probe.dh_bits)
    report = replace(
        empty,
        protocols={name: probe.protocols[name] for name in VERSIONS.values() if name in probe.protocols},
        accepted=accepted,
        chain=chain,
        covers_host=chain.leaf.covers(empty.host) if chain.leaf else None,
        is_stapled=any(each.staple for each in probe.heard) if chains else None,
        compresses=any(hello.compression == 1 for hello in old) if old else None,
        is_renegotiation_secure=all(EXT_RENEGOTIATION in hello.extensions for hello in old) if old else None,
        chooses_itself=probe.chooses_itself,
        has_forward_secrecy=probe.has_forward_secrecy,
        prefers_forward_secrecy=probe.prefers_forward_secrecy,
        dh_bits=probe.dh_bits,
        handshakes=probe.handshakes,
        is_cut=probe.is_cut,
        error=probe.error,
    )
    return replace(report, profile=profile, obstacles=obstacles) if report.has_tls else report


def _accepted(version: int, number: int) -> Accepted:
    suite = suite_of(number)
    return Accepted(VERSIONS[version], suite.name, suite.flaw, suite.is_forward_secret)
