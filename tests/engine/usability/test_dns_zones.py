"""Records in one form, and the versions of a zone on its servers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from app.engine.usability.names import run
from app.engine.usability.names.records import RecordType, is_match, normal
from app.engine.usability.reasons import sentence
from tests.engine.usability.once import check
from tests.engine.usability.zones import ZoneServer


@pytest.mark.parametrize(
    ("kind", "typed", "form"),
    [
        ("A", " 192.0.2.1 ", "192.0.2.1"),
        ("AAAA", "2001:0DB8::0:1", "2001:db8::1"),
        ("CNAME", "WWW.Site.TEST.", "www.site.test"),
        ("MX", "010  Mail.test.", "10 mail.test"),
        ("MX", "0 .", "0 ."),
        ("TXT", '"v=spf1 " "-all"', "v=spf1 -all"),
        ("TXT", 'say "hi" to', 'say "hi" to'),
        ("TXT", r'"a \"quoted\" one"', 'a "quoted" one'),
        ("CAA", '0 ISSUE "ca.test"', "0 issue ca.test"),
        ("SRV", "00 5 5060 SIP.test.", "0 5 5060 sip.test"),
        ("NS", "Bücher.例子.cn.", "xn--bcher-kva.xn--fsqu00a.cn"),
        ("MX", "10 例子.cn", "10 xn--fsqu00a.cn"),
        ("A", "nonsense", "nonsense"),
    ],
)
def test_records_have_one_form(kind: RecordType, typed: str, form: str) -> None:
    assert normal(kind, typed) == form


@pytest.mark.parametrize(("end", "reason"), [("x", None), ("y", "dns_wrong_answer")])
def test_a_long_text_is_compared_to_its_end(end: str, reason: str | None) -> None:
    pieces = ["k" * 250] * 3
    zone = {("site.test", "TXT"): [" ".join(f'"{each}"' for each in [*pieces, "k" * 250, "k" * 50 + "x"])]}
    typed = "k" * 1050 + end
    with ZoneServer(zone) as server:
        words: dict[str, Any] = {"record_type": "TXT", "match": "equal", "values": [typed], "use_tcp": True}
        sample = check("dns", name="site.test", resolvers=[server.address], **words)
    assert sample.reason == reason
    assert len(sample.facts["answers"][0]) < 1000


def test_the_priority_of_an_mx_may_be_left_out() -> None:
    assert is_match("equal", "MX", ["mail.test"], ["10 mail.test"])
    assert not is_match("equal", "MX", ["20 mail.test"], ["10 mail.test"])


def _zone(serial: int) -> dict[tuple[str, str], Sequence[str]]:
    soa = f"ns1.site.test. admin.site.test. {serial} 1 2 3 4"
    return {("site.test", "SOA"): [soa], ("site.test", "A"): ["192.0.2.1"]}


@pytest.mark.parametrize(
    ("serials", "gap", "reason"),
    [
        ((5, 5), 0, None),
        ((5, 7), 0, "dns_serials_differ"),
        ((5, 7), 2, None),
        ((2**32 - 1, 0), 1, None),
    ],
)
def test_it_compares_serials(serials: tuple[int, int], gap: int, reason: str | None) -> None:
    with ZoneServer(_zone(serials[0])) as one, ZoneServer(_zone(serials[1])) as other:
        sample = check(
            "dns",
            name="site.test",
            resolvers=[one.address, other.address],
            compare_serials=True,
            max_serial_gap=gap,
        )
    assert (sample.status, sample.reason) == ("degraded" if reason else "up", reason)
    assert sample.facts["serials"] == {one.address: str(serials[0]), other.address: str(serials[1])}


def test_a_server_without_the_zone_is_named() -> None:
    with ZoneServer(_zone(5)) as one, ZoneServer({}) as other:
        sample = check("dns", name="site.test", resolvers=[one.address, other.address], compare_serials=True)
    assert (sample.status, sample.reason) == ("degraded", "dns_server_missing")
    assert sample.detail["server"] == other.address


@pytest.mark.parametrize(("other", "reason"), [(5, None), (4, "dns_serials_differ")])
def test_it_finds_the_servers_of_the_zone_itself(
    monkeypatch: pytest.MonkeyPatch, other: int, reason: str | None
) -> None:
    zone = {
        **_zone(5),
        ("site.test", "NS"): ["ns1.site.test.", "ns2.site.test."],
        ("ns1.site.test", "A"): ["127.0.0.1"],
        ("ns2.site.test", "A"): ["127.0.0.2"],
    }
    with ZoneServer(zone) as first, ZoneServer(_zone(other), host="127.0.0.2", port=first.port):
        monkeypatch.setattr(run, "DNS_PORT", first.port)
        sample = check("dns", name="site.test", dns_servers=(first.address,), compare_serials=True)
    assert sample.reason == reason
    assert sample.facts["serials"] == {"ns1.site.test": "5", "ns2.site.test": str(other)}


def test_a_name_server_without_an_address_is_named() -> None:
    zone = {**_zone(5), ("site.test", "NS"): ["lost.site.test."]}
    with ZoneServer(zone) as server:
        sample = check("dns", name="site.test", dns_servers=(server.address,), compare_serials=True)
    assert (sample.status, sample.reason) == ("degraded", "dns_server_missing")
    assert sample.detail["server"] == "lost.site.test"
    told = sentence(sample.reason, sample.detail)
    assert told.endswith("(The name lost.site.test does not exist).") and "dns_not_found" not in told
