"""File servers over FTP."""

from __future__ import annotations

import pytest

from tests.engine.certs import Authority
from tests.engine.usability.peers import Checked, Line, Peer, Upgrade, line_server

_GREETING = b"220-welcome\r\n to the files\r\n220 ready\r\n"
_USER = {"username": "eve", "password": "tops3cret"}
_IN: dict[bytes, Line] = {
    b"USER": b"331 and?\r\n",
    b"PASS tops3cret": b"230 in\r\n",
    b"TYPE I": b"200 ok\r\n",
    b"QUIT": b"221 bye\r\n",
}


def test_a_greeting_server_is_up(check: Checked) -> None:
    with Peer(line_server(b"120 soon\r\n" + _GREETING, {})) as peer:
        sample = check("ftp", host="127.0.0.1", port=peer.port)
    assert sample.status == "up"
    assert "welcome" in sample.facts["banner"]


def test_it_goes_over_to_tls_logs_in_and_finds_the_file(check: Checked, authority: Authority) -> None:
    upgrade = Upgrade(b"234 begin\r\n", authority.context("127.0.0.1"))
    answers = {
        **_IN,
        b"FEAT": b"211-Features:\r\n AUTH TLS\r\n SIZE\r\n211 End\r\n",
        b"AUTH TLS": upgrade,
        b"SIZE /pub/a b.txt": b"213 1234\r\n",
    }
    with Peer(line_server(_GREETING, answers)) as peer:
        sample = check("ftp", host="127.0.0.1", port=peer.port, file="/pub/a b.txt", **_USER)
    assert (sample.status, sample.facts["size"]) == ("up", 1234)
    assert sample.facts["tls"]["is_verified"] is True


def test_a_file_is_looked_for_as_anonymous_where_no_user_is_given(check: Checked) -> None:
    answers: dict[bytes, Line] = {
        **_IN,
        b"USER anonymous": b"331 your mail?\r\n",
        b"PASS anonymous@": b"230 in\r\n",
        b"SIZE /there": b"213 5\r\n",
        b"SIZE /gone": b"550 none\r\n",
    }
    with Peer(line_server(_GREETING, answers)) as peer:
        there = check("ftp", host="127.0.0.1", port=peer.port, file="/there")
        gone = check("ftp", host="127.0.0.1", port=peer.port, file="/gone")
    assert (there.status, there.facts["size"]) == ("up", 5)
    assert (gone.status, gone.reason) == ("down", "value_missing")


@pytest.mark.parametrize(
    ("answers", "config", "reason"),
    [
        ({b"PASS tops3cret": b"530 no tops3cret\r\n"}, {}, "login_refused"),
        ({b"USER": b"421 full\r\n"}, {}, "service_refused"),
        ({b"SIZE": b"550 none\r\n"}, {"file": "x"}, "value_missing"),
        ({b"SIZE": b"213 many\r\n"}, {"file": "x"}, "unexpected_answer"),
        ({}, {"security": "starttls"}, "starttls_missing"),
        ({}, {"security": "auto"}, "starttls_missing"),
    ],
)
def test_each_failure_has_its_reason(
    check: Checked, answers: dict[bytes, Line], config: dict[str, str], reason: str
) -> None:
    with Peer(line_server(_GREETING, {**_IN, **answers})) as peer:
        sample = check("ftp", host="127.0.0.1", port=peer.port, **{"security": "none", **_USER, **config})
    assert (sample.status, sample.reason) == ("down", reason)
    assert "tops3cret" not in str(sample.to_wire())
