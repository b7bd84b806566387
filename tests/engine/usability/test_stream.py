"""Conversations over TCP and TLS inside the loop, with peers that behave and peers that do not."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from app.engine.usability import registry
from app.engine.usability.registry import MonitorConfig, MonitorType, Text
from app.engine.usability.stream.stream import Place, Stream, TlsHow, converse, printable
from app.engine.usability.types import Check, Done, Outcome
from tests.engine.certs import Authority
from tests.engine.targets import NameServer, free_port, reset
from tests.engine.usability.peers import (
    Checked,
    Peer,
    dripping,
    echoing,
    flooding,
    saying,
    silent,
)

if TYPE_CHECKING:
    from app.engine.usability.loop import ProbeLoop

Conversation = Callable[[Stream], Coroutine[Any, Any, Outcome]]


class _Talking(MonitorType):
    """A type whose conversation the test brings along."""

    name: ClassVar[str] = "talking"
    title: ClassVar[Text] = {"en": "", "zh": ""}
    doc: ClassVar[Text] = title
    Config: ClassVar[type[MonitorConfig]] = MonitorConfig
    conversation: Conversation

    def start(self, loop: ProbeLoop, check: Check, done: Done) -> None:
        config = check.config
        how = TlsHow(verify=config.get("verify", True)) if config.get("tls") else None
        place = Place(config.get("host", "127.0.0.1"), config["port"], config.get("family", "any"), how)
        converse(loop, check, done, place, self.conversation)


@pytest.fixture
def talking(monkeypatch: pytest.MonkeyPatch) -> _Talking:
    kind = _Talking()
    monkeypatch.setitem(registry._types, "talking", kind)
    return kind


async def _line(stream: Stream) -> Outcome:
    line = await stream.read_until(b"\r\n", 100)
    return Outcome("up", facts={"line": stream.shown(line)})


async def _ask(stream: Stream) -> Outcome:
    await stream.send(b"question\r\n")
    return await _line(stream)


def test_it_speaks_and_listens_and_measures_the_phases(check: Checked, talking: _Talking) -> None:
    talking.conversation = _ask
    with Peer(echoing) as peer:
        sample = check("talking", port=peer.port)
    assert (sample.status, sample.facts["line"], sample.address) == ("up", "question", "127.0.0.1")
    assert sample.tls_ms is None
    phases = [sample.dns_ms, sample.connect_ms, sample.first_byte_ms, sample.transfer_ms]
    assert all(each is not None and each >= 0 for each in phases)


def test_it_speaks_tls_and_tells_the_certificate(
    check: Checked, talking: _Talking, authority: Authority
) -> None:
    talking.conversation = _ask
    with Peer(echoing, tls=authority.context("127.0.0.1")) as peer:
        sample = check("talking", port=peer.port, tls=True)
    assert sample.status == "up"
    assert sample.tls_ms is not None
    assert sample.tls_ms > 0
    assert sample.facts["tls"]["is_verified"] is True
    assert {"version", "issuer", "not_after_ms", "days_left", "fingerprint", "cipher"} <= set(
        sample.facts["tls"]
    )


@pytest.mark.parametrize(
    ("how", "names", "reason"),
    [
        ({"days": -1}, "127.0.0.1", "tls_expired"),
        ({"starts_in": 1}, "127.0.0.1", "tls_not_yet_valid"),
        ({"self_signed": True}, "127.0.0.1", "tls_self_signed"),
        ({}, "other.test", "tls_wrong_host"),
    ],
)
def test_a_wrong_certificate_has_its_reason_and_is_told(
    check: Checked, talking: _Talking, authority: Authority, how: dict[str, float], names: str, reason: str
) -> None:
    talking.conversation = _ask
    with Peer(echoing, tls=authority.context(names, **how)) as peer:
        sample = check("talking", port=peer.port, tls=True)
    assert (sample.status, sample.reason) == ("down", reason)
    assert sample.detail["host"] == "127.0.0.1"
    assert names in sample.detail["names"]
    assert sample.facts["tls"]["is_verified"] is False
    assert names in sample.facts["tls"]["names"]


def test_without_verification_any_certificate_will_do(
    check: Checked, talking: _Talking, authority: Authority
) -> None:
    talking.conversation = _ask
    with Peer(echoing, tls=authority.context("other.test", self_signed=True)) as peer:
        sample = check("talking", port=peer.port, tls=True, verify=False)
    assert (sample.status, sample.facts["tls"]["is_verified"]) == ("up", None)


def test_a_peer_that_speaks_no_tls_fails_the_handshake(check: Checked, talking: _Talking) -> None:
    talking.conversation = _ask
    with Peer(saying(b"SSH-2.0-not-tls\r\n")) as peer:
        sample = check("talking", port=peer.port, tls=True)
    assert (sample.status, sample.reason) == ("down", "tls_failed")


def test_it_goes_over_to_tls_in_the_middle(check: Checked, talking: _Talking, authority: Authority) -> None:
    context = authority.context("127.0.0.1")

    def act(peer: Peer, connection: socket.socket) -> None:
        connection.sendall(b"hello\r\n")
        with context.wrap_socket(connection, server_side=True) as secure:
            echoing(peer, secure)

    async def talk(stream: Stream) -> Outcome:
        await stream.read_until(b"\r\n", 100)
        await stream.start_tls("127.0.0.1", TlsHow())
        return await _ask(stream)

    talking.conversation = talk
    with Peer(act) as peer:
        sample = check("talking", port=peer.port)
    assert (sample.status, sample.facts["line"]) == ("up", "question")
    assert sample.tls_ms is not None


def test_words_slipped_in_before_the_handshake_are_refused(check: Checked, talking: _Talking) -> None:
    async def talk(stream: Stream) -> Outcome:
        await stream.read_until(b"\r\n", 100)
        await stream.start_tls("127.0.0.1", TlsHow())
        return Outcome("up")

    talking.conversation = talk
    with Peer(saying(b"hello\r\n250 injected\r\n")) as peer:
        sample = check("talking", port=peer.port)
    assert (sample.status, sample.reason) == ("down", "unexpected_answer")


def test_a_closed_port_is_refused(check: Checked, talking: _Talking) -> None:
    talking.conversation = _line
    sample = check("talking", port=free_port())
    assert (sample.status, sample.reason) == ("down", "connect_refused")


def test_the_next_address_is_tried(check: Checked, talking: _Talking) -> None:
    talking.conversation = _line
    with (
        Peer(saying(b"hello\r\n"), host="127.0.0.2") as peer,
        NameServer({"two.test": ("127.0.0.1", "127.0.0.2")}) as names,
    ):
        sample = check("talking", host="two.test", port=peer.port, dns_servers=(names.address,))
    assert (sample.status, sample.address) == ("up", "127.0.0.2")
    assert sample.facts.get("unreached", []) in (["127.0.0.1"], [])


def test_a_private_address_is_refused(check: Checked, talking: _Talking) -> None:
    talking.conversation = _line
    sample = check("talking", host="10.0.0.1", port=80)
    assert (sample.status, sample.reason) == ("down", "address_refused")


def test_a_missing_name_is_told(check: Checked, talking: _Talking) -> None:
    talking.conversation = _line
    with NameServer({}) as names:
        sample = check("talking", host="none.test", port=80, dns_servers=(names.address,))
    assert (sample.status, sample.reason) == ("down", "dns_not_found")


def test_a_silent_name_server_is_a_timeout_of_names(check: Checked, talking: _Talking) -> None:
    talking.conversation = _line
    with NameServer({"slow.test": ("127.0.0.1",)}) as names:
        names.ignores.add("slow.test")
        sample = check("talking", host="slow.test", port=80, timeout_ms=300, dns_servers=(names.address,))
    assert sample.reason in ("dns_timeout", "probe_no_dns", "probe_overloaded")


def test_a_silent_peer_is_a_timeout_in_its_phase(check: Checked, talking: _Talking) -> None:
    talking.conversation = _line
    with Peer(silent) as peer:
        sample = check("talking", port=peer.port, timeout_ms=300)
    assert (sample.status, sample.reason, sample.detail["phase"]) == ("down", "timeout", "first_byte")
    assert (sample.detail["step"], sample.facts["evidence"]) == ("greeting", {"step": "greeting"})
    assert sample.first_byte_ms is None
    assert sample.connect_ms is not None


def test_a_silent_handshake_is_a_timeout_of_tls(check: Checked, talking: _Talking) -> None:
    talking.conversation = _line
    with Peer(silent) as peer:
        sample = check("talking", port=peer.port, timeout_ms=300, tls=True)
    assert (sample.status, sample.reason) == ("down", "tls_timeout")


def test_a_dripping_peer_meets_the_one_deadline(check: Checked, talking: _Talking) -> None:
    talking.conversation = _line
    began = time.monotonic()
    with Peer(dripping(b"x" * 90, 0.05)) as peer:
        sample = check("talking", port=peer.port, timeout_ms=400)
    assert (sample.reason, sample.detail["phase"]) == ("timeout", "transfer")
    assert time.monotonic() - began < 3


def test_a_line_without_end_is_cut_off(check: Checked, talking: _Talking) -> None:
    talking.conversation = _line
    with Peer(flooding(b"x" * 4096)) as peer:
        sample = check("talking", port=peer.port)
    assert (sample.status, sample.reason, sample.detail["limit"]) == ("down", "answer_too_long", 100)
    assert sample.facts["evidence"]["answers"][0].startswith("xxx")


def test_an_early_end_is_told_with_its_step(check: Checked, talking: _Talking) -> None:
    talking.conversation = _line
    with Peer(saying(b"hel")) as peer:
        sample = check("talking", port=peer.port)
    assert (sample.reason, sample.detail["step"]) == ("connection_closed", "greeting")
    assert sample.facts["evidence"] == {"step": "greeting", "answers": ["hel"]}


def test_a_reset_is_told(check: Checked, talking: _Talking) -> None:
    talking.conversation = _line
    with Peer(lambda _peer, connection: reset(connection)) as peer:
        sample = check("talking", port=peer.port)
    assert (sample.status, sample.reason, sample.detail["error"]) == (
        "down",
        "connection_reset",
        "ECONNRESET",
    )


def test_large_texts_go_both_ways(check: Checked, talking: _Talking, authority: Authority) -> None:
    size = 3_000_000

    def act(_peer: Peer, connection: socket.socket) -> None:
        got = 0
        while got < size:
            got += len(connection.recv(65536))
        connection.sendall(b"y" * size)

    async def talk(stream: Stream) -> Outcome:
        await stream.send(b"x" * size)
        return Outcome("up", facts={"size": len(await stream.read_exactly(size))})

    talking.conversation = talk
    for tls in (None, authority.context("127.0.0.1")):
        with Peer(act, tls=tls) as peer:
            assert check("talking", port=peer.port, tls=tls is not None).facts["size"] == size


def test_an_error_of_the_conversation_is_the_probes_own(check: Checked, talking: _Talking) -> None:
    async def talk(_stream: Stream) -> Outcome:
        raise LookupError("mine")

    talking.conversation = talk
    with Peer(silent) as peer:
        sample = check("talking", port=peer.port)
    assert (sample.status, sample.reason) == ("unknown", "probe_error")
    assert "mine" in sample.detail["error"]


def test_a_hidden_word_is_not_shown(check: Checked, talking: _Talking) -> None:
    async def talk(stream: Stream) -> Outcome:
        stream.hide("tops3cret")
        await stream.send(b"PASS tops3cret\r\n")
        raise stream.unexpected(await stream.read_until(b"\r\n", 100), "OK")

    talking.conversation = talk
    with Peer(echoing) as peer:
        sample = check("talking", port=peer.port)
    assert sample.reason == "unexpected_answer"
    assert "tops3cret" not in str(sample.to_wire()[5:])
    assert sample.detail["answer"] == "PASS •••"


def test_it_prints_what_cannot_be_printed() -> None:
    assert printable("a\x00b\x1b[31m\u202ec") == "a\\x00b\\x1b[31m\\u202ec"
    assert printable("x" * 500, 10) == "xxxxxxxxx…"
