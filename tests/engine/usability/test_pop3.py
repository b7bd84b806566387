"""Mailbox servers over POP3."""

from __future__ import annotations

import pytest

from tests.engine.certs import Authority
from tests.engine.usability.peers import Checked, Line, Peer, Upgrade, line_server

_GREETING = b"+OK ready\r\n"
_USER = {"username": "eve", "password": "tops3cret"}


def _server(**more: Line) -> dict[bytes, Line]:
    return {name.encode(): answer for name, answer in more.items()}


def test_a_greeting_server_is_up(check: Checked) -> None:
    with Peer(line_server(_GREETING, {}, other=b"-ERR what?\r\n")) as peer:
        sample = check("pop3", host="127.0.0.1", port=peer.port)
    assert (sample.status, sample.facts["banner"]) == ("up", "+OK ready")


def test_it_goes_over_to_tls_and_logs_in(check: Checked, authority: Authority) -> None:
    upgrade = Upgrade(b"+OK begin\r\n", authority.context("127.0.0.1"))
    answers = _server(
        CAPA=b"+OK\r\nUIDL\r\nSTLS\r\n.\r\n",
        STLS=upgrade,
        USER=b"+OK\r\n",
        PASS=b"+OK in\r\n",
        QUIT=b"+OK\r\n",
    )
    with Peer(line_server(_GREETING, answers)) as peer:
        sample = check("pop3", host="127.0.0.1", port=peer.port, **_USER)
    assert sample.status == "up"
    assert sample.facts["tls"]["is_verified"] is True
    assert peer.heard[-2:] == [b"PASS tops3cret", b"QUIT"]


@pytest.mark.parametrize(
    ("greeting", "answers", "reason"),
    [
        (_GREETING, _server(USER=b"+OK\r\n", PASS=b"-ERR [AUTH] no tops3cret\r\n"), "login_refused"),
        (_GREETING, _server(USER=b"+OK\r\n", PASS=b"-ERR [IN-USE] later\r\n"), "service_refused"),
        (_GREETING, _server(USER=b"hm\r\n"), "unexpected_answer"),
        (b"-ERR [SYS/TEMP] busy\r\n", {}, "service_refused"),
    ],
)
def test_each_failure_has_its_reason(
    check: Checked, greeting: bytes, answers: dict[bytes, Line], reason: str
) -> None:
    with Peer(line_server(greeting, answers)) as peer:
        sample = check("pop3", host="127.0.0.1", port=peer.port, security="none", **_USER)
    assert (sample.status, sample.reason) == ("down", reason)
    assert "tops3cret" not in str(sample.to_wire())


def test_a_list_of_capabilities_without_end_is_cut_off(check: Checked) -> None:
    many = b"".join(b"CAP%d\r\n" % number for number in range(100))
    with Peer(line_server(_GREETING, _server(CAPA=b"+OK\r\n" + many))) as peer:
        sample = check("pop3", host="127.0.0.1", port=peer.port)
    assert sample.reason == "answer_too_long"
