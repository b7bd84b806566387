"""Mailbox servers over IMAP."""

from __future__ import annotations

import base64

import pytest

from tests.engine.certs import Authority
from tests.engine.usability.peers import Checked, Line, Peer, Upgrade, line_server

_GREETING = b"* OK [CAPABILITY IMAP4rev1] ready\r\n"
_USER = {"username": "eve", "password": 'tops"3\\cret'}
_BOTH = base64.b64encode(b'\0eve\0tops"3\\cret')


def _server(offered: bytes = b"", **more: Line) -> dict[bytes, Line]:
    answers: dict[bytes, Line] = {
        b"a1 CAPABILITY": b"* CAPABILITY IMAP4rev1 " + offered + b"\r\na1 OK done\r\n",
        b"z LOGOUT": b"* BYE\r\nz OK bye\r\n",
    }
    return answers | {name.replace("_", " ").encode(): answer for name, answer in more.items()}


def test_a_greeting_server_is_up(check: Checked) -> None:
    with Peer(line_server(_GREETING, _server())) as peer:
        sample = check("imap", host="127.0.0.1", port=peer.port)
    assert sample.status == "up"
    assert sample.facts["banner"].startswith("* OK")


def test_it_goes_over_to_tls_and_logs_in(check: Checked, authority: Authority) -> None:
    upgrade = Upgrade(b"s1 OK begin\r\n", authority.context("127.0.0.1"))
    answers = _server(b"STARTTLS AUTH=PLAIN", s1_STARTTLS=upgrade, a2_AUTHENTICATE_PLAIN=b"+ \r\n")
    answers[_BOTH] = b"a2 OK in\r\n"
    with Peer(line_server(_GREETING, answers)) as peer:
        sample = check("imap", host="127.0.0.1", port=peer.port, **_USER)
    assert sample.status == "up"
    assert sample.facts["tls"]["is_verified"] is True


def test_it_quotes_what_it_logs_in_with(check: Checked) -> None:
    with Peer(line_server(_GREETING, _server(a2_LOGIN=b"a2 OK in\r\n"))) as peer:
        sample = check("imap", host="127.0.0.1", port=peer.port, security="none", **_USER)
    assert sample.status == "up"
    assert b'a2 LOGIN "eve" "tops\\"3\\\\cret"' in peer.heard


@pytest.mark.parametrize(
    ("greeting", "answers", "reason"),
    [
        (_GREETING, _server(a2_LOGIN=b"a2 NO [AUTHENTICATIONFAILED] no\r\n"), "login_refused"),
        (_GREETING, _server(a2_LOGIN=b"a2 NO [UNAVAILABLE] later\r\n"), "service_refused"),
        (_GREETING, _server(a2_LOGIN=b"a2 MAYBE\r\n"), "unexpected_answer"),
        (_GREETING, _server(b"LOGINDISABLED"), "login_unsupported"),
        (_GREETING, _server(b"AUTH=PLAIN", a2_AUTHENTICATE=b"a2 NO never\r\n"), "login_refused"),
        (_GREETING, _server(b"AUTH=PLAIN", a2_AUTHENTICATE=b"* huh\r\n"), "unexpected_answer"),
        (_GREETING, {b"a1 CAPABILITY": b"a1 BAD\r\n"}, "unexpected_answer"),
        (b"* BYE too many connections\r\n", {}, "service_refused"),
    ],
)
def test_each_failure_has_its_reason(
    check: Checked, greeting: bytes, answers: dict[bytes, Line], reason: str
) -> None:
    with Peer(line_server(greeting, answers)) as peer:
        sample = check("imap", host="127.0.0.1", port=peer.port, security="none", **_USER)
    assert (sample.status, sample.reason) == ("down", reason)
    assert "3\\cret" not in str(sample.to_wire())
