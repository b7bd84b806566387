"""Pings over loopback, through sockets that lose, forge or complain, and by the program."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import cast

import certifi
import pytest

from app.engine.usability.icmp.packet import Reply, Trouble, TroubleKind
from app.engine.usability.icmp.pinger import OpenIcmp
from app.engine.usability.icmp.program import CannotPingError, ping_by_program, read_output
from app.engine.usability.icmp.sockets import Arrival, IcmpSocket, open_icmp
from app.engine.usability.loop import Engine
from app.engine.usability.probes.ping import PingMonitor
from app.engine.usability.reasons import sentence
from app.engine.usability.registry import get_type
from app.engine.usability.types import Check, Sample
from tests.engine.conftest import LOOPBACK, now_ms
from tests.engine.targets import NameServer
from tests.engine.usability.once import check
from tests.servers import need


@pytest.fixture(autouse=True)
def _may_ping() -> None:
    icmp = open_icmp(4)
    if icmp is None:
        reason = "this process may open no ICMP socket: give it CAP_NET_RAW"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    icmp.close()


class Lossy(IcmpSocket):
    """Sends only the first of every `keeps_of` requests."""

    keeps_of = 4
    _count = 0

    def send(self, address: str, sequence: int, payload: bytes) -> None:
        if self._count % self.keeps_of == 0:
            super().send(address, sequence, payload)
        self._count += 1


class Forged(IcmpSocket):
    """Swaps what arrives for what `forge` makes of it."""

    forge: Callable[[Arrival], Arrival]

    def receive(self) -> Arrival | None:
        arrival = super().receive()
        return self.forge(arrival) if arrival is not None else None


@contextmanager
def through(opened: OpenIcmp) -> Iterator[None]:
    kind = cast(PingMonitor, get_type("ping"))
    kept = kind.open_icmp
    kind.open_icmp = opened
    try:
        yield
    finally:
        kind.open_icmp = kept


def _forging(forge: Callable[[Arrival], Arrival]) -> OpenIcmp:
    def opened(version: int) -> IcmpSocket:
        icmp = Forged(version, is_raw=True)
        icmp.forge = forge
        return icmp

    return opened


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_measures_the_round_trip(host: str) -> None:
    sample = check("ping", host=host, count=3, interval_ms=10)
    assert (sample.status, sample.reason, sample.address) == ("up", None, host)
    assert sample.total_ms == sample.first_byte_ms == sample.facts["rtt_avg_ms"]
    assert sample.facts["rtt_min_ms"] <= sample.facts["rtt_avg_ms"] <= sample.facts["rtt_max_ms"]
    assert (sample.facts["sent"], sample.facts["received"], sample.facts["loss_percent"]) == (3, 3, 0)


def test_it_looks_a_name_up_first() -> None:
    with NameServer({"target.test": ("127.0.0.3",)}) as names:
        sample = check("ping", host="target.test", count=1, dns_servers=(names.address,))
    assert (sample.status, sample.address) == ("up", "127.0.0.3")
    assert sample.dns_ms is not None


def test_it_sends_packets_of_the_wanted_size() -> None:
    sample = check("ping", host="127.0.0.1", count=2, size=9000, interval_ms=10)
    assert sample.facts["received"] == 2


def test_it_does_not_ping_what_the_guard_refuses() -> None:
    assert check("ping", host="127.0.0.1", allow=()).reason == "address_refused"


@pytest.mark.parametrize(
    ("limits", "status"), [((10, 100), "degraded"), ((10, 70), "down"), ((80, 90), "up")]
)
def test_it_judges_loss_by_its_limits(limits: tuple[int, int], status: str) -> None:
    with through(lambda version: Lossy(version, is_raw=True)):
        sample = check(
            "ping",
            host="127.0.0.1",
            count=4,
            interval_ms=10,
            wait_ms=50,
            loss_degraded_percent=limits[0],
            loss_down_percent=limits[1],
        )
    assert (sample.status, sample.facts["loss_percent"]) == (status, 75.0)
    assert sample.reason == (None if status == "up" else "ping_loss")


def test_it_is_down_without_any_answer() -> None:
    with through(_forging(lambda arrival: Arrival(arrival.what, "192.0.2.1", 0.0))):
        sample = check("ping", host="127.0.0.1", count=2, interval_ms=10, wait_ms=50)
    assert (sample.status, sample.reason) == ("down", "ping_no_answer")
    assert sample.facts["evidence"]["sent"] == "2"
    assert "127.0.0.1 answered none of 2 pings" in sentence(sample.reason, sample.detail)


def test_it_does_not_believe_a_reply_without_its_secret() -> None:
    def forge(arrival: Arrival) -> Arrival:
        return Arrival(Reply(arrival.what.ident, arrival.what.sequence, bytes(64)), arrival.sender, 0.0)

    with through(_forging(forge)):
        sample = check("ping", host="127.0.0.1", count=1, wait_ms=50)
    assert sample.reason == "ping_no_answer"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("unreachable", "ping_unreachable"),
        ("ttl_exceeded", "ping_ttl_exceeded"),
        ("prohibited", "ping_prohibited"),
        ("too_big", "ping_too_big"),
    ],
)
def test_it_tells_apart_what_routers_say(kind: TroubleKind, reason: str) -> None:
    def forge(arrival: Arrival) -> Arrival:
        what = Trouble(kind, arrival.what.ident, arrival.what.sequence, "127.0.0.1")
        return Arrival(what, "127.0.0.9", 0.0)

    with through(_forging(forge)):
        sample = check("ping", host="127.0.0.1", count=1)
    assert (sample.status, sample.reason, sample.detail["by"]) == ("down", reason, "127.0.0.9")


def test_a_complaint_about_another_address_changes_nothing() -> None:
    def forge(arrival: Arrival) -> Arrival:
        what = Trouble("unreachable", arrival.what.ident, arrival.what.sequence, "127.0.0.8")
        return Arrival(what, "127.0.0.9", 0.0)

    with through(_forging(forge)):
        assert check("ping", host="127.0.0.1", count=1, wait_ms=50).reason == "ping_no_answer"


def test_five_hundred_at_once_do_not_mix() -> None:
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    hosts = [f"127.0.{each // 250}.{each % 250 + 1}" for each in range(500)]
    with Engine(ca_file=certifi.where(), location="here", now_ms=now_ms) as engine:
        due = now_ms() + 50
        config = {"count": 2, "interval_ms": 100, "wait_ms": 5000}
        checks = [
            Check(each, each, "ping", {**config, "host": host}, due, 9000, LOOPBACK)
            for each, host in enumerate(hosts)
        ]
        engine.submit(checks, samples.put)
        began = monotonic()
        got = [samples.get(timeout=10) for _ in checks]
        assert monotonic() - began < config["wait_ms"] / 1000
    assert {each.id: each.address for each in got} == dict(enumerate(hosts))
    assert all(each.status == "up" and each.facts["received"] == 2 for each in got)


def test_it_says_when_the_probe_may_not_ping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_type("ping"), "find_program", lambda: None)
    with through(lambda _version: None):
        sample = check("ping", host="127.0.0.1")
    assert (sample.status, sample.reason) == ("unknown", "probe_cannot_ping")


def test_it_falls_back_to_the_program() -> None:
    need("ping", package="iputils-ping")
    with through(lambda _version: None):
        sample = check("ping", host="127.0.0.1", count=2)
    assert (sample.status, sample.facts["method"], sample.facts["received"]) == ("up", "program", 2)


def test_a_program_that_may_not_ping_is_no_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ping"
    program.write_text("#!/bin/sh\necho 'ping: socket: Operation not permitted' >&2\nexit 2\n")
    program.chmod(0o755)
    monkeypatch.setattr(get_type("ping"), "find_program", lambda: str(program))
    with through(lambda _version: None):
        sample = check("ping", host="127.0.0.1")
    assert (sample.status, sample.reason) == ("unknown", "probe_cannot_ping")
    assert "not permitted" in sample.detail["error"]


def test_a_missing_program_is_told() -> None:
    with pytest.raises(CannotPingError):
        ping_by_program("/nonexistent", "127.0.0.1", count=1, size=56, interval=1, seconds=1)


def test_it_reads_the_words_of_the_program() -> None:
    said = read_output(
        "PING 10.9.8.7 (10.9.8.7) 56(84) bytes of data.\n"
        "64 bytes from 10.9.8.7: icmp_seq=1 ttl=64 time=0.05 ms\n"
        "From 10.9.8.1 icmp_seq=2 Destination Host Unreachable\n"
        "2 packets transmitted, 1 received, +1 errors, 50% packet loss, time 2030ms\n"
    )
    assert said.round_trips == (0.05,)
    assert said.trouble == ("unreachable", "10.9.8.1")


# Two namespaces: this one, and a router that forwards what it gets and knows no way to 198.51.100.0/24.
_IN_NAMESPACE = """
echo "0 2147483647" > /proc/sys/net/ipv4/ping_group_range && ip link set lo up || exit 1
unshare -n sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo; exec sleep 20' > "$2/router" & router=$!
trap 'kill $router' EXIT
until [ -s "$2/router" ]; do sleep 0.01; done
ip link add here type veth peer name there netns $router
ip address add 10.99.0.1/24 dev here && ip link set here up && ip route add default via 10.99.0.2
nsenter -n -t $router sh -c 'ip address add 10.99.0.2/24 dev there && ip link set there up &&
  ip route add unreachable 198.51.100.0/24'
"$0" -c "$1"
"""
_PING_THERE = """
import json
from tests.engine.usability.once import check
hosts = ("127.0.0.1", "::1", "10.99.0.2", "198.51.100.7")
found = [check("ping", host=each, count=2, interval_ms=10, allow=("0.0.0.0/0", "::/0")) for each in hosts]
print(json.dumps([[each.reason, each.facts["method"], each.detail.get("by")] for each in found]))
"""


def test_it_pings_without_privilege_where_the_kernel_lets_it(tmp_path: Path) -> None:
    need("ip", package="iproute2")
    need("nsenter", package="util-linux")
    shell = [need("unshare", package="util-linux"), "-n", "sh", "-c", _IN_NAMESPACE]
    words = [*shell, sys.executable, _PING_THERE, str(tmp_path)]
    run = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    if run.returncode and ("not permitted" in run.stderr or "Read-only" in run.stderr):
        pytest.skip("this process may not make network namespaces")
    well = [None, "datagram", None]
    told = ["ping_unreachable", "datagram", "10.99.0.2"]
    assert json.loads(run.stdout) == [well, well, well, told], run.stderr


def test_it_takes_no_longer_than_the_check_may() -> None:
    began = monotonic()
    with through(_forging(lambda arrival: Arrival(arrival.what, "192.0.2.1", 0.0))):
        sample = check("ping", host="127.0.0.1", count=20, interval_ms=5000, timeout_ms=400)
    assert monotonic() - began < 2
    assert (sample.reason, sample.facts["sent"]) == ("ping_no_answer", 20)


def test_an_engine_that_is_closed_leaves_no_socket_open() -> None:
    opened: list[IcmpSocket] = []
    waiting = threading.Event()

    class Mute(IcmpSocket):
        def send(self, _address: str, _sequence: int, _payload: bytes) -> None:
            waiting.set()

    def open_mute(version: int) -> IcmpSocket:
        opened.append(Mute(version, is_raw=True))
        return opened[-1]

    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    with through(open_mute), Engine(ca_file=certifi.where(), location="here", now_ms=now_ms) as engine:
        engine.submit([Check(1, 1, "ping", {"host": "127.0.0.1"}, now_ms(), 9000, LOOPBACK)], samples.put)
        assert waiting.wait(5)
        engine.close()
        assert samples.get(timeout=5).reason == "probe_stopped"
    assert [each.fileno() for each in opened] == [-1]


def test_it_tells_its_facts() -> None:
    sample = check("ping", host="127.0.0.1", count=1)
    for locale, label in (("en", "Received of sent"), ("zh", "收到/发送")):
        told = get_type("ping").told(sample.facts, locale)
        assert told[0] == (label, "1/1")
        assert told[1][1].endswith(" ms")
