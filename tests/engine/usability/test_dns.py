"""DNS monitors against a name server that knows everything, and against hostile ones."""

from __future__ import annotations

import queue
import struct
from collections.abc import Sequence
from typing import Any

import certifi
import dns.message
import dns.rcode
import pytest
from pydantic import ValidationError

from app.engine.usability.loop import Engine
from app.engine.usability.names.records import Match
from app.engine.usability.reasons import sentence
from app.engine.usability.registry import get_type, problems
from app.engine.usability.types import Check, Sample
from tests.engine.conftest import LOOPBACK, now_ms
from tests.engine.targets import free_port
from tests.engine.usability.once import check
from tests.engine.usability.zones import Mangle, ZoneServer

ZONE: dict[tuple[str, str], Sequence[str]] = {
    ("site.test", "A"): ["192.0.2.2", "192.0.2.1"],
    ("site.test", "AAAA"): ["2001:DB8:0:0::1"],
    ("www.site.test", "CNAME"): ["Site.test."],
    ("site.test", "MX"): ["010 Mail.site.test.", "20 spare.site.test."],
    ("site.test", "NS"): ["ns1.site.test."],
    ("site.test", "TXT"): ['"v=spf1 " "-all"'],
    ("site.test", "SOA"): ["ns1.site.test. admin.site.test. 2026010101 1 2 3 4"],
    ("site.test", "CAA"): ['0 issue "letsencrypt.org"'],
    ("_sip._tcp.site.test", "SRV"): ["0 5 5060 sip.site.test."],
    ("1.2.0.192.in-addr.arpa", "PTR"): ["site.test."],
}


def ask(server: ZoneServer, name: str = "site.test", **config: Any) -> Sample:
    return check("dns", name=name, resolvers=[server.address], **config)


@pytest.mark.parametrize(
    ("name", "kind", "answers"),
    [
        ("site.test", "A", ["192.0.2.1", "192.0.2.2"]),
        ("SITE.test.", "AAAA", ["2001:db8::1"]),
        ("www.site.test", "CNAME", ["site.test"]),
        ("site.test", "MX", ["10 mail.site.test", "20 spare.site.test"]),
        ("site.test", "NS", ["ns1.site.test"]),
        ("site.test", "TXT", ["v=spf1 -all"]),
        ("site.test", "SOA", ["ns1.site.test admin.site.test 2026010101 1 2 3 4"]),
        ("site.test", "CAA", ["0 issue letsencrypt.org"]),
        ("_sip._tcp.site.test", "SRV", ["0 5 5060 sip.site.test"]),
        ("192.0.2.1", "PTR", ["site.test"]),
    ],
)
def test_it_reads_every_type_of_record(name: str, kind: str, answers: list[str]) -> None:
    with ZoneServer(ZONE) as server:
        sample = ask(server, name, record_type=kind)
    assert (sample.status, sample.reason) == ("up", None)
    assert sample.facts["answers"] == answers
    assert (sample.facts["ttl"], sample.facts["rcode"], sample.facts["over"]) == (300, "NOERROR", "udp")
    assert sample.dns_ms is not None


@pytest.mark.parametrize(("locale", "label"), [("en", "Answer"), ("zh", "应答")])
def test_it_tells_its_facts(locale: str, label: str) -> None:
    with ZoneServer(ZONE) as server:
        told = get_type("dns").told(ask(server, "www.site.test").facts, locale)
    assert told[0] == (label, "192.0.2.1, 192.0.2.2")
    assert "site.test" in [value for _label, value in told]


def test_it_follows_an_alias() -> None:
    with ZoneServer(ZONE) as server:
        sample = ask(server, "www.site.test")
    assert sample.facts["answers"] == ["192.0.2.1", "192.0.2.2"]
    assert sample.facts["alias"] == "site.test"


@pytest.mark.parametrize(
    ("match", "values", "is_good"),
    [
        ("equal", ["192.0.2.2", "192.0.2.1"], True),
        ("equal", ["192.0.2.1"], False),
        ("in", ["192.0.2.1", "192.0.2.2", "192.0.2.3"], True),
        ("in", ["192.0.2.1"], False),
        ("any", ["192.0.2.1", "192.0.2.9"], True),
        ("any", ["192.0.2.9"], False),
        ("subset", ["192.0.2.1"], True),
        ("subset", ["192.0.2.1", "192.0.2.9"], False),
    ],
)
def test_it_compares_as_told(match: Match, values: list[str], is_good: bool) -> None:
    with ZoneServer(ZONE) as server:
        sample = ask(server, match=match, values=values)
    assert sample.reason == (None if is_good else "dns_wrong_answer")
    if not is_good:
        assert "192.0.2.2" in sentence(sample.reason, sample.detail)
        assert sample.facts["evidence"]["answer"] == ["192.0.2.1", "192.0.2.2"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (dns.rcode.SERVFAIL, "dns_servfail"),
        (dns.rcode.REFUSED, "dns_refused"),
        (dns.rcode.NXDOMAIN, "dns_not_found"),
        (dns.rcode.NOTAUTH, "dns_rcode"),
    ],
)
def test_it_tells_the_codes_apart(code: dns.rcode.Rcode, reason: str) -> None:
    with ZoneServer(ZONE) as server:
        server.rcode = code
        sample = ask(server)
    assert (sample.status, sample.reason) == ("down", reason)
    assert sample.dns_ms is not None
    assert sample.facts["evidence"]["rcode"] == dns.rcode.to_text(code)


def test_it_tells_a_missing_record_from_a_missing_name() -> None:
    with ZoneServer(ZONE) as server:
        assert ask(server, "_sip._tcp.site.test", record_type="A").reason == "dns_no_data"
        assert ask(server, "other.test").reason == "dns_not_found"


def test_it_asks_the_next_server_when_one_fails() -> None:
    with ZoneServer(ZONE) as bad, ZoneServer(ZONE) as good:
        bad.rcode = dns.rcode.SERVFAIL
        sample = check("dns", name="site.test", resolvers=[bad.address, good.address])
    assert (sample.status, sample.facts["server"]) == ("up", good.address)


def test_it_asks_again_over_tcp_when_the_answer_is_cut_off() -> None:
    with ZoneServer(ZONE) as server:
        server.truncates = True
        sample = ask(server)
    assert (sample.status, sample.facts["over"]) == ("up", "tcp")
    assert sample.transfer_ms is not None


def test_it_asks_over_tcp_alone_when_told() -> None:
    with ZoneServer(ZONE) as server:
        sample = ask(server, use_tcp=True)
    assert (sample.facts["over"], server.asked) == ("tcp", [])


def test_it_asks_an_old_server_without_edns() -> None:
    with ZoneServer(ZONE) as server:
        server.refuses_edns = True
        assert ask(server).status == "up"


@pytest.mark.parametrize(("validates", "reason"), [(True, None), (False, "dns_not_authenticated")])
def test_it_can_require_dnssec(validates: bool, reason: str | None) -> None:
    with ZoneServer(ZONE) as server:
        server.validates = validates
        assert ask(server, require_dnssec=True).reason == reason


def _looped(wire: bytes) -> list[bytes]:
    """An answer whose name points at itself."""
    return [wire[:12] + b"\xc0\x0c" + wire[14:]]


def _wrong_id(wire: bytes) -> list[bytes]:
    return [struct.pack("!H", wire[0] << 8 ^ wire[1] ^ 0xFFFF) + wire[2:]]


def _about_another(wire: bytes) -> list[bytes]:
    other = dns.message.make_response(dns.message.make_query("other.test", "A"))
    other.id = int.from_bytes(wire[:2], "big")
    return [other.to_wire()]


@pytest.mark.parametrize(
    "mangle",
    [
        lambda _wire: [b"garbage"],
        lambda _wire: [b"\xff" * 65000],
        lambda wire: [wire[:20]],
        lambda _wire: [b"x"] * 500,
        _looped,
        _wrong_id,
        _about_another,
    ],
)
def test_it_does_not_take_nonsense_for_an_answer(mangle: Mangle) -> None:
    with ZoneServer(ZONE) as server:
        server.mangle = mangle
        sample = check("dns", name="site.test", resolvers=[server.address], timeout_ms=600)
    assert (sample.status, sample.reason) == ("down", "dns_bad_reply")
    assert "bytes: " in sample.facts["evidence"]["received"]


def test_it_waits_for_the_answer_behind_the_nonsense() -> None:
    with ZoneServer(ZONE) as server:
        server.mangle = lambda wire: [b"garbage", *_wrong_id(wire), wire]
        assert ask(server).status == "up"


def test_it_does_not_hear_who_was_not_asked() -> None:
    forged = dns.message.make_response(dns.message.make_query("site.test", "A"))
    forged.set_rcode(dns.rcode.NXDOMAIN)
    with ZoneServer(ZONE) as server:
        server.forgery = forged.to_wire()
        assert ask(server).status == "up"


def test_silence_is_the_servers_when_it_was_chosen() -> None:
    with ZoneServer(ZONE) as server:
        server.mangle = lambda _wire: []
        sample = check("dns", name="site.test", resolvers=[server.address], timeout_ms=900)
    assert (sample.status, sample.reason) == ("down", "dns_no_reply")
    assert len(server.asked) == 3


def test_silence_of_its_own_servers_is_the_probes_trouble() -> None:
    with ZoneServer(ZONE) as server:
        server.mangle = lambda _wire: []
        sample = check("dns", name="site.test", dns_servers=(server.address,), timeout_ms=500)
    assert (sample.status, sample.reason) == ("unknown", "probe_no_dns")


def test_its_own_servers_may_be_private() -> None:
    with ZoneServer(ZONE) as server:
        sample = check("dns", name="site.test", dns_servers=(server.address,), allow=())
    assert (sample.status, sample.facts["server"]) == ("up", server.address)


def test_the_guard_judges_servers_that_were_typed() -> None:
    with ZoneServer(ZONE) as server:
        sample = check("dns", name="site.test", resolvers=[server.address], allow=())
    assert (sample.reason, server.asked) == ("address_refused", [])


def test_a_closed_port_is_told() -> None:
    sample = check("dns", name="site.test", resolvers=[f"127.0.0.1:{free_port()}"])
    assert sample.reason == "connect_refused"


@pytest.mark.parametrize("status", ["degraded", "down"])
def test_it_sees_a_change_against_known_answers(status: str) -> None:
    with ZoneServer(ZONE) as server:
        assert ask(server, on_change=status, known=["192.0.2.2", "192.0.2.1"]).status == "up"
        sample = ask(server, on_change=status, known=["192.0.2.9"])
    assert (sample.status, sample.reason) == (status, "dns_answer_changed")
    assert sample.facts["evidence"]["before"] == ["192.0.2.9"]


def test_empty_lines_are_no_values() -> None:
    with ZoneServer(ZONE) as server:
        both = ["192.0.2.2", "", " 192.0.2.1 "]
        assert ask(server, match="equal", values=both, on_change="down", known=both).status == "up"


def test_it_remembers_the_first_answer_when_none_is_known() -> None:
    config = {"name": "site.test", "on_change": "degraded"}
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    with (
        ZoneServer(ZONE) as server,
        Engine(ca_file=certifi.where(), location="here", now_ms=now_ms) as engine,
    ):
        spec = {**config, "resolvers": [server.address]}
        seen = []
        for answers in (["192.0.2.1"], ["192.0.2.1"], ["192.0.2.7"], ["192.0.2.1"]):
            server.zone["site.test", "A"] = answers
            engine.submit([Check(1, 77, "dns", spec, now_ms(), 3000, LOOPBACK)], samples.put)
            seen.append(samples.get(timeout=5).reason)
    assert seen == [None, None, "dns_answer_changed", None]


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "name"),
        ({"name": "a..b"}, "name"),
        ({"name": "https://a.test/"}, "name"),
        ({"name": "x" * 64 + ".test"}, "name"),
        ({"name": "192.0.2.1"}, "config"),
        ({"name": "a.test", "match": "equal"}, "config"),
        ({"name": "a.test", "resolvers": ["ns1.example.org"]}, "resolvers"),
        ({"name": "a.test", "record_type": "ANY"}, "record_type"),
    ],
)
def test_a_wrong_configuration_names_the_field(config: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        get_type("dns").parse(config)
    assert list(problems(caught.value)) == [field]


def test_an_address_may_stand_in_brackets() -> None:
    config = get_type("dns").parse({"name": "[2001:db8::1]", "record_type": "PTR"})
    assert config.model_dump()["name"] == "2001:db8::1"


def test_it_takes_international_names() -> None:
    assert get_type("dns").parse({"name": "münchen.test"}).model_dump()["name"] == "xn--mnchen-3ya.test"
