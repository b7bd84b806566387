"""The guard of a probe's own network: what it holds, whom it believes, and how long it takes."""

from __future__ import annotations

import queue
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.rcode
import pytest

from app.engine.net.gateway import default_gateway, is_neighbour
from app.engine.usability.control import control as module
from app.engine.usability.control.target import parse_target
from app.engine.usability.loop import Engine
from app.engine.usability.types import Check, Sample
from tests.engine.certs import Authority
from tests.engine.conftest import LOOPBACK, now_ms
from tests.engine.targets import NameServer, Target, free_port, reply

# Nobody answers there: the address is set aside for documentation (RFC 5737), and loopback's net for us.
SILENT = "127.9.9.9"


@contextmanager
def silent_listener() -> Iterator[int]:
    """A port whose queue is full, so that a connection to it waits for ever."""
    with socket.socket() as listener:
        listener.bind((SILENT, 0))
        listener.listen(0)
        fill = [socket.socket() for _ in range(4)]
        for each in fill:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for each in fill:
            each.close()


@pytest.fixture
def engine(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    # The tests' targets are all on this machine; here they stand for ones that are not.
    monkeypatch.setattr(module, "_is_on_this_machine", lambda address: False)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.3)
    with Engine(
        ca_file=authority.ca_file, location="here", dns_servers=["127.0.0.1:9"], now_ms=now_ms
    ) as made:
        yield made


@pytest.fixture
def silent_port() -> Iterator[int]:
    with silent_listener() as port:
        yield port


def fail(engine: Engine, port: int, *, is_inverted: bool = False, **more: object) -> Sample:
    """A check that runs into its time-out, and its sample."""
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    config = {"url": f"http://{SILENT}:{port}/", **more}
    engine.submit([Check(0, 1, "http", config, now_ms(), 200, LOOPBACK, is_inverted)], samples.put)
    return samples.get(timeout=5)


@pytest.fixture
def deaf() -> Iterator[str]:
    """A name server that hears and never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        yield f"dns://127.0.0.1:{sock.getsockname()[1]}"


def test_a_failure_stands_when_a_control_target_answers(engine: Engine, silent_port: int) -> None:
    with Target(reply(b"here")) as control:
        engine.use_control_targets([f"tcp://127.0.0.1:{control.port}"])
        sample = fail(engine, silent_port)
    assert (sample.status, sample.reason) == ("down", "connect_timeout")


def test_nothing_is_known_when_no_control_target_answers(engine: Engine, silent_port: int, deaf: str) -> None:
    engine.use_control_targets([deaf])
    sample = fail(engine, silent_port)
    assert (sample.status, sample.reason) == ("unknown", "probe_offline")
    assert sample.facts["seemed"] == "connect_timeout"


def test_a_check_that_began_while_the_network_was_away_proves_nothing(
    engine: Engine, silent_port: int
) -> None:
    """The network is back when it fails, but what it sent before was lost on our side."""
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    config = {"url": f"http://{SILENT}:{silent_port}/"}
    checks = [Check(n, n, "http", config, now_ms(), ms, LOOPBACK, False) for n, ms in ((1, 200), (2, 1000))]
    with silent_listener() as control:
        engine.use_control_targets([f"tcp://{SILENT}:{control}"])
        engine.submit(checks, samples.put)
        assert samples.get(timeout=5).reason == "probe_offline"
    # Now the connection is refused, which is an answer.
    sample = samples.get(timeout=5)
    assert (sample.monitor_id, sample.status, sample.reason) == (2, "unknown", "probe_offline")
    assert fail(engine, silent_port).status == "down"


def test_an_outage_of_ours_is_over_though_the_clock_is_set_back_behind_it(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, silent_port: int
) -> None:
    monkeypatch.setattr(module, "_is_on_this_machine", lambda address: False)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.2)
    behind_ms = [0]
    with Engine(
        ca_file=authority.ca_file,
        location="here",
        dns_servers=["127.0.0.1:9"],
        now_ms=lambda: now_ms() - behind_ms[0],
    ) as made:
        with silent_listener() as control:
            made.use_control_targets([f"tcp://{SILENT}:{control}"])
            assert fail(made, silent_port).reason == "probe_offline"
        behind_ms[0] = 3_600_000
        samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
        config = {"url": f"http://{SILENT}:{silent_port}/"}
        for number in range(3):  # The first of them may have begun too soon after the outage.
            made.submit([Check(number, 1, "http", config, 0, 200, LOOPBACK)], samples.put)
            status = samples.get(timeout=5).status
    assert status == "down"


def test_one_of_several_that_answers_is_enough(engine: Engine, silent_port: int, deaf: str) -> None:
    with Target(reply(b"here")) as control:
        engine.use_control_targets([deaf, f"http://127.0.0.1:{control.port}/"])
        assert fail(engine, silent_port).status == "down"


def test_a_refused_connection_is_an_answer(engine: Engine, silent_port: int) -> None:
    engine.use_control_targets([f"tcp://127.0.0.1:{free_port()}"])
    assert fail(engine, silent_port).status == "down"


def test_what_must_not_answer_is_not_good_while_we_are_offline(
    engine: Engine, silent_port: int, deaf: str
) -> None:
    engine.use_control_targets([deaf])
    assert fail(engine, silent_port, is_inverted=True).status == "unknown"


def test_a_token_that_cannot_be_had_while_we_are_offline_proves_nothing(
    engine: Engine, silent_port: int, deaf: str
) -> None:
    engine.use_control_targets([deaf])
    issuer = {"type": "oauth2", "token_url": f"http://{SILENT}:{silent_port}/", "client_id": "anna"}
    sample = fail(engine, silent_port, auth=issuer)
    assert (sample.reason, sample.facts["seemed"]) == ("probe_offline", "token_unreachable")


def test_it_is_not_asked_about_an_answer_that_is_wrong(engine: Engine, deaf: str) -> None:
    engine.use_control_targets([deaf])
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    config = {"url": f"http://127.0.0.1:{free_port()}/"}
    engine.submit([Check(0, 1, "http", config, now_ms(), 200, LOOPBACK)], samples.put)
    assert samples.get(timeout=5).reason == "connect_refused"


def test_a_look_serves_all_that_failed_before_it(
    engine: Engine, silent_port: int, deaf: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.use_control_targets([deaf])
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    config = {"url": f"http://{SILENT}:{silent_port}/"}
    began = time.monotonic()
    engine.submit([Check(0, n, "http", config, now_ms(), 200, LOOPBACK) for n in range(20)], samples.put)
    reasons = {samples.get(timeout=5).reason for _ in range(20)}
    assert reasons == {"probe_offline"} and time.monotonic() - began < 2.2


def test_a_target_on_this_machine_needs_no_network(authority: Authority, silent_port: int, deaf: str) -> None:
    with Engine(ca_file=authority.ca_file, location="here", now_ms=now_ms) as engine:
        engine.use_control_targets([deaf])
        assert fail(engine, silent_port).status == "down"


def test_without_control_targets_nothing_is_held(
    engine: Engine, silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "default_gateway", lambda: None)
    assert fail(engine, silent_port).status == "down"
    assert engine.control_report()["state"] == "none"


def test_it_says_what_each_target_said(engine: Engine, silent_port: int, deaf: str) -> None:
    with Target(reply(b"here")) as control:
        good = f"tcp://127.0.0.1:{control.port}"
        engine.use_control_targets([good, deaf])
        engine.watch_own_network()
        end = time.monotonic() + 3
        while len(engine.control_report()["targets"]) < 2 and time.monotonic() < end:
            time.sleep(0.01)
    report = engine.control_report()
    assert report["state"] == "here" and report["is_given"]
    assert {each["target"]: each["is_here"] for each in report["targets"]} == {good: True, deaf: False}


def test_a_name_server_that_cannot_ask_anybody_is_no_sign_of_a_network(
    engine: Engine, silent_port: int
) -> None:
    with NameServer({}) as server:
        server.rcode = dns.rcode.SERVFAIL
        engine.use_control_targets([f"dns://127.0.0.1:{server.port}"])
        assert fail(engine, silent_port).reason == "probe_offline"


@pytest.mark.parametrize("text", ["tcp://host", "ftp://host:1", "host:80", "dns://", "tcp://h:99999"])
def test_it_takes_no_target_it_cannot_ask(text: str) -> None:
    with pytest.raises(ValueError):
        parse_target(text)


def test_it_finds_the_default_gateway(tmp_path: Path) -> None:
    routes = tmp_path / "route"
    routes.write_text(
        "Iface\tDestination\tGateway\tFlags\neth0\t0000A8C0\t00000000\t0001\neth0\t00000000\t0102A8C0\t0003\n"
    )
    assert default_gateway(routes) == "192.168.2.1" and default_gateway(tmp_path / "none") is None


@pytest.mark.parametrize(("flags", "expected"), [("0x2", True), ("0x0", False)])
def test_it_reads_whether_a_neighbour_answers(tmp_path: Path, flags: str, expected: bool) -> None:
    table = tmp_path / "arp"
    table.write_text(f"IP address HW type Flags HW\n192.168.2.1 0x1 {flags} 00:00:00:00:00:00 * eth0\n")
    assert is_neighbour("192.168.2.1", table) is expected and is_neighbour("192.168.2.9", table) is None
