"""SNMP against a real snmpd, and against peers that send nonsense."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import pytest
from pydantic import ValidationError

from app.engine.usability.reasons import sentence
from app.engine.usability.registry import get_type, problems
from app.engine.usability.snmp import ber, v3
from app.engine.usability.snmp.compare import Comparison, is_as_wanted
from app.engine.usability.snmp.pdu import Pdu
from app.engine.usability.snmp.usm import localized_key
from app.engine.usability.types import Sample
from tests.engine.targets import free_port
from tests.engine.usability.once import check
from tests.engine.usability.snmp_agent import Respond, UdpPeer, answering, snmpd

NAME = "1.3.6.1.2.1.1.5.0"
UPTIME = "1.3.6.1.2.1.1.3.0"
V3 = {"version": "3", "auth_password": "signpass12", "priv_password": "hidepass12"}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with snmpd(tmp_path_factory.mktemp("snmpd")) as found:
        yield found


def ask(port: int, **config: Any) -> Sample:
    usual: dict[str, Any] = {"host": "127.0.0.1", "community": "letmein", "oid": NAME, "timeout_ms": 2000}
    return check("snmp", port=port, **usual | config)


@pytest.mark.parametrize(
    "how",
    [
        {"version": "1"},
        {"version": "2c"},
        V3 | {"user": "bare"},
        V3 | {"user": "signer", "auth_protocol": "SHA"},
        V3 | {"user": "hidden", "auth_protocol": "SHA-256", "priv_protocol": "AES"},
        V3 | {"user": "strong", "auth_protocol": "SHA-512", "priv_protocol": "AES"},
        V3 | {"user": "older", "auth_protocol": "MD5", "priv_protocol": "DES"},
    ],
)
def test_it_reads_a_value_with_each_version(port: int, how: dict[str, Any]) -> None:
    sample = ask(port, **how)
    assert (sample.status, sample.reason) == ("up", None)
    assert (sample.facts["value"], sample.facts["type"]) == ("the-switch", "OCTET STRING")
    assert sample.first_byte_ms is not None


def test_the_clock_may_go_on_while_a_message_is_made(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = count()
    monkeypatch.setattr(v3, "monotonic", lambda: float(next(seconds)))
    how = V3 | {"user": "hidden", "auth_protocol": "SHA-256", "priv_protocol": "AES"}
    assert ask(port, **how).status == "up"


def test_it_tells_its_facts(port: int) -> None:
    facts = ask(port).facts
    assert get_type("snmp").told(facts, "en") == [("Object", NAME), ("Value", "the-switch")]
    assert get_type("snmp").told(facts, "zh")[1] == ("值", "the-switch")


def test_it_compares_the_value(port: int) -> None:
    assert ask(port, oid=UPTIME, comparison=">", value="0").status == "up"
    sample = ask(port, comparison="=", value="another")
    assert (sample.status, sample.reason) == ("down", "snmp_value")
    assert "the-switch" in sentence(sample.reason, sample.detail)


@pytest.mark.parametrize("version", ["1", "2c"])
def test_it_says_that_there_is_no_such_object(port: int, version: str) -> None:
    assert ask(port, version=version, oid="1.3.6.1.2.1.99.0").reason == "snmp_no_object"


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"user": "nobody"}, "snmp_unknown_user"),
        (
            {"user": "signer", "auth_protocol": "SHA", "auth_password": "wrong-wrong"},
            "snmp_wrong_password",
        ),
        ({"user": "bare", "auth_protocol": "SHA"}, "snmp_security_level"),
        ({"user": "hidden", "auth_protocol": "SHA-256"}, "snmp_error"),
        (
            {
                "user": "hidden",
                "auth_protocol": "SHA-256",
                "priv_protocol": "AES",
                "priv_password": "wrong-wrong",
                "timeout_ms": 900,
            },
            "snmp_no_answer_to_user",
        ),
    ],
)
def test_it_tells_apart_why_a_user_is_refused(port: int, how: dict[str, Any], reason: str) -> None:
    sample = ask(port, **V3 | how)
    assert (sample.status, sample.reason) == ("down", reason)
    assert "signpass12" not in str(sample.to_wire())


def test_silence_is_a_failure_after_some_tries() -> None:
    with UdpPeer(lambda _wire: []) as peer:
        sample = ask(peer.port, timeout_ms=900, retries=2)
    assert (sample.status, sample.reason, len(peer.heard)) == ("down", "snmp_timeout", 3)


def test_a_lost_datagram_is_sent_again() -> None:
    respond = answering(ber.integer(7))
    count = iter(range(9))
    with UdpPeer(lambda wire: respond(wire) if next(count) else []) as peer:
        sample = ask(peer.port, timeout_ms=900)
    assert (sample.status, sample.facts["value"]) == ("up", "7")


def test_a_closed_port_is_told() -> None:
    assert ask(free_port()).reason == "connect_refused"


def test_the_guard_is_asked() -> None:
    assert ask(free_port(), allow=()).reason == "address_refused"


_GOOD = ber.integer(1)


@pytest.mark.parametrize(
    "respond",
    [
        lambda _wire: [b"garbage"],
        lambda _wire: [b"\x30\x84\xff\xff\xff\xff"],
        lambda _wire: [b"\x30\x80" * 1000],
        lambda wire: [wire],
        lambda wire: [wire[:-3]],
        lambda _wire: [b"\xff" * 65000],
        lambda _wire: [b"0"] * 200,
        answering(_GOOD, shift=1),
        answering(_GOOD, community=b"other"),
        answering(ber.tlv(0x1F, b"")),
        answering(ber.tlv(ber.INTEGER, b"")),
        answering(ber.tlv(ber.COUNTER64, b"x" * 90)),
        answering(ber.tlv(ber.OID, b"\xff" * 90)),
        answering(ber.tlv(ber.IP_ADDRESS, b"12345")),
    ],
)
@pytest.mark.parametrize("version", ["2c", "3"])
def test_nonsense_is_no_answer(respond: Respond, version: str) -> None:
    def careful(wire: bytes) -> Sequence[bytes]:
        try:
            return respond(wire)
        except ber.BerError:
            return [b"garbage"]

    with UdpPeer(careful) as peer:
        sample = ask(peer.port, timeout_ms=150, retries=0, **V3 | {"version": version, "user": "bare"})
    assert (sample.status, sample.reason) == ("down", "snmp_bad_answer")
    assert "bytes: " in sample.facts["evidence"]["received"]


def test_an_answer_about_another_object_is_none() -> None:
    with UdpPeer(answering(_GOOD, oid="1.3.6.1.9")) as peer:
        assert ask(peer.port).reason == "snmp_bad_answer"


def test_an_error_is_named() -> None:
    with UdpPeer(answering(_GOOD, status=5)) as peer:
        sample = ask(peer.port)
    assert (sample.reason, sample.detail["error"]) == ("snmp_error", "genErr")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (ber.integer(-5), "-5"),
        (ber.tlv(ber.COUNTER32, b"\xff\xff\xff\xff"), "4294967295"),
        (ber.tlv(ber.COUNTER64, b"\0" + b"\xff" * 8), "18446744073709551615"),
        (ber.tlv(ber.IP_ADDRESS, bytes((192, 0, 2, 1))), "192.0.2.1"),
        (ber.oid("1.3.6.1.4.1.99999"), "1.3.6.1.4.1.99999"),
        (ber.tlv(ber.OPAQUE, b"\x9f\x78\x04\x42\xf6\xe6\x66"), "123.45"),
        (ber.octets("温度".encode()), "温度"),
        (ber.octets(b"\x00\x1b\x21\xff"), "0x001b21ff"),
        (ber.octets(b""), ""),
    ],
)
def test_it_reads_every_type_of_value(value: bytes, text: str) -> None:
    with UdpPeer(answering(value)) as peer:
        sample = ask(peer.port)
    assert (sample.status, sample.facts["value"]) == ("up", text)


@pytest.mark.parametrize(
    ("value", "comparison", "wanted", "verdict"),
    [
        ("10", ">", "9", True),
        ("10", "<", "9", False),
        ("10", ">=", "10.0", True),
        ("10", "=", "10.0", True),
        ("10", "!=", "10", False),
        ("up", "=", "up", True),
        ("up", ">", "1", False),
        ("23.5 C", "contains", "23", True),
        ("23.5 C", "regex", r"^\d+\.\d C$", True),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "regex", "(a|aa)+$", False),
        ("NaN", "=", "NaN", True),
        ("", "exists", "", True),
    ],
)
def test_it_compares_numbers_as_numbers(
    value: str, comparison: Comparison, wanted: str, verdict: bool
) -> None:
    assert is_as_wanted(comparison, wanted, Pdu("response", 1, value=value)) is verdict


def test_keys_are_those_of_the_rfc() -> None:
    """RFC 3414 A.3.1 and A.3.2."""
    engine_id = bytes.fromhex("000000000000000000000002")
    assert localized_key("MD5", "maplesyrup", engine_id).hex() == "526f5eed9fcce26f8964c2930787d82b"
    assert localized_key("SHA", "maplesyrup", engine_id).hex() == "6695febc9288e36282235fc7151f128497b38f3f"


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "host"),
        ({"host": "a", "oid": "sysName"}, "oid"),
        ({"host": "a", "oid": "1.99.1"}, "oid"),
        ({"host": "http://a"}, "host"),
        ({"host": "a", "version": "3"}, "config"),
        (
            {"host": "a", "version": "3", "user": "u", "auth_protocol": "SHA", "auth_password": "short"},
            "config",
        ),
        ({"host": "a", "version": "3", "user": "u", "priv_protocol": "AES"}, "config"),
        ({"host": "a", "comparison": "<", "value": "many"}, "config"),
        ({"host": "a", "comparison": "regex", "value": "("}, "config"),
    ],
)
def test_a_wrong_configuration_names_the_field(config: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        get_type("snmp").parse(config)
    assert list(problems(caught.value)) == [field]
