"""Mail servers: greeting, TLS, log-in, and whether mail is taken."""

from __future__ import annotations

import base64

import pytest
from pydantic import ValidationError

from app.engine.usability.registry import get_type
from tests.engine.certs import Authority
from tests.engine.usability.peers import (
    Checked,
    Line,
    Peer,
    Upgrade,
    dripping,
    echoing,
    flooding,
    line_server,
    saying,
    silent,
)

_GREETING = b"220 mx.test ESMTP ready\r\n"
_PLAIN = b"250-mx.test\r\n250-SIZE 1000\r\n250 AUTH PLAIN LOGIN\r\n"
_USER = {"username": "eve", "password": "tops3cret"}
_BOTH = base64.b64encode(b"\0eve\0tops3cret")


def _answers(**more: Line) -> dict[bytes, Line]:
    named = {name.replace("_", " ").encode(): answer for name, answer in more.items()}
    return {b"EHLO": _PLAIN, b"QUIT": b"221 bye\r\n", **named}


def test_a_greeting_mail_server_is_up(check: Checked) -> None:
    with Peer(line_server(_GREETING, _answers())) as peer:
        sample = check("smtp", host="127.0.0.1", port=peer.port)
    assert (sample.status, sample.facts["banner"]) == ("up", "220 mx.test ESMTP ready")
    assert sample.first_byte_ms is not None
    assert peer.heard[0] == b"EHLO [127.0.0.1]"


def test_it_goes_over_to_tls_where_that_is_offered(check: Checked, authority: Authority) -> None:
    offer = b"250-mx.test\r\n250 STARTTLS\r\n"
    upgrade = Upgrade(b"220 go\r\n", authority.context("127.0.0.1"))
    with Peer(line_server(_GREETING, _answers(EHLO=offer, STARTTLS=upgrade))) as peer:
        sample = check("smtp", host="127.0.0.1", port=peer.port)
    assert sample.status == "up"
    assert sample.facts["tls"]["is_verified"] is True
    assert [each.split()[0] for each in peer.heard[:3]] == [b"EHLO", b"STARTTLS", b"EHLO"]


def test_it_logs_in_under_tls_from_the_first_byte(check: Checked, authority: Authority) -> None:
    server = line_server(_GREETING, _answers(AUTH_PLAIN=b"235 welcome\r\n"))
    with Peer(server, tls=authority.context("127.0.0.1")) as peer:
        sample = check("smtp", host="127.0.0.1", port=peer.port, security="tls", **_USER)
    assert sample.status == "up"
    assert b"AUTH PLAIN " + _BOTH in peer.heard


def test_it_logs_in_the_older_way(check: Checked) -> None:
    answers = _answers(
        EHLO=b"250-mx.test\r\n250 AUTH LOGIN\r\n",
        AUTH_LOGIN=b"334 VXNlcm5hbWU6\r\n",
        ZXZl=b"334 UGFzc3dvcmQ6\r\n",
        dG9wczNjcmV0=b"235 welcome\r\n",
    )
    with Peer(line_server(_GREETING, answers)) as peer:
        sample = check("smtp", host="127.0.0.1", port=peer.port, security="none", **_USER)
    assert sample.status == "up"


@pytest.mark.parametrize(
    ("answers", "config", "reason"),
    [
        ({"AUTH_PLAIN": b"535 5.7.8 bad credentials\r\n"}, _USER, "login_refused"),
        ({"AUTH_PLAIN": b"454 later\r\n"}, _USER, "service_refused"),
        ({"EHLO": b"250 mx.test\r\n"}, _USER, "login_unsupported"),
        ({"EHLO": b"421 too busy\r\n"}, {}, "service_refused"),
        ({"EHLO": b"550 no\r\n"}, {}, "unexpected_answer"),
        ({}, {"security": "starttls"}, "starttls_missing"),
        ({}, {"banner": "Postfix"}, "unexpected_answer"),
    ],
)
def test_each_failure_has_its_reason(
    check: Checked, answers: dict[str, bytes], config: dict[str, str], reason: str
) -> None:
    with Peer(line_server(_GREETING, _answers(**answers))) as peer:
        sample = check("smtp", host="127.0.0.1", port=peer.port, **{"security": "none", **config})
    assert (sample.status, sample.reason) == ("down", reason)
    assert sample.facts["evidence"]["answers"]


def test_a_password_is_not_sent_when_the_offer_of_tls_is_left_out(check: Checked) -> None:
    with Peer(line_server(_GREETING, _answers(AUTH_PLAIN=b"235 welcome\r\n"))) as peer:
        sample = check("smtp", host="127.0.0.1", port=peer.port, **_USER)
    assert sample.reason == "starttls_missing"
    assert not any(_BOTH in each for each in peer.heard)


def test_it_asks_whether_mail_is_taken(check: Checked) -> None:
    answers = _answers(MAIL=b"250 ok\r\n", RCPT=b"250 ok\r\n", RSET=b"250 ok\r\n")
    with Peer(line_server(_GREETING, answers)) as peer:
        sample = check("smtp", host="127.0.0.1", port=peer.port, recipient="me@mx.test")
    assert sample.status == "up"
    assert peer.heard[1:4] == [b"MAIL FROM:<>", b"RCPT TO:<me@mx.test>", b"RSET"]


def test_mail_that_is_not_taken_is_told(check: Checked) -> None:
    answers = _answers(MAIL=b"250 ok\r\n", RCPT=b"550 5.1.1 nobody here\r\n")
    with Peer(line_server(_GREETING, answers)) as peer:
        sample = check("smtp", host="127.0.0.1", port=peer.port, recipient="me@mx.test")
    assert (sample.reason, sample.detail["answer"]) == ("recipient_refused", "550 5.1.1 nobody here")


def test_an_old_server_is_greeted_in_the_old_way(check: Checked) -> None:
    answers = _answers(EHLO=b"502 unknown\r\n", HELO=b"250 hello\r\n")
    with Peer(line_server(_GREETING, answers)) as peer:
        assert check("smtp", host="127.0.0.1", port=peer.port).status == "up"


def test_a_server_that_echoes_learns_us_nothing(check: Checked) -> None:
    def act(peer: Peer, connection: object) -> None:
        line_server(_GREETING, _answers(AUTH_PLAIN=b"535 AUTH PLAIN " + _BOTH + b" tops3cret\r\n"))(
            peer,
            connection,  # type: ignore[arg-type]
        )

    with Peer(act) as peer:
        sample = check("smtp", host="127.0.0.1", port=peer.port, security="none", **_USER)
    assert sample.reason == "login_refused"
    shown = str(sample.to_wire())
    assert "tops3cret" not in shown
    assert _BOTH.decode() not in shown


@pytest.mark.parametrize("type_name", ["smtp", "imap", "pop3", "ftp"])
@pytest.mark.parametrize(
    ("act", "reasons"),
    [
        (silent, {"timeout"}),
        (dripping(b"2" * 80, 0.03), {"timeout", "unexpected_answer"}),
        (saying(b"\xff\xfe\x00garbage\r\n" * 3), {"unexpected_answer", "connection_reset"}),
        (saying(b"SSH-2.0-other\r\n"), {"unexpected_answer"}),
        (saying(b"22"), {"connection_closed"}),
        (saying(b"220-" + b"x\r\n220-" * 500), {"answer_too_long", "unexpected_answer"}),
        (saying(), {"connection_closed"}),
        (flooding(b"y" * 4096), {"answer_too_long"}),
        (echoing, {"timeout"}),
    ],
)
def test_hostile_servers_of_lines_are_down(
    check: Checked, type_name: str, act: object, reasons: set[str]
) -> None:
    with Peer(act) as peer:  # type: ignore[arg-type]
        sample = check(type_name, host="127.0.0.1", port=peer.port, timeout_ms=400, **_USER)
    assert sample.reason in reasons | {"probe_overloaded"}
    assert sample.status != "up"


@pytest.mark.parametrize(
    "config", [{"recipient": "a b@c"}, {"sender": "x"}, {"username": "a\r\nRSET"}, {"password": "x\ny"}]
)
def test_commands_cannot_be_slipped_in(config: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        get_type("smtp").parse({"host": "mx.test", **config})
