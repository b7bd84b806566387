"""HTTPS checks: what the certificate says, and every way in which it can be wrong."""

from __future__ import annotations

import queue
import socket

import pytest

from app.engine.usability.loop import Engine
from app.engine.usability.types import Check, Sample
from tests.engine.certs import Authority
from tests.engine.conftest import LOOPBACK, Probe, now_ms
from tests.engine.targets import Target, reply


def test_it_reports_the_certificate(probe: Probe, authority: Authority) -> None:
    with Target(reply(), tls=authority.context("localhost", "127.0.0.1", days=12.5)) as target:
        sample = probe(target.url())
    tls = sample.facts["tls"]
    assert sample.status == "up"
    assert sample.tls_ms is not None
    assert tls["version"] == "TLSv1.3"
    assert tls["issuer"] == "CloudEye tests, Test CA"
    assert tls["names"] == ["localhost", "127.0.0.1"]
    assert tls["is_verified"] is True
    assert 12.4 < tls["days_left"] <= 12.5


@pytest.mark.parametrize(
    ("names", "how", "reason"),
    [
        (("127.0.0.1",), {"days": -1}, "tls_expired"),
        (("127.0.0.1",), {"starts_in": 1}, "tls_not_yet_valid"),
        (("127.0.0.1",), {"self_signed": True}, "tls_self_signed"),
        (("other.example", "10.0.0.1"), {}, "tls_wrong_host"),
    ],
)
def test_a_wrong_certificate_is_named(
    probe: Probe, authority: Authority, names: tuple[str, ...], how: dict[str, float], reason: str
) -> None:
    with Target(reply(), tls=authority.context(*names, **how)) as target:
        sample = probe(target.url())
        assert target.requests == []
    assert (sample.status, sample.reason) == ("down", reason)
    assert sample.facts["tls"]["is_verified"] is False


def test_an_expired_certificate_still_tells_its_end(probe: Probe, authority: Authority) -> None:
    with Target(reply(), tls=authority.context("127.0.0.1", days=-1)) as target:
        sample = probe(target.url())
    assert -1.1 < sample.facts["tls"]["days_left"] < -0.9


def test_a_certificate_of_another_authority_is_untrusted(
    probe: Probe, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Authority(tmp_path_factory.mktemp("stranger"))
    with Target(reply(), tls=stranger.context("127.0.0.1")) as target:
        sample = probe(target.url())
    assert sample.reason == "tls_untrusted"


def test_a_wrong_certificate_may_be_accepted_on_purpose(probe: Probe, authority: Authority) -> None:
    with Target(reply(), tls=authority.context("other.example", self_signed=True)) as target:
        sample = probe(target.url(), verify_tls=False)
    assert sample.status == "up"
    assert sample.facts["tls"]["is_verified"] is None
    assert sample.facts["tls"]["names"] == ["other.example"]


def test_a_certificate_that_goes_bad_between_two_checks_is_seen(authority: Authority) -> None:
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    context = authority.context("127.0.0.1")
    with (
        Target(reply(), tls=context) as target,
        Engine(ca_file=authority.ca_file, location="here", now_ms=now_ms) as engine,
    ):
        check = Check(1, 1, "http", {"url": target.url()}, now_ms(), 5000, LOOPBACK)
        engine.submit([check], samples.put)
        good = samples.get(timeout=5)
        engine.submit([check], samples.put)
        known = samples.get(timeout=5)
        context.load_cert_chain(*authority.files("other.example"))
        engine.submit([check], samples.put)
        bad = samples.get(timeout=5)
    assert known.facts["tls"]["names"] == good.facts["tls"]["names"] == ["127.0.0.1"]
    assert (bad.reason, bad.detail["names"]) == ("tls_wrong_host", "other.example")
    assert bad.facts["tls"]["names"] == ["other.example"]


def test_accepting_one_wrong_certificate_accepts_no_other(probe: Probe, authority: Authority) -> None:
    with Target(reply(), tls=authority.context("other.example")) as target:
        assert probe(target.url(), verify_tls=False).status == "up"
        assert probe(target.url()).reason == "tls_wrong_host"


def test_a_server_that_speaks_no_tls_fails_the_handshake(probe: Probe) -> None:
    with Target(reply()) as target:
        sample = probe(target.url().replace("http:", "https:"), timeout_ms=1500)
    assert sample.reason in {"tls_failed", "tls_timeout"}


def test_a_handshake_that_never_ends_is_named(probe: Probe) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sample = probe(f"https://127.0.0.1:{listener.getsockname()[1]}/", timeout_ms=1200)
    assert sample.reason == "tls_timeout"


def test_the_name_is_sent_for_virtual_hosts(probe: Probe, authority: Authority) -> None:
    seen: list[str | None] = []
    context = authority.context("localhost")
    context.sni_callback = lambda _socket, name, _context: seen.append(name)
    with Target(reply(), tls=context) as target:
        sample = probe(target.url(host="localhost"), ip_version="4")
        assert f"Host: localhost:{target.port}".encode() in target.requests[0]
    assert sample.status == "up"
    assert seen == ["localhost"]
