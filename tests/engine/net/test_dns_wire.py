"""Messages of name servers: read as they are, but not when reading them would take long."""

from __future__ import annotations

import struct

import dns.exception
import dns.message
import dns.rrset
import pytest

from app.engine.net.dns_wire import read_message
from tests.bounded import within_cpu

LONG = b"\x01a" * 126 + b"\0"


def answer(*records: bytes) -> bytes:
    """A message whose question is a very long name, at byte 12."""
    head = struct.pack("!6H", 1, 0x8180, 1, len(records), 0, 0)
    return head + LONG + struct.pack("!2H", 1, 1) + b"".join(records)


def record(owner: bytes, kind: int, data: bytes, of_class: int = 1) -> bytes:
    return owner + struct.pack("!2HIH", kind, of_class, 60, len(data)) + data


POINTER = b"\xc0\x0c"


@pytest.mark.parametrize(
    "wire",
    [
        answer(*[record(POINTER, 2, POINTER)] * 4_000),
        answer(*[record(b"\0", 2, POINTER)] * 900),
        answer(*[record(POINTER, 12, POINTER)] * 900),
        answer(*[record(b"\0", 17, POINTER * 2)] * 900),
        answer(*[record(b"\0", 1, POINTER + b"\0\1", of_class=3)] * 900),
        answer(*[record(b"\0", 6, POINTER * 2 + bytes(20))] * 900),
        answer(*[record(b"\0", 16, b"\1x")] * 4_000),
        answer(record(b"\0", 41, bytes(4) * 5_000)),
        answer(record(b"\xc1\x0d", 1, bytes(4))),
        answer(record(b"\xff\xff", 1, bytes(4))),
        answer()[:40],
        b"",
    ],
)
def test_what_would_take_long_is_not_read(wire: bytes) -> None:
    with within_cpu(0.4), pytest.raises(dns.exception.DNSException):
        read_message(wire)


def test_a_name_that_points_at_itself_is_none() -> None:
    wire = struct.pack("!6H", 1, 0x8180, 1, 0, 0, 0) + POINTER + struct.pack("!2H", 1, 1)
    with pytest.raises(dns.exception.DNSException):
        read_message(wire)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("A", [f"192.0.2.{number}" for number in range(200)]),
        ("TXT", [f'"{number} {"x" * 200}"' for number in range(200)]),
        ("NS", [f"ns{number}.some.name.example." for number in range(100)]),
        ("MX", [f"{number} mx{number}.example." for number in range(50)]),
        ("SRV", ["1 2 443 a.example."]),
        ("SOA", ["ns.example. who.example. 1 2 3 4 5"]),
        ("HTTPS", ["1 . alpn=h2"]),
        ("RRSIG", ["A 13 2 60 20300101000000 20200101000000 1 example. AAAA"]),
    ],
)
def test_a_large_answer_is_read_as_it_is(kind: str, texts: list[str]) -> None:
    query = dns.message.make_query("example.", kind, use_edns=0)
    reply = dns.message.make_response(query)
    reply.answer.append(dns.rrset.from_text_list("example.", 60, "IN", kind, texts))
    assert read_message(reply.to_wire(max_size=65_535)).answer == reply.answer
