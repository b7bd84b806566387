"""Whatever answers on the port, a probe ends in its time and raises nothing."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import pytest

from app.engine.bug.tls import wire
from app.engine.bug.tls.tls13 import KeyShare, Opener
from app.engine.bug.tls.wire import TLS12, BadAnswerError
from tests.engine.bug.tls.conftest import Probe
from tests.engine.bug.tls.servers import RawServer, alert, hello
from tests.engine.targets import free_port

GARBAGE = [
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"\x16",
    b"\x16\x03\x03\xff\xff" + bytes(65_535),
    b"\x16\x03\x03\x00\x00" * 50_000,
    b"\x16\x03\x03\x00\x04\x02\xff\xff\xff" * 3,
    hello(TLS12, 0xC02F)[:-20],
    hello(TLS12, 0x1234),
    hello(0x0399, 0xC02F),
    hello(TLS12, 0xC02F, extensions=b"\x00\x2b\x00\x02\x03\x04\x00\x33\x00\x02\x00\x1d"),
    hello(TLS12, 0xC02F, rest=b"\x0b\x00\x00\x03\xff\xff\xff"),
    hello(TLS12, 0xC02F, rest=b"\x0b\x00\x00\x0d\x00\x00\x0a\x00\x00\x07garbage"),
    b"\x15\x03\x03\x00\x00",
    b"\x17\x03\x03\x00\x10" + bytes(16),
    b"\x00" * 1000,
]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_only_garbage(probe: Probe, garbage: bytes) -> None:
    begun = monotonic()
    with RawServer(lambda _version, _suites: garbage) as server:
        report = probe(server.port, timeout=1.0)
    assert monotonic() - begun < 6
    assert report.has_tls or report.error in ("not_tls", "refused", "timeout")


def test_what_speaks_http_is_known_at_once(probe: Probe) -> None:
    with RawServer(lambda _version, _suites: GARBAGE[0]) as server:
        report = probe(server.port)
        assert (report.error, len(server.hellos)) == ("not_tls", 1)


def test_random_bytes_are_survived(probe: Probe) -> None:
    chance = random.Random(7)

    def answer(_version: int, suites: tuple[int, ...]) -> bytes:
        whole = bytearray(hello(TLS12, suites[0], rest=bytes((11, 0, 0, 6, 0, 0, 3, 0, 0, 0))))
        for _ in range(3):
            whole[chance.randrange(5, len(whole))] = chance.randrange(256)
        return bytes(whole)

    for _ in range(10):
        with RawServer(answer) as server:
            assert probe(server.port, timeout=0.5).handshakes >= 1


@contextmanager
def silent() -> Iterator[int]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


def test_a_server_that_hangs_ends_with_the_time(probe: Probe) -> None:
    begun = monotonic()
    with silent() as port:
        report = probe(port, timeout=0.6)
    assert monotonic() - begun < 3
    assert (report.error, report.is_cut) == ("timeout", True)


def test_a_server_that_drips_ends_with_the_time(probe: Probe) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        is_over = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                for byte in hello(TLS12, 0xC02F) * 20:
                    if is_over.wait(0.05):
                        return
                    try:
                        connection.sendall(bytes((byte,)))
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        begun = monotonic()
        report = probe(server.getsockname()[1], timeout=0.5)
        assert monotonic() - begun < 3
        is_over.set()
        thread.join(10)
    assert report.error in ("timeout", "not_tls")


def test_it_stops_within_a_second(probe: Probe) -> None:
    is_stopped = threading.Event()
    threading.Timer(0.3, is_stopped.set).start()
    begun = monotonic()
    with silent() as port:
        report = probe(port, timeout=30.0, stop=is_stopped.is_set)
    assert monotonic() - begun < 1.3
    assert (report.error, report.is_cut) == ("stopped", True)


def test_nobody_there_costs_one_attempt(probe: Probe) -> None:
    report = probe(free_port())
    assert (report.error, report.handshakes) == ("unreachable", 1)


def test_a_server_that_refuses_all_is_called_so(probe: Probe) -> None:
    with RawServer(lambda _version, _suites: alert()) as server:
        report = probe(server.port)
    assert (report.error, report.has_tls) == ("refused", False)


def test_each_handshake_waits_its_turn_and_the_turn_may_end_it(probe: Probe) -> None:
    class OverError(Exception):
        pass

    turns = []

    def pace() -> None:
        turns.append(1)
        if len(turns) == 3:
            raise OverError

    with RawServer(lambda _version, _suites: alert()) as server:
        with pytest.raises(OverError):
            probe(server.port, pace=pace)
        assert len(server.hellos) == 2


@pytest.mark.parametrize("data", [b"", b"\1", b"\0\0\5ab", b"\0\0\3\0\0\7abc"])
def test_certificates_that_break_off_are_refused(data: bytes) -> None:
    with pytest.raises(BadAnswerError):
        wire.read_certificates(data, is_tls13=False)


def test_a_key_share_that_is_none_is_refused() -> None:
    for group in (wire.X25519, wire.P256):
        with pytest.raises(BadAnswerError):
            KeyShare(group).secret(b"\0" * 32)


def test_records_that_do_not_open_are_refused() -> None:
    opener = Opener(0x1301, bytes(32), b"")
    with pytest.raises(BadAnswerError):
        opener.open(b"\x17\x03\x03\x00\x20", bytes(32))


def test_no_hello_is_of_a_size_that_hangs_load_balancers() -> None:
    for count in range(1, 140):
        for version in (wire.TLS10, TLS12):
            offer = wire.Offer(version, tuple(range(count)), "shop.example")
            assert not 256 <= len(wire.client_hello(offer)) < 512
