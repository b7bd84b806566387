"""What conversations share: addresses in turn, deadlines, the loop's end, client certificates, datagrams."""

from __future__ import annotations

import errno
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from app.engine.usability import registry
from app.engine.usability.loop import Engine
from app.engine.usability.registry import MonitorConfig, MonitorType, Text
from app.engine.usability.stream.datagram import datagram
from app.engine.usability.stream.dial import dial
from app.engine.usability.stream.stream import Place, TlsHow, connect
from app.engine.usability.stream.talk import Net, TalkError, run
from app.engine.usability.types import Check, Done, Outcome, Sample
from tests.engine.certs import Authority
from tests.engine.conftest import LOOPBACK, now_ms
from tests.engine.targets import free_port
from tests.engine.usability.peers import Checked, Peer, echoing, saying, silent

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

HOST = "127.0.0.1"
Main = Callable[[Net], Coroutine[Any, Any, Outcome]]


class _Any(MonitorType):
    """A type whose check the test brings along."""

    name: ClassVar[str] = "anything"
    title: ClassVar[Text] = {"en": "", "zh": ""}
    doc: ClassVar[Text] = title
    Config: ClassVar[type[MonitorConfig]] = MonitorConfig
    main: Main

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        run(loop, check, done, self.main)


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> _Any:
    made = _Any()
    monkeypatch.setitem(registry._types, "anything", made)
    return made


@contextmanager
def full(host: str, port: int) -> Iterator[None]:
    """A port that answers nobody: its queue holds one connection and is full."""
    with ExitStack() as stack:
        stack.enter_context(socket.create_server((host, port), backlog=0))
        for _ in range(3):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex((host, port))
        yield


def test_a_silent_address_has_its_share_of_the_time(check: Checked, kind: _Any) -> None:
    async def main(net: Net) -> Outcome:
        sock = await dial(net, ["127.0.0.2", "127.0.0.1"], port)
        sock.close()
        return Outcome("up")

    kind.main = main
    with Peer(silent) as peer, full("127.0.0.2", peer.port):
        port = peer.port
        sample = check("anything", timeout_ms=800)
    assert (sample.status, sample.address, sample.facts["unreached"]) == ("up", HOST, ["127.0.0.2"])
    assert 380 <= (sample.total_ms or 0) < 790


def test_an_address_that_never_answers_is_a_timeout_of_the_connection(check: Checked) -> None:
    port = free_port()
    with full(HOST, port):
        sample = check("tcp", host=HOST, port=port, timeout_ms=300)
    assert (sample.status, sample.reason) == ("down", "connect_timeout")
    assert (sample.detail["address"], sample.detail["timeout_ms"]) == (HOST, 300)
    assert sample.connect_ms is None


def test_no_route_is_the_probes_own_matter(check: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    # What the kernel answers on a machine without a network.
    monkeypatch.setattr("app.engine.usability.stream.dial.has_route", lambda _address: False)
    monkeypatch.setattr(socket.socket, "connect_ex", lambda *_: errno.ENETUNREACH)
    sample = check("tcp", host="192.0.2.1", port=9, allow=("192.0.2.0/24",))
    assert (sample.status, sample.reason) == ("unknown", "probe_no_route")


def test_a_starved_probe_does_not_judge(authority: Authority) -> None:
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    release = threading.Event()

    def hold_the_loop(sample: Sample) -> None:
        samples.put(sample)
        release.wait(0.4)

    def asked(number: int, host: str) -> Check:
        config = {"host": host, "port": peer.port, "expect": "x"}
        return Check(number, number, "tcp", config, now_ms(), 300, LOOPBACK)

    with Peer(silent) as peer, Engine(ca_file=authority.ca_file, location="x", now_ms=now_ms) as engine:
        engine.submit([asked(1, HOST)], samples.put)
        engine.submit([asked(2, "10.0.0.1")], hold_the_loop)
        by_id = {each.id: each for each in (samples.get(timeout=5), samples.get(timeout=5))}
        release.set()
    assert (by_id[1].status, by_id[1].reason) == ("unknown", "probe_overloaded")


def test_the_loops_end_closes_what_is_open(authority: Authority) -> None:
    accepted, closed = threading.Event(), threading.Event()

    def act(_peer: Peer, connection: socket.socket) -> None:
        accepted.set()
        assert connection.recv(100) == b""
        closed.set()

    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    with Peer(act) as peer:
        engine = Engine(ca_file=authority.ca_file, location="x", now_ms=now_ms)
        config = {"host": HOST, "port": peer.port, "expect": "never"}
        engine.submit([Check(1, 1, "tcp", config, now_ms(), 60_000, LOOPBACK)], samples.put)
        assert accepted.wait(5)
        engine.close()
        assert closed.wait(5)
    assert samples.get(timeout=1).reason == "probe_stopped"


def test_a_server_may_ask_who_calls(check: Checked, kind: _Any, authority: Authority) -> None:
    certificate, key = (Path(each).read_text() for each in authority.files("caller"))
    context = authority.context(HOST)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.ca_file)

    async def main(net: Net) -> Outcome:
        with await connect(net, Place(HOST, port, tls=how)) as stream:
            await stream.send(b"hi")
            return Outcome("up", facts={"said": (await stream.read_exactly(2)).decode()})

    kind.main = main
    with Peer(echoing, tls=context) as peer:
        port = peer.port
        how = TlsHow(certificate=certificate, key=key)
        assert check("anything").facts["said"] == "hi"
        how = TlsHow()
        assert check("anything").status == "down"
        how = TlsHow(certificate=certificate, key="junk")
        assert check("anything").reason == "config_invalid"


def test_two_connections_of_one_check(check: Checked, kind: _Any) -> None:
    async def main(net: Net) -> Outcome:
        said = []
        for _ in range(2):
            with await connect(net, Place(HOST, port)) as stream:
                said.append((await stream.read_until(b"\n", 10)).decode().strip())
        return Outcome("up", facts={"said": said})

    kind.main = main
    with Peer(saying(b"one\n")) as peer:
        port = peer.port
        assert check("anything").facts["said"] == ["one", "one"]


def test_time_passes_where_it_should(check: Checked, kind: _Any) -> None:
    async def main(net: Net) -> Outcome:
        await net.sleep(0.05)
        return Outcome("up", facts={"left": net.left, "elapsed": net.elapsed_ms})

    kind.main = main
    sample = check("anything", timeout_ms=1000)
    assert sample.facts["elapsed"] >= 50
    assert sample.facts["left"] == pytest.approx(1 - sample.facts["elapsed"] / 1000, abs=0.01)


@contextmanager
def _echo_udp() -> Iterator[int]:
    """Gives back each datagram but those that say "hush"; an empty one ends it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((HOST, 0))

        def serve() -> None:
            while True:
                data, sender = server.recvfrom(65536)
                if not data:
                    return
                if data != b"hush":
                    server.sendto(data, sender)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as goodbye:
            goodbye.sendto(b"", server.getsockname())
        thread.join(10)


def test_a_datagram_is_answered_or_not(check: Checked, kind: _Any) -> None:
    async def main(net: Net) -> Outcome:
        with await datagram(net, HOST, port) as udp:
            said = [await udp.exchange(each, 0.1) for each in (b"one", b"hush", b"x" * 60_000)]
        return Outcome("up", facts={"said": [each and len(each) for each in said]})

    kind.main = main
    with _echo_udp() as port:
        sample = check("anything")
    assert sample.facts["said"] == [3, None, 60_000]
    assert sample.address == HOST


def test_a_closed_port_of_udp_is_refused(check: Checked, kind: _Any) -> None:
    async def main(net: Net) -> Outcome:
        with await datagram(net, HOST, port) as udp:
            await udp.exchange(b"hello", 1.0)
        raise TalkError("timeout")

    kind.main = main
    port = free_port()
    assert check("anything").reason == "connect_refused"


def test_a_datagram_to_a_private_address_is_refused(check: Checked, kind: _Any) -> None:
    async def main(net: Net) -> Outcome:
        with await datagram(net, "10.0.0.1", 53):
            return Outcome("up")

    kind.main = main
    assert check("anything").reason == "address_refused"
