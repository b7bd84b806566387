"""Domains: RDAP and WHOIS servers of our own, honest and otherwise, and the rules about dates."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import ValidationError

from app.engine.usability.reasons import sentence
from app.engine.usability.registry import get_type, problems
from app.engine.usability.types import Sample
from tests.engine.targets import Target, free_port, redirect
from tests.engine.usability.once import check
from tests.engine.usability.peers import Peer, silent
from tests.engine.usability.registries import iana_list, iso, rdap, rdap_object, roots

DAY_MS = 86_400_000


def ask(target: Target, **config: Any) -> Sample:
    return check(
        "domain", **{"domain": "example.test", "rdap_url": target.url("/r/"), "source": "rdap"} | config
    )


def test_it_reads_what_the_registry_says() -> None:
    with rdap(rdap_object(200.5)) as target:
        sample = ask(target, domain="www.example.test")
    assert (sample.status, sample.reason) == ("up", None)
    assert target.requests[0].startswith(b"GET /r/domain/example.test HTTP/1.1")
    assert sample.facts["days_left"] == 200
    assert sample.first_byte_ms is not None
    assert sample.facts["registrar"] == "Names Ltd"
    assert sample.facts["registered"] == "1999-02-03"
    assert sample.facts["name_servers"] == ["ns1.example.test", "ns2.example.test"]
    assert sample.facts["is_signed"] is True


@pytest.mark.parametrize(
    ("days", "statuses", "verdict"),
    [
        (31.5, ["active"], ("up", None)),
        (29.5, ["active"], ("degraded", "domain_expires_soon")),
        (-0.5, ["active"], ("down", "domain_expired")),
        (200, ["client hold"], ("down", "domain_on_hold")),
        (200, ["serverHold"], ("down", "domain_on_hold")),
        (200, ["redemption period"], ("down", "domain_redemption")),
        (200, ["redemption period", "pending delete"], ("down", "domain_pending_delete")),
        (200, ["pending transfer"], ("degraded", "domain_pending_transfer")),
        (200, ["client transfer prohibited"], ("up", None)),
        (None, ["active"], ("unknown", "domain_no_expiry")),
    ],
)
def test_it_judges_dates_and_statuses(
    days: float | None, statuses: list[str], verdict: tuple[str, str | None]
) -> None:
    with rdap(rdap_object(days, status=statuses)) as target:
        sample = ask(target)
    assert (sample.status, sample.reason) == verdict
    assert ("evidence" in sample.facts) == (sample.reason is not None)


def test_it_tells_its_facts() -> None:
    with rdap(rdap_object(200.5)) as target:
        facts = ask(target).facts
    assert ("Registrar", "Names Ltd") in get_type("domain").told(facts, "en")
    assert ("剩余天数", "200") in get_type("domain").told(facts, "zh")


def test_it_names_the_day_and_how_many_are_left() -> None:
    with rdap(rdap_object(7.5)) as target:
        sample = ask(target)
    assert "in 7 days" in sentence(sample.reason, sample.detail)
    assert "还剩 7 天" in sentence(sample.reason, sample.detail, "zh")


def test_statuses_can_be_left_alone() -> None:
    with rdap(rdap_object(200, status=["client hold"])) as target:
        assert ask(target, heed_status=False).status == "up"


def test_an_unknown_domain_is_not_registered() -> None:
    with rdap({}, "404 Not Found") as target:
        sample = ask(target)
    assert (sample.status, sample.reason) == ("down", "domain_not_registered")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"a": 1}',
        b'{"objectClassName": "domain", "ldhName": "other.test"}',
        b"[" * 100_000,
        b'{"objectClassName": "domain", "ldhName": ["x"' + b"," * 9,
    ],
)
def test_nonsense_says_nothing_about_the_domain(body: bytes) -> None:
    with rdap(body=body) as target:
        sample = ask(target)
    assert (sample.status, sample.reason) == ("unknown", "domain_bad_answer")
    assert "answer" in sample.facts["evidence"]


@pytest.mark.parametrize("field", ["events", "status", "entities", "nameservers", "secureDNS", "ldhName"])
@pytest.mark.parametrize(
    "value", [None, 5, "x", [5], [[]], {"a": 5}, [{"eventDate": 5, "ldhName": [], "roles": 1}]]
)
def test_odd_values_do_no_harm(field: str, value: Any) -> None:
    with rdap({**rdap_object(200), field: value}) as target:
        assert ask(target).reason in (None, "domain_no_expiry", "domain_bad_answer")


def test_a_registry_in_trouble_is_no_outage() -> None:
    with rdap({}, "503 Service Unavailable") as target:
        sample = ask(target)
    assert (sample.status, sample.reason) == ("unknown", "domain_http_status")
    down = check("domain", domain="example.test", source="rdap", rdap_url=f"http://127.0.0.1:{free_port()}/")
    assert (down.status, down.reason) == ("unknown", "connect_refused")


def test_a_silent_registry_is_no_outage() -> None:
    with Peer(silent) as peer:
        sample = check(
            "domain",
            domain="example.test",
            source="rdap",
            rdap_url=f"http://127.0.0.1:{peer.port}/",
            timeout_ms=200,
        )
    assert sample.status == "unknown"


def test_it_follows_redirects_only_where_the_guard_lets_it() -> None:
    with rdap(rdap_object()) as target, Target(redirect(target.url("/x"))) as first:
        assert ask(first).status == "up"
    with Target(redirect("http://10.0.0.1/")) as target:
        sample = ask(target)
    assert (sample.status, sample.reason) == ("unknown", "address_refused")


def test_it_finds_the_registry_in_ianas_list() -> None:
    with (
        rdap(rdap_object()) as registry,
        rdap(body=iana_list(registry.url("/"))) as iana,
        roots(bootstrap_url=iana.url()),
    ):
        sample = check("domain", domain="example.test", source="rdap")
    assert (sample.status, sample.facts["source"]) == ("up", f"127.0.0.1:{registry.port}")


Answers = Callable[[str], str]


@contextmanager
def whois(answers: Answers) -> Iterator[Peer]:
    """A WHOIS server."""

    def act(peer: Peer, connection: socket.socket) -> None:
        question = connection.recv(1000)
        peer.heard.append(question)
        connection.sendall(answers(question.decode().strip()).encode())

    with Peer(act) as peer:
        yield peer


def _whois_text(days: float) -> str:
    return f"Domain Name: EXAMPLE.TEST\r\nRegistry Expiry Date: {iso(days)}\r\nRegistrar: Names Ltd\r\n"


def test_it_asks_whois_where_there_is_no_rdap() -> None:
    def answer(question: str) -> str:
        return "% IANA\nrefer:        127.0.0.1\n" if question == "test" else _whois_text(200)

    without = iana_list("https://no.test/").replace(b"test", b"org")
    with (
        whois(answer) as server,
        rdap(body=without) as iana,
        roots(bootstrap_url=iana.url(), whois_server=("127.0.0.1", server.port)),
    ):
        sample = check("domain", domain="example.test")
    assert (sample.status, sample.facts["source"], sample.facts["registrar"]) == (
        "up",
        "127.0.0.1",
        "Names Ltd",
    )
    assert server.heard == [b"test\r\n", b"example.test\r\n"]


def test_it_asks_whois_when_rdap_tells_no_date() -> None:
    with rdap(rdap_object(None)) as target, whois(lambda _question: _whois_text(10)) as server:
        sample = ask(target, source="auto", whois_server=f"127.0.0.1:{server.port}")
    assert (sample.status, sample.reason) == ("degraded", "domain_expires_soon")


def test_it_asks_whois_when_rdap_fails() -> None:
    with rdap({}, "500 Oops") as target, whois(lambda _question: _whois_text(99)) as server:
        sample = ask(target, source="auto", whois_server=f"127.0.0.1:{server.port}")
    assert sample.status == "up"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ('No match for domain "EXAMPLE.TEST".\r\n', ("down", "domain_not_registered")),
        ("% Quota exceeded, try again later\n", ("unknown", "domain_rate_limited")),
        ("", ("unknown", "domain_bad_answer")),
        ("\x00\xff" * 5000, ("unknown", "domain_bad_answer")),
        ("\n" * 100_000, ("unknown", "domain_bad_answer")),
        ("a" * 200_000, ("unknown", "domain_bad_answer")),
        ("." * 100_000 + ":", ("unknown", "domain_bad_answer")),
        ("Expiry Date: never\nStatus: clientHold\n", ("down", "domain_on_hold")),
    ],
)
def test_whois_answers_are_read_with_care(text: str, verdict: tuple[str, str]) -> None:
    with whois(lambda _question: text) as server:
        sample = check(
            "domain", domain="example.test", source="whois", whois_server=f"127.0.0.1:{server.port}"
        )
    assert (sample.status, sample.reason) == verdict


def test_an_endless_answer_is_cut() -> None:
    with whois(lambda _question: "Registrar: x\n" * 100_000) as server:
        sample = check(
            "domain", domain="example.test", source="whois", whois_server=f"127.0.0.1:{server.port}"
        )
    assert sample.reason == "domain_no_expiry"


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "domain"),
        ({"domain": "com"}, "domain"),
        ({"domain": "192.0.2.1"}, "domain"),
        ({"domain": "http://example.org/"}, "domain"),
        ({"domain": "a.test", "rdap_url": "ftp://x"}, "rdap_url"),
        ({"domain": "a.test", "whois_server": "x:99999"}, "whois_server"),
    ],
)
def test_a_wrong_configuration_names_the_field(config: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        get_type("domain").parse(config)
    assert list(problems(caught.value)) == [field]
