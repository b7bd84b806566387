"""gRPC's health service: a real server, servers of something else, and answers that are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from pydantic import ValidationError

from app.engine.usability.grpc.wire import WireError, health_request, read_health, status_of
from app.engine.usability.reasons import sentence
from app.engine.usability.registry import get_type, problems
from app.engine.usability.types import Sample
from tests.engine.certs import Authority
from tests.engine.targets import NameServer, Target, free_port, in_order, reply
from tests.engine.usability.once import check
from tests.engine.usability.peers import Peer, saying, silent

STATUS = health_pb2.HealthCheckResponse


class Guarded(health.HealthServicer):  # type: ignore[misc]
    """Lets in who shows the right metadata."""

    def Check(self, request: Any, context: Any) -> Any:
        if ("authorization", "Bearer sesame") not in context.invocation_metadata():
            shown = dict(context.invocation_metadata()).get("authorization", "nothing")
            context.abort(grpc.StatusCode.UNAUTHENTICATED, f"not with {shown}: 请登录")
        return super().Check(request, context)


@contextmanager
def server(servicer: Any = None, credentials: Any = None) -> Iterator[int]:
    """A real gRPC server; gives its port."""
    running = grpc.server(ThreadPoolExecutor(4))
    if servicer is not None:
        health_pb2_grpc.add_HealthServicer_to_server(servicer, running)
    add = running.add_secure_port if credentials else running.add_insecure_port
    port = add("127.0.0.1:0", *([credentials] if credentials else []))
    running.start()
    try:
        yield port
    finally:
        running.stop(None).wait()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    servicer = health.HealthServicer()
    for name, status in (
        ("shop.Orders", STATUS.SERVING),
        ("shop.Stock", STATUS.NOT_SERVING),
        ("shop.Tax", STATUS.UNKNOWN),
        ("shop.Gone", STATUS.SERVICE_UNKNOWN),
    ):
        servicer.set(name, status)
    with server(servicer) as found:
        yield found


def ask(port: int, **config: Any) -> Sample:
    return check("grpc", port=port, **{"host": "127.0.0.1", **config})


@pytest.mark.parametrize(
    ("service", "reason"),
    [
        ("", None),
        ("shop.Orders", None),
        ("shop.Stock", "grpc_not_serving"),
        ("shop.Tax", "grpc_unknown"),
        ("shop.Gone", "grpc_service_unknown"),
        ("shop.Never", "grpc_service_unknown"),
    ],
)
def test_it_judges_what_the_health_service_says(port: int, service: str, reason: str | None) -> None:
    sample = ask(port, service=service)
    assert (sample.status, sample.reason) == ("down" if reason else "up", reason)
    assert sample.facts["http_version"] == "2"
    if reason:
        assert service in sentence(sample.reason, sample.detail)
        assert sample.facts["evidence"]["content-type"] == "application/grpc"


def test_it_measures_the_phases(port: int) -> None:
    sample = ask(port)
    assert None not in (sample.dns_ms, sample.connect_ms, sample.first_byte_ms, sample.transfer_ms)
    assert (sample.address, sample.facts["serving"]) == ("127.0.0.1", "SERVING")


def test_it_speaks_tls(authority: Authority) -> None:
    certificate, key = (Path(each).read_bytes() for each in authority.files("127.0.0.1"))
    with server(health.HealthServicer(), grpc.ssl_server_credentials([(key, certificate)])) as secure:
        good = ask(secure, tls=True, ca_file=authority.ca_file)
        untrusted = ask(secure, tls=True)
        unverified = ask(secure, tls=True, verify_tls=False)
    assert (good.status, good.facts["tls"]["is_verified"]) == ("up", True)
    assert good.facts["tls"]["days_left"] > 0
    assert (untrusted.reason, untrusted.facts["tls"]["is_verified"]) == ("tls_untrusted", False)
    assert untrusted.facts["tls"]["issuer"]
    assert unverified.status == "up"


def test_it_sends_metadata_and_never_shows_it() -> None:
    with server(Guarded()) as guarded:
        good = ask(guarded, metadata={"authorization": "Bearer sesame"})
        bad = ask(guarded, metadata={"authorization": "Bearer s3cret"})
    assert good.status == "up"
    assert (bad.status, bad.reason) == ("down", "grpc_denied")
    assert "请登录" in bad.facts["evidence"]["grpc-message"]
    assert "s3cret" not in str(bad.to_wire())


def test_a_server_without_the_health_service_is_told() -> None:
    with server() as bare:
        assert ask(bare).reason == "grpc_no_health"


def test_a_server_of_something_else_is_told() -> None:
    with Target(in_order(reply())) as web:
        assert ask(web.port).reason == "grpc_no_http2"


def test_a_web_server_under_tls_is_told(authority: Authority) -> None:
    with Target(in_order(reply()), tls=authority.context("127.0.0.1")) as web:
        sample = ask(web.port, tls=True, ca_file=authority.ca_file)
    assert (sample.reason, sample.detail["error"]) == ("grpc_no_http2", "HTTP 1.1")


@pytest.mark.parametrize(
    "said",
    [
        b"\x00" * 9,
        b"\xff" * 5000,
        b"\x00\x00\x00\x04\x00\x00\x00\x00\x00" + b"\x00\x00\x01\x07\x00\x00\x00\x00\x00\x00",
        b"220 mail.example.org ESMTP\r\n",
    ],
)
def test_nonsense_is_a_failure(said: bytes) -> None:
    with Peer(saying(said)) as peer:
        sample = ask(peer.port, timeout_ms=1000)
    assert (sample.status, sample.reason) != ("up", None)
    assert sample.reason in ("grpc_no_http2", "connection_reset", "grpc_not_grpc", "timeout")


def test_silence_and_closed_ports_are_told() -> None:
    with Peer(silent) as peer:
        assert ask(peer.port, timeout_ms=800).reason == "timeout"
    assert ask(free_port()).reason == "connect_refused"


def test_it_tries_the_next_address(port: int) -> None:
    with NameServer({"many.test": ("127.0.0.77", "127.0.0.1")}) as names:
        sample = ask(port, host="many.test", dns_servers=(names.address,))
    assert (sample.status, sample.facts.get("unreached")) == ("up", ["127.0.0.77"])


def test_the_guard_is_asked(port: int) -> None:
    assert ask(port, allow=()).reason == "address_refused"


def test_the_request_is_what_the_library_makes() -> None:
    for name in ("", "shop.Orders", "x" * 300):
        made = health_pb2.HealthCheckRequest(service=name).SerializeToString()
        assert health_request(name) == b"\0" + len(made).to_bytes(4, "big") + made


def _framed(message: bytes) -> bytes:
    return b"\0" + len(message).to_bytes(4, "big") + message


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (b"\x08\x01", "SERVING"),
        (b"", "UNKNOWN"),
        (b"\x12\x02hi\x08\x02", "NOT_SERVING"),
        (b"\x08\x63", "status 99"),
    ],
)
def test_it_reads_what_the_library_would(message: bytes, status: str) -> None:
    assert read_health(_framed(message)) == status


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0\0\0\0",
        b"\x01\0\0\0\0",
        b"\0\0\0\0\x05\x08\x01",
        b"\0\xff\xff\xff\xff\x08\x01",
        _framed(b"\x08"),
        _framed(b"\x08" + b"\xff" * 50),
        _framed(b"\x12\x7fabc"),
        _framed(b"\x0b\x01"),
    ],
)
def test_wrong_messages_are_refused(body: bytes) -> None:
    with pytest.raises(WireError):
        read_health(body)


def test_the_last_status_counts() -> None:
    lines = [b"HTTP/2 200 \r\n", b"Grpc-Status: 0\r\n", b"grpc-status: 14\r\n", b"grpc-message: a%20b\r\n"]
    assert status_of(lines) == (14, "UNAVAILABLE", "a b")
    assert status_of([b"grpc-status: x\r\n"])[0] is None


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "host"),
        ({"host": "http://a"}, "host"),
        ({"host": "a", "metadata": {"Grpc": "x"}}, "metadata"),
        ({"host": "a", "metadata": {"grpc-x": "x"}}, "metadata"),
        ({"host": "a", "metadata": {"a": "x\r\ny"}}, "metadata"),
        ({"host": "a", "port": 0}, "port"),
    ],
)
def test_a_wrong_configuration_names_the_field(config: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        get_type("grpc").parse(config)
    assert list(problems(caught.value)) == [field]
