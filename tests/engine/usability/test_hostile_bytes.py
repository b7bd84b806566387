"""Whatever bytes come, readers give an answer or the one error they promise, and soon."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.usability.domain import rdap, whois
from app.engine.usability.domain.dates import read_moment
from app.engine.usability.domain.record import NotRegisteredError, UnreadableError
from app.engine.usability.grpc.wire import WireError, read_health, status_of
from app.engine.usability.icmp.packet import echo_request, read_packet, strip_ipv4
from app.engine.usability.icmp.program import read_output
from app.engine.usability.mqtt import packet as mqtt
from app.engine.usability.names.records import RecordType, is_match, normal
from app.engine.usability.snmp import ber
from app.engine.usability.snmp.pdu import community_message, get_pdu, read_community
from app.engine.usability.snmp.usm import User
from app.engine.usability.snmp.v3 import Session, UnauthenticError

Reader = Callable[[bytes], Any]
_FEW = settings(max_examples=150, deadline=None)
_USERS = (
    User("bare"),
    User("u", "SHA", "signpass12", "AES", "hidepass12"),
    User("u", "MD5", "signpass12", "DES", "hidepass12"),
)


def _v3(user: User) -> Reader:
    return lambda wire: Session(user, "").read(wire, 7)


def _text(read: Callable[[str], Any]) -> Reader:
    return lambda data: read(data.decode("latin-1"))


_GET = community_message("2c", "c", get_pdu(1, "1.3.6"))
_DISCOVERY = Session(_USERS[0], "").discovery(7, get_pdu(7, None))
_DOMAIN = b'{"objectClassName":"domain","events":[{"eventAction":"expiration","eventDate":"2027-01-01"}]}'
_SNMP_3 = (ber.BerError, UnauthenticError)
_WHOIS = (UnreadableError, NotRegisteredError, whois.LimitedError)
# What is read, how, the errors it may raise, and something that is right.
READERS: dict[str, tuple[Reader, tuple[type[Exception], ...], bytes]] = {
    "ICMPv4": (lambda data: read_packet(4, data), (), echo_request(4, 1, 2, b"12345678")),
    "ICMPv6": (lambda data: read_packet(6, data), (), b"\x01" + bytes(7) + b"`" + bytes(47)),
    "IPv4 header": (strip_ipv4, (), b"E" + bytes(40)),
    "SNMP 2c": (lambda data: read_community(data, "2c", "c"), (ber.BerError,), _GET),
    "SNMP 3": (_v3(_USERS[0]), _SNMP_3, _DISCOVERY),
    "SNMP 3 AES": (_v3(_USERS[1]), _SNMP_3, _DISCOVERY),
    "SNMP 3 DES": (_v3(_USERS[2]), _SNMP_3, _DISCOVERY),
    "CONNACK": (lambda data: mqtt.read_connack("5", data), (mqtt.PacketError,), b"\0\0\0"),
    "SUBACK": (lambda data: mqtt.read_suback("5", data, 1), (mqtt.PacketError,), b"\0\1\0\0"),
    "PUBLISH": (lambda data: mqtt.read_publish("5", 2, data), (mqtt.PacketError,), b"\0\1a\0\1\0hello"),
    "health": (read_health, (WireError,), b"\0\0\0\0\2\x08\1"),
    "trailers": (lambda data: status_of(data.split(b"\n")), (), b"grpc-status: 5\ngrpc-message: a%20b"),
    "RDAP": (lambda data: rdap.read_domain(data, "a.test", "x"), (UnreadableError,), _DOMAIN),
    "IANA's list": (rdap.read_bootstrap, (UnreadableError,), b'{"services":[[["com"],["https://a/"]]]}'),
    "WHOIS": (
        _text(lambda text: whois.read_answer(text, "x")),
        _WHOIS,
        b"Expiry Date: 2027-01-01\nStatus: ok\n",
    ),
    "referral": (_text(whois.referral), (), b"refer: whois.nic.test\n"),
    "date": (_text(read_moment), (), b"Mon Oct 12 14:00:00 UTC 2026"),
    "ping": (_text(read_output), (), b"64 bytes from a: time=1.5 ms\nFrom 10.0.0.1 x Unreachable"),
}


@pytest.mark.parametrize(("read", "promised", "good"), READERS.values(), ids=READERS)
def test_it_keeps_its_promise(read: Reader, promised: tuple[type[Exception], ...], good: bytes) -> None:
    @_FEW
    @given(st.binary(max_size=200))
    def anything(data: bytes) -> None:
        with suppress(*promised):
            read(data)

    @_FEW
    @given(st.integers(0, len(good)), st.binary(max_size=6), st.integers(0, 4))
    def nearly_right(place: int, put: bytes, drop: int) -> None:
        with suppress(*promised):
            read(good[:place] + put + good[place + drop :])

    anything()
    nearly_right()


@_FEW
@given(st.sampled_from(get_args(RecordType)), st.text(max_size=80))
def test_one_form_is_one_form(kind: Any, text: str) -> None:
    form = normal(kind, text)
    assert is_match("equal", kind, [form], [form])
    if kind not in ("TXT", "CAA"):  # Quotes within quotes are text.
        assert normal(kind, form) == form


@_FEW
@given(st.lists(st.integers(0, 2**32 - 1), min_size=0, max_size=12))
def test_object_identifiers_survive(arcs: list[int]) -> None:
    text = ".".join(map(str, [1, 3, *arcs]))
    assert ber.read_oid(ber.Reader(ber.oid(text)).expect(ber.OID)) == text


@_FEW
@given(st.integers(-(2**63), 2**63 - 1))
def test_numbers_survive(number: int) -> None:
    assert ber.Reader(ber.integer(number)).integer() == number
