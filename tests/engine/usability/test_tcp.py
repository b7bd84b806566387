"""TCP ports: connecting, saying, hearing; and a crowd of silent ones that delays nobody."""

from __future__ import annotations

import queue
import socket

import pytest
from pydantic import ValidationError

from app.engine.usability.loop import Engine
from app.engine.usability.registry import get_type, problems
from app.engine.usability.types import Check, Sample
from tests.bounded import within_cpu
from tests.engine.certs import Authority
from tests.engine.conftest import LOOPBACK, now_ms
from tests.engine.usability.peers import (
    Checked,
    Peer,
    dripping,
    echoing,
    flooding,
    saying,
    silent,
)


def test_an_open_port_is_up(check: Checked) -> None:
    with Peer(silent) as peer:
        sample = check("tcp", host="127.0.0.1", port=peer.port)
    assert (sample.status, sample.first_byte_ms, sample.transfer_ms) == ("up", None, None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"send": r"ping\r\n", "expect": r"ping\r\n"}, b"ping\r\n"),
        ({"send": "00ff10", "send_format": "hex", "expect": "ff10", "expect_format": "hex"}, b"\x00\xff\x10"),
        ({"send": "load 17", "expect": r"load \d+$", "expect_format": "regex"}, b"load 17"),
    ],
)
def test_it_finds_what_it_expects(check: Checked, words: dict[str, str], said: bytes) -> None:
    with Peer(echoing) as peer:
        sample = check("tcp", host="127.0.0.1", port=peer.port, **words)
    assert sample.status == "up"
    assert sample.facts["answer"]


def test_it_finds_what_comes_in_pieces(check: Checked) -> None:
    with Peer(dripping(b"220 ready", 0.01)) as peer:
        sample = check("tcp", host="127.0.0.1", port=peer.port, expect="220 ready")
    assert (sample.status, sample.facts["answer"]) == ("up", "220 ready")


def test_it_speaks_tls(check: Checked, authority: Authority) -> None:
    with Peer(echoing, tls=authority.context("127.0.0.1")) as peer:
        sample = check("tcp", host="127.0.0.1", port=peer.port, tls=True, send="hi", expect="hi")
    assert sample.status == "up"
    assert sample.facts["tls"]["is_verified"] is True


def test_another_answer_is_shown(check: Checked) -> None:
    with Peer(saying(b"-ERR \x00no\r\n")) as peer:
        sample = check("tcp", host="127.0.0.1", port=peer.port, expect="+OK")
    assert (sample.status, sample.reason) == ("down", "unexpected_answer")
    assert (sample.detail["answer"], sample.detail["expected"]) == ("-ERR \\x00no", "+OK")
    assert sample.facts["evidence"]["answers"] == ["-ERR \\x00no"]


def test_a_flood_ends_at_the_limit(check: Checked) -> None:
    with Peer(flooding(b"x" * 65536)) as peer:
        sample = check("tcp", host="127.0.0.1", port=peer.port, expect="y", max_answer_kb=64)
    assert sample.reason == "unexpected_answer"


def test_an_end_without_a_word_is_told(check: Checked) -> None:
    with Peer(saying()) as peer:
        sample = check("tcp", host="127.0.0.1", port=peer.port, expect="y")
    assert sample.reason == "connection_closed"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"port": 0}, "port"),
        ({"port": 1, "host": "http://x/"}, "host"),
        ({"port": 1, "host": ""}, "host"),
        ({"port": 1, "send": r"\q"}, "config"),
        ({"port": 1, "send": "0", "send_format": "hex"}, "config"),
        ({"port": 1, "expect": "a(", "expect_format": "regex"}, "config"),
    ],
)
def test_a_wrong_configuration_is_refused(words: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        get_type("tcp").parse({"host": "a.test", **words})
    assert list(problems(caught.value)) == [field]


def test_five_hundred_silent_ports_delay_nobody(authority: Authority) -> None:
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()

    def asked(number: int, port: int, expect: str, due_in: int, timeout_ms: int) -> Check:
        config = {"host": "127.0.0.1", "port": port, "send": "hi", "expect": expect}
        return Check(number, number, "tcp", config, now_ms() + due_in, timeout_ms, LOOPBACK)

    with (
        socket.create_server(("127.0.0.1", 0), backlog=1024) as mute,
        Peer(echoing) as peer,
        Engine(ca_file=authority.ca_file, location="here", now_ms=now_ms) as engine,
    ):
        crowd = [asked(number, mute.getsockname()[1], "x", 0, 1200) for number in range(500)]
        # One amid the start of the crowd, one while all wait, one at the moment when all give up.
        healthy = [asked(1000 + due, peer.port, "hi", due, 5000) for due in (5, 600, 1200)]
        engine.submit([*crowd, *healthy], samples.put)
        came = [samples.get(timeout=10) for _ in range(503)]
    well = [each for each in came if each.id >= 1000]
    assert [each.status for each in well] == ["up"] * 3
    assert all(each.late_ms + (each.total_ms or 0) < 600 for each in well)
    rest = {(each.status, each.reason) for each in came if each.id < 1000}
    assert rest <= {("down", "timeout"), ("unknown", "probe_overloaded")}


def test_a_server_that_drips_is_not_looked_through_at_each_crumb(check: Checked) -> None:
    def talk(peer: Peer, connection: socket.socket) -> None:
        connection.sendall(b"x" * 900_000)
        dripping(b"x" * 400, 0.001)(peer, connection)

    with within_cpu(1.0):
        with Peer(talk) as peer:
            config = {"expect": "(a|b)+c", "expect_format": "regex", "max_answer_kb": 1024}
            sample = check("tcp", host="127.0.0.1", port=peer.port, **config)
        assert sample.reason == "unexpected_answer"
