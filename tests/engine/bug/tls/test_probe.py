"""What is accepted is found by asking, with few hellos, of real servers and of those that are no longer
made."""

from __future__ import annotations

import pytest

from app.engine.bug.tls.probe import MAX_HANDSHAKES
from app.engine.bug.tls.suites import all_suites
from app.engine.bug.tls.wire import SSL3, TLS10, TLS12
from tests.engine.bug.tls.conftest import Probe
from tests.engine.bug.tls.servers import HANG_UP, RawServer, alert, hello, plain_context, prime
from tests.engine.certs import Authority
from tests.engine.targets import Target, reply

NUMBERS = {suite.name: number for number, suite in all_suites().items()}
STRONG = "ECDHE+AESGCM:ECDHE+CHACHA20"


def test_it_finds_a_modern_server_modern(authority: Authority, probe: Probe) -> None:
    tls = plain_context(authority, oldest="TLSv1_3")
    with Target(reply(), tls=tls) as target:
        report = probe(target.port)
    assert {name for name, is_accepted in report.protocols.items() if is_accepted} == {"TLSv1.3"}
    assert (report.profile, report.obstacles, report.error) == ("modern", (), None)
    assert report.handshakes <= 5


def test_it_finds_an_ordinary_server_intermediate(authority: Authority, probe: Probe) -> None:
    tls = plain_context(authority, ciphers=STRONG)
    with Target(reply(), tls=tls) as target:
        report = probe(target.port)
    assert report.protocols == {
        "TLSv1.3": True, "TLSv1.2": True, "TLSv1.1": False, "TLSv1.0": False, "SSLv3": False
    }  # fmt: skip
    assert (report.profile, report.prefers_forward_secrecy, report.compresses) == (
        "intermediate",
        True,
        False,
    )
    assert report.is_renegotiation_secure
    assert report.handshakes <= 8


def test_it_finds_old_protocols(authority: Authority, probe: Probe) -> None:
    tls = plain_context(authority, oldest="TLSv1", ciphers="DEFAULT:@SECLEVEL=0")
    with Target(reply(), tls=tls) as target:
        report = probe(target.port)
    assert report.protocols["TLSv1.0"] and report.protocols["TLSv1.1"] and not report.protocols["SSLv3"]
    assert [each.value for each in report.obstacles if each.code == "protocol"] == ["TLSv1.1", "TLSv1.0"]


def test_it_finds_weak_suites_whatever_the_server_prefers(authority: Authority, probe: Probe) -> None:
    tls = plain_context(authority, ciphers="ECDHE+AESGCM:aNULL:eNULL:ECDHE+AES:@SECLEVEL=0")
    with Target(reply(), tls=tls) as target:
        report = probe(target.port)
    assert {each.flaw for each in report.accepted} == {"", "null", "anon", "cbc"}
    assert report.handshakes <= MAX_HANDSHAKES["brief"]


def test_it_finds_every_suite_in_full(authority: Authority, probe: Probe) -> None:
    tls = plain_context(authority, ciphers="ECDHE+AES", newest="TLSv1_2")
    wanted = {each["name"] for each in tls.get_ciphers() if "ECDSA" in each["name"]}
    with Target(reply(), tls=tls) as target:
        report = probe(target.port, depth="full")
    found = [each for each in report.accepted if each.protocol == "TLSv1.2"]
    assert len(found) == len(wanted) and not report.is_cut


def test_it_finds_the_suites_of_tls13_in_full(authority: Authority, probe: Probe) -> None:
    with Target(reply(), tls=plain_context(authority, oldest="TLSv1_3")) as target:
        report = probe(target.port, depth="full")
    assert len(report.accepted) == 3 and report.chooses_itself is not None


def test_it_never_shakes_hands_more_often_than_it_may(probe: Probe) -> None:
    takes_all = RawServer(lambda version, suites: hello(min(version, TLS12), suites[0]))
    with takes_all as server:
        report = probe(server.port, depth="full")
        assert len(server.hellos) == report.handshakes == MAX_HANDSHAKES["full"]
    assert report.is_cut and report.has_tls


@pytest.mark.parametrize(("is_own", "expected"), [(True, True), (False, False)])
def test_it_tells_whose_order_of_suites_counts(probe: Probe, is_own: bool, expected: bool) -> None:
    known = (
        NUMBERS["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
        NUMBERS["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
    )

    def answer(version: int, suites: tuple[int, ...]) -> bytes:
        ours, theirs = (known, suites) if is_own else (suites, known)
        chosen = next((each for each in ours if each in theirs), None)
        return hello(TLS12, chosen) if chosen and version == TLS12 else alert()

    with RawServer(answer) as server:
        assert probe(server.port, depth="full").chooses_itself is expected


def takes(oldest: int, newest: int, *names: str) -> RawServer:
    """A server by script: these versions, these suites in its own order."""

    def answer(version: int, suites: tuple[int, ...]) -> bytes:
        spoken = min(version, newest)
        chosen = next((NUMBERS[name] for name in names if NUMBERS[name] in suites), None)
        return hello(spoken, chosen, rest=prime(1024)) if chosen and spoken >= oldest else alert()

    return RawServer(answer)


def test_it_finds_sslv3(probe: Probe) -> None:
    with takes(SSL3, SSL3, "TLS_RSA_WITH_AES_128_CBC_SHA") as server:
        report = probe(server.port)
    assert {name for name, is_accepted in report.protocols.items() if is_accepted} == {"SSLv3"}
    assert report.profile == "none"


def test_a_server_that_answers_with_an_older_version_does_not_speak_the_newer(probe: Probe) -> None:
    with takes(TLS10, TLS10, "TLS_RSA_WITH_AES_128_CBC_SHA") as server:
        report = probe(server.port)
    assert (report.protocols["TLSv1.0"], report.protocols["TLSv1.2"]) == (True, False)


@pytest.mark.parametrize(
    ("name", "flaw"),
    [
        ("TLS_RSA_EXPORT_WITH_RC4_40_MD5", "export"),
        ("TLS_RSA_WITH_RC4_128_SHA", "rc4"),
        ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "des"),
        ("TLS_RSA_WITH_NULL_SHA256", "null"),
        ("TLS_DH_anon_WITH_AES_128_CBC_SHA", "anon"),
        ("TLS_RSA_WITH_AES_128_GCM_SHA256", "static"),
    ],
)
def test_it_finds_each_class_of_weak_suites(probe: Probe, name: str, flaw: str) -> None:
    with takes(TLS12, TLS12, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", name) as server:
        report = probe(server.port)
    assert report.flaws(flaw) == (name,)
    assert report.prefers_forward_secrecy


def test_it_sees_that_there_is_no_forward_secrecy(probe: Probe) -> None:
    with takes(TLS12, TLS12, "TLS_RSA_WITH_AES_128_GCM_SHA256") as server:
        report = probe(server.port)
    assert (report.has_forward_secrecy, report.prefers_forward_secrecy) == (False, False)


def test_it_measures_the_prime(probe: Probe) -> None:
    with takes(TLS12, TLS12, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256") as server:
        report = probe(server.port)
    assert report.dh_bits == 1024
    assert "dh" in {each.code for each in report.obstacles}


def test_it_sees_compression_and_missing_renegotiation_info(probe: Probe) -> None:
    suite = NUMBERS["TLS_RSA_WITH_AES_128_GCM_SHA256"]

    def answer(version: int, suites: tuple[int, ...]) -> bytes:
        return hello(TLS12, suite, compression=1) if version == TLS12 and suite in suites else HANG_UP

    with RawServer(answer) as server:
        report = probe(server.port)
    assert (report.compresses, report.is_renegotiation_secure) == (True, False)


def test_it_names_an_address_without_asking_for_a_name(authority: Authority, probe: Probe) -> None:
    with Target(reply(), tls=plain_context(authority)) as target:
        assert probe(target.port, host="127.0.0.1").covers_host


def test_it_reads_the_staple(probe: Probe) -> None:
    suite = NUMBERS["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]
    certificates = b"\x0b" + (3 + 3 + 4).to_bytes(3, "big") + b"\0\0\7" + b"\0\0\4" + b"cert"
    status = b"\x16" + (1 + 3 + 5).to_bytes(3, "big") + b"\1\0\0\5" + b"proof"

    def answer(version: int, suites: tuple[int, ...]) -> bytes:
        is_right = version == TLS12 and suite in suites
        return hello(TLS12, suite, rest=certificates + status) if is_right else alert()

    with RawServer(answer) as server:
        assert probe(server.port).is_stapled
