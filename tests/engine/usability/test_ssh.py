"""SSH: a real server where one is installed, a small one that signs wrongly, and others that misbehave."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.engine.usability.protocols import ssh
from app.engine.usability.registry import get_type
from tests import servers
from tests.engine.usability.peers import (
    Checked,
    Peer,
    dripping,
    echoing,
    flooding,
    saying,
    silent,
)

HOST = "127.0.0.1"
KINDS = {"ed25519": "ssh-ed25519", "rsa": "ssh-rsa", "ecdsa": "ecdsa-sha2-nistp256"}


@dataclass
class Sshd:
    port: int
    fingerprint: str
    kind: str


@pytest.fixture(scope="module", params=KINDS)
def sshd(request: pytest.FixtureRequest) -> Iterator[Sshd]:
    """An OpenSSH server with a host key of each kind."""
    with _sshd(request.param) as server:
        yield server


@contextmanager
def _sshd(kind: str, *options: str) -> Iterator[Sshd]:
    program = servers.need("sshd", package="openssh-server")
    with servers.short_folder() as folder:
        key, free = folder / "key", servers.free_port()
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(key)], check=True)
        told = subprocess.run(["ssh-keygen", "-lf", str(key)], capture_output=True, text=True, check=True)
        if os.getuid() == 0:
            # It wants this folder, which its package makes at the start of the machine.
            Path("/run/sshd").mkdir(exist_ok=True)
        words = [program, "-D", "-e", "-f", "/dev/null", "-h", str(key), "-p", str(free)]
        words += ["-o", f"ListenAddress={HOST}", "-o", f"PidFile={folder}/pid", "-o", "UsePAM=no"]
        words += ["-o", "MaxStartups=100", *(word for each in options for word in ("-o", each))]
        with servers.running(servers.Server(words, folder, lambda: servers.is_listening(free))):
            yield Sshd(free, told.stdout.split()[1], KINDS[kind])


def test_it_verifies_the_host_key_of_a_real_server(check: Checked, sshd: Sshd) -> None:
    words = {"expected_fingerprint": sshd.fingerprint, "banner": "OpenSSH"}
    sample = check("ssh", host=HOST, port=sshd.port, **words)
    assert (sample.status, sample.reason) == ("up", None)
    assert (sample.facts["host_key"], sample.facts["host_key_kind"]) == (sshd.fingerprint, sshd.kind)


def test_another_host_key_is_told(check: Checked, sshd: Sshd) -> None:
    words = {"expected_fingerprint": "SHA256:" + "x" * 43}
    sample = check("ssh", host=HOST, port=sshd.port, **words)
    assert (sample.status, sample.reason) == ("down", "host_key_changed")
    assert sample.detail["fingerprint"] == sshd.fingerprint


@pytest.fixture(scope="module")
def picky() -> Iterator[Callable[[str], Sshd]]:
    """`picky(option)`: an OpenSSH server that insists on something."""
    with ExitStack() as until:
        yield lambda option: until.enter_context(_sshd("ed25519", option))


@pytest.mark.parametrize(
    "option",
    [
        "KexAlgorithms=ecdh-sha2-nistp256",
        "KexAlgorithms=ecdh-sha2-nistp384",
        "KexAlgorithms=ecdh-sha2-nistp521",
        "Ciphers=aes256-cbc",
    ],
)
def test_it_verifies_the_host_key_of_a_server_that_knows_few_methods(
    check: Checked, picky: Callable[[str], Sshd], option: str
) -> None:
    server = picky(option)
    sample = check("ssh", host=HOST, port=server.port, expected_fingerprint=server.fingerprint)
    assert (sample.status, sample.reason) == ("up", None)


def test_a_server_whose_methods_nobody_knows_here_is_no_outage(
    check: Checked, picky: Callable[[str], Sshd]
) -> None:
    server = picky("KexAlgorithms=diffie-hellman-group16-sha512")
    seen = check("ssh", host=HOST, port=server.port)
    assert (seen.status, "host_key" in seen.facts) == ("up", False)
    compared = check("ssh", host=HOST, port=server.port, expected_fingerprint=server.fingerprint)
    assert (compared.status, compared.reason) == ("unknown", "key_exchange_unknown")
    assert "diffie-hellman-group16-sha512" in compared.detail["methods"]


def test_a_version_alone_will_do(check: Checked) -> None:
    with Peer(saying(b"welcome\r\nSSH-2.0-Small_1.0\r\n")) as peer:
        sample = check("ssh", host=HOST, port=peer.port, reads_host_key=False)
    assert (sample.status, sample.facts["version"]) == ("up", "SSH-2.0-Small_1.0")


def _packet(payload: bytes) -> bytes:
    return (len(payload) + 5).to_bytes(4, "big") + b"\x04" + payload + bytes(4)


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


_GREETING = b"SSH-2.0-x\r\n" + _packet(bytes([20]) + bytes(60))
_KEY = _string(b"ssh-ed25519") + _string(bytes(range(32)))
_SIGNATURE = _string(b"ssh-ed25519") + _string(bytes(64))


@pytest.mark.parametrize(
    "said",
    [
        _GREETING + _packet(bytes([31]) + _string(_KEY) + _string(b"\x09" * 32) + _string(_SIGNATURE)),
        _GREETING + _packet(bytes([31]) + _string(_KEY) + _string(bytes(32)) + _string(_SIGNATURE)),
        _GREETING + _packet(bytes([31]) + b"\xff\xff\xff\xff"),
        _GREETING + _packet(bytes([31]) + _string(b"junk") * 3),
        _GREETING + _packet(bytes([1, 0, 0, 0, 3]) + _string(b"no match")),
        _GREETING + _packet(bytes([2])) * 50,
        b"SSH-2.0-x\r\n" + b"\xff" * 40,
        b"SSH-2.0-x\r\n\0\0\0\x0c\xff" + bytes(20),
        b"SSH-1.5-old\r\n",
        b"hello\r\n" * 50,
        b"220 mail\r\n",
        b"",
    ],
)
def test_a_wrong_server_is_down(check: Checked, said: bytes) -> None:
    with Peer(saying(said)) as peer:
        sample = check("ssh", host=HOST, port=peer.port)
    assert sample.status == "down"
    assert sample.reason in {"unexpected_answer", "connection_closed"}


def test_what_a_server_said_before_it_left_is_told(check: Checked) -> None:
    with Peer(saying(b"Exceeded MaxStartups\r\n")) as peer:
        sample = check("ssh", host=HOST, port=peer.port)
    assert (sample.reason, sample.detail["answer"]) == ("unexpected_answer", "Exceeded MaxStartups")


@pytest.mark.parametrize("act", [silent, dripping(b"S" * 50, 0.05), echoing, flooding(b"x" * 999)])
def test_hostile_servers_are_down(check: Checked, act: Any) -> None:
    with Peer(act) as peer:
        assert check("ssh", host=HOST, port=peer.port, timeout_ms=400).status != "up"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80), st.binary(max_size=80))
def test_no_made_up_signature_is_right(key: bytes, signature: bytes) -> None:
    for each in (key, _string(b"ssh-ed25519") + key, _KEY):
        with pytest.raises(ValueError):
            ssh.verify(each, signature, b"signed")


def test_a_fingerprint_must_look_like_one() -> None:
    with pytest.raises(ValidationError):
        get_type("ssh").parse({"host": "a.test", "expected_fingerprint": "MD5:aa"})
