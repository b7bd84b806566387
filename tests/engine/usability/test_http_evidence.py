"""What is kept to prove that a check failed, and what is never told."""

from __future__ import annotations

import json
import socket

from tests.engine.certs import Authority
from tests.engine.conftest import Probe
from tests.engine.targets import Target, in_order, redirect, reply
from tests.engine.usability.conftest import Probes

SORRY = reply(b"<h1>sorry</h1>", "503 Unavailable", ("Server: nginx", "Set-Cookie: id=secret-id"))


def test_the_first_failure_keeps_the_beginning_of_the_answer(probes: Probes) -> None:
    with Target(SORRY) as target:
        evidence = probes({"url": target.url()}).facts["evidence"]
    assert evidence == {"status_line": "HTTP/1.1 503", "excerpt": "<h1>sorry</h1>"}


def test_the_second_one_keeps_the_headers_too(probes: Probes) -> None:
    with Target(SORRY) as target:
        probes({"url": target.url()})
        evidence = probes({"url": target.url()}).facts["evidence"]
    assert evidence["status_line"] == "HTTP/1.1 503 Unavailable"
    assert "server: nginx" in evidence["headers"]
    assert "secret-id" not in json.dumps(evidence)


def test_an_answer_that_ends_within_its_headers_is_down_from_the_second_on(probes: Probes) -> None:
    def act(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nConte")

    with Target(in_order(act)) as target:
        config = {"url": target.url()}
        reasons = [probes(config).reason for _ in range(3)]
    assert reasons == [None, "body_incomplete", "body_incomplete"]


def test_an_empty_answer_without_a_length_stays_up(probes: Probes) -> None:
    def act(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.0 200 OK\r\nServer: small\r\n\r\n")

    with Target(in_order(act)) as target:
        assert [probes({"url": target.url()}).status for _ in range(2)] == ["up", "up"]


def test_a_good_check_keeps_nothing(probes: Probes) -> None:
    with Target(SORRY) as target:
        probes({"url": target.url()})
        target.act = reply()
        assert "evidence" not in probes({"url": target.url()}).facts


def test_redirects_on_the_way_are_told(probe: Probe) -> None:
    with Target(SORRY) as end, Target(redirect(end.url("/end"))) as target:
        evidence = probe(target.url()).facts["evidence"]
    assert evidence["redirects"] == [f"302 → {end.url('/end')}"]


def test_the_chain_of_a_certificate_that_is_not_trusted_is_told(probe: Probe, authority: Authority) -> None:
    with Target(reply(), tls=authority.context("other.test")) as target:
        sample = probe(target.url())
    assert sample.reason == "tls_wrong_host"
    (leaf,) = sample.facts["evidence"]["chain"]
    assert "other.test" in leaf and "Test CA" in leaf


def test_bytes_that_are_no_text_are_not_quoted(probe: Probe) -> None:
    body = bytes(range(256)) * 4
    with Target(reply(body, "500 Error", ("Content-Type: application/octet-stream",))) as target:
        assert "excerpt" not in probe(target.url()).facts["evidence"]


def test_the_excerpt_is_short(probe: Probe) -> None:
    with Target(reply(b"a" * 9000, "500 Error")) as target:
        assert len(probe(target.url()).facts["evidence"]["excerpt"]) == 2000


def test_secrets_that_a_page_echoes_are_masked(probe: Probe) -> None:
    body = b'{"you": "sent Bearer hunter2 and anna:geheim"}'
    lines = [{"kind": "json", "target": "$.you", "comparison": "equals", "value": "me"}]
    with Target(reply(body)) as target:
        sample = probe(
            target.url(),
            headers={"Authorization": "Bearer hunter2"},
            auth={"type": "digest", "username": "anna", "password": "geheim"},
            assertions=lines,
        )
    told = json.dumps([sample.detail, sample.facts])
    assert "hunter2" not in told and "geheim" not in told
    assert "********" in sample.detail["got"]


def test_a_log_in_is_masked_as_it_was_sent(probe: Probe) -> None:
    def echo(connection: socket.socket, request: bytes) -> None:
        reply(request, "500 Oops")(connection, request)

    with Target(echo) as target:
        sample = probe(target.url(), auth={"type": "basic", "username": "anna", "password": "geheim"})
    assert "Authorization: Basic ********" in sample.facts["evidence"]["excerpt"]


def test_bytes_that_are_no_text_in_headers_keep_no_verdict_back(probe: Probe) -> None:
    def act(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(
            b"HTTP/1.1 503 \xff\r\nContent-Type: text/html; charset=\xff\r\nContent-Length: 0\r\n\r\n"
        )

    with Target(act) as target:
        sample = probe(target.url(), keyword="x")
    assert (sample.status, sample.reason) == ("down", "http_status")


def test_a_redirect_of_bytes_that_are_no_text_is_followed(probe: Probe) -> None:
    def act(connection: socket.socket, request: bytes) -> None:
        if request.startswith(b"GET /a?%FF"):
            reply()(connection, request)
        else:
            connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /a?\xff\r\nContent-Length: 0\r\n\r\n")

    with Target(act) as target:
        assert probe(target.url()).http_status == 200
