"""Certificates judged: good for long enough, trusted, named, strong, expected; directly and by STARTTLS."""

from __future__ import annotations

import queue
import socket
import ssl
import warnings
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from app.engine.usability.certificate import facts as certificates
from app.engine.usability.loop import Engine
from app.engine.usability.registry import get_type
from app.engine.usability.types import Check, Sample
from tests.engine.certs import Authority
from tests.engine.conftest import LOOPBACK, now_ms
from tests.engine.usability.peers import Act, Checked, Peer, checker, saying, silent

HOST = "127.0.0.1"


def _idle(_peer: Peer, connection: socket.socket) -> None:
    connection.recv(100)


def test_a_good_certificate_is_up_and_told(check: Checked, authority: Authority) -> None:
    with Peer(_idle, tls=authority.context(HOST)) as peer:
        sample = check("tls", host=HOST, port=peer.port)
    assert sample.status == "up"
    leaf = sample.facts["chain"][0]
    assert (leaf["subject"], leaf["key"], leaf["signature"]) == (
        "CloudEye tests, 127.0.0.1",
        "EC secp256r1",
        "sha256",
    )
    assert sample.facts["tls"]["is_verified"] is True
    assert sample.tls_ms is not None
    assert sample.first_byte_ms is None
    assert get_type("tls").told(sample.facts, "zh")[0][0] == "证书 1"


@pytest.mark.parametrize(
    ("how", "name", "config", "verdict"),
    [
        ({"days": 5}, HOST, {}, ("degraded", "tls_expires_soon")),
        ({"days": 5}, HOST, {"warn_days": 3}, ("up", None)),
        ({"days": -1}, HOST, {}, ("down", "tls_expired")),
        ({"days": -1}, HOST, {"verify_chain": False}, ("down", "tls_expired")),
        ({"starts_in": 1}, HOST, {"verify_chain": False}, ("down", "tls_not_yet_valid")),
        ({"self_signed": True}, HOST, {}, ("down", "tls_self_signed")),
        ({"self_signed": True}, HOST, {"verify_chain": False}, ("up", None)),
        ({}, "other.test", {}, ("down", "tls_wrong_host")),
        ({}, "other.test", {"verify_chain": False}, ("down", "tls_wrong_host")),
        ({}, "other.test", {"verify_name": False}, ("up", None)),
        ({}, "other.test", {"server_name": "other.test"}, ("up", None)),
        ({}, "*.other.test", {"server_name": "a.other.test", "verify_chain": False}, ("up", None)),
        ({}, HOST, {"expected_fingerprint": "ab" * 32}, ("down", "tls_fingerprint")),
        ({}, HOST, {"expected_issuer": "let's encrypt"}, ("down", "tls_issuer")),
        ({}, HOST, {"expected_issuer": "test ca"}, ("up", None)),
        ({}, HOST, {"expected_issuer": "CloudEye tests, Test CA"}, ("up", None)),
        ({}, HOST, {"expected_issuer": "CN=Test CA,O=CloudEye tests"}, ("up", None)),
    ],
)
def test_each_certificate_has_its_verdict(
    check: Checked,
    authority: Authority,
    how: dict[str, float],
    name: str,
    config: dict[str, object],
    verdict: tuple[str, str | None],
) -> None:
    with Peer(_idle, tls=authority.context(name, **how)) as peer:
        sample = check("tls", host=HOST, port=peer.port, **config)
    assert (sample.status, sample.reason) == verdict
    if sample.status != "up":
        assert name in sample.facts["evidence"]["chain"][0]


def test_an_issuer_is_compared_as_people_write_it(authority: Authority) -> None:
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Entrust, Inc.")])
    own = authority.certificate
    signed = (
        x509.CertificateBuilder(issuer, own.subject, own.public_key(), 77)
        .not_valid_before(own.not_valid_before_utc)
        .not_valid_after(own.not_valid_after_utc)
        .sign(authority.key, hashes.SHA256())
    )
    leaf = certificates.read(signed.public_bytes(serialization.Encoding.DER))
    assert leaf is not None
    assert (leaf.is_issued_by("entrust, inc."), leaf.is_issued_by("Entrust Ltd")) == (True, False)


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(("days", "verdict"), [(30, ("up", None)), (5, ("degraded", "tls_expires_soon"))])
def test_a_server_that_wants_to_see_a_certificate_has_one_itself(
    check: Checked,
    authority: Authority,
    newest: ssl.TLSVersion,
    days: int,
    verdict: tuple[str, str | None],
) -> None:
    context = authority.context(HOST, days=days)
    context.maximum_version = newest
    context.verify_mode = ssl.CERT_REQUIRED
    with Peer(_idle, tls=context) as peer:
        sample = check("tls", host=HOST, port=peer.port)
    assert (sample.status, sample.reason) == verdict


def test_an_ended_certificate_that_is_sent_along_is_told(
    check: Checked, authority: Authority, tmp_path: Path
) -> None:
    leaf, key = authority.files(HOST)
    ended, _ = authority.files("Old intermediate", days=-3)
    (tmp_path / "chain.pem").write_text(Path(leaf).read_text() + Path(ended).read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "chain.pem", key)
    with Peer(_idle, tls=context) as peer:
        sample = check("tls", host=HOST, port=peer.port)
    assert (sample.status, sample.reason) == ("degraded", "tls_chain_expired")
    assert "Old intermediate" in sample.detail["subject"]


def test_own_authorities_are_trusted_instead_of_the_public_ones(authority: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path)
    own = Path(authority.ca_file).read_text()
    check = checker(stranger)
    with Peer(_idle, tls=authority.context(HOST)) as peer, Peer(_idle, tls=stranger.context(HOST)) as other:
        words = {"host": HOST, "ca_bundle": own}
        assert check("tls", host=HOST, port=peer.port).reason == "tls_untrusted"
        assert check("tls", port=peer.port, **words).status == "up"
        assert check("tls", port=other.port, **words).reason == "tls_untrusted"
        assert check("tcp", port=peer.port, tls=True, **words).status == "up"


def _weak_context(authority: Authority, folder: Path) -> ssl.SSLContext:
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - weak on purpose
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "weak")])
    certificate = authority.certificate
    leaf = (
        x509.CertificateBuilder(certificate.subject, name, key.public_key(), 77)
        .not_valid_before(certificate.not_valid_before_utc)
        .not_valid_after(certificate.not_valid_after_utc)
        .sign(authority.key, hashes.SHA256())
    )
    file = folder / "weak.pem"
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(leaf.public_bytes(encoding) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize(
    ("config", "verdict"),
    [
        ({}, ("down", "tls_weak_key")),
        ({"verify_chain": False}, ("degraded", "tls_weak_key")),
        ({"verify_chain": False, "refuse_weak": False}, ("up", None)),
    ],
)
def test_a_weak_key_is_told(
    check: Checked,
    authority: Authority,
    tmp_path: Path,
    config: dict[str, object],
    verdict: tuple[str, str | None],
) -> None:
    with Peer(_idle, tls=_weak_context(authority, tmp_path)) as peer:
        sample = check("tls", host=HOST, port=peer.port, verify_name=False, **config)
    assert (sample.status, sample.reason) == verdict


def _old_context(authority: Authority) -> ssl.SSLContext:
    context = authority.context(HOST)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


@pytest.mark.parametrize(
    ("oldest", "is_old", "status"),
    [("1.2", True, "degraded"), ("1.2", False, "up"), ("any", True, "up"), ("1.3", False, "degraded")],
)
def test_an_old_protocol_is_told(
    check: Checked, authority: Authority, oldest: str, is_old: bool, status: str
) -> None:
    context = _old_context(authority) if is_old else authority.context(HOST)
    with Peer(_idle, tls=context) as peer:
        sample = check("tls", host=HOST, port=peer.port, oldest_protocol=oldest)
    assert sample.status == status
    assert sample.facts["tls"]["version"] == "TLSv1.3"
    if status == "degraded":
        assert sample.reason == "tls_old_protocol"
        assert sample.detail["version"] == ("TLSv1.1" if is_old else "TLSv1.2")


def test_silence_at_the_old_protocol_is_no_failure(check: Checked, authority: Authority) -> None:
    context = authority.context(HOST)
    came: list[int] = []

    def act(peer: Peer, connection: socket.socket) -> None:
        came.append(1)
        if len(came) > 1:
            silent(peer, connection)
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(100)

    with Peer(act) as peer:
        sample = check("tls", host=HOST, port=peer.port, oldest_protocol="1.2", timeout_ms=500)
    assert (sample.status, sample.reason) == ("up", None)
    assert sample.total_ms is not None
    assert sample.total_ms < 450


def _after(said: bytes, *rounds: tuple[bytes, bytes], context: ssl.SSLContext) -> Act:
    """A server that greets, answers each request that ends so, and shakes hands."""

    def act(_peer: Peer, connection: socket.socket) -> None:
        connection.sendall(said)
        for end, answer in rounds:
            got = b""
            while not got.endswith(end):
                got += connection.recv(1)
            connection.sendall(answer)
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(100)

    return act


_FEATURES = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client'><stream:features>"
    b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"
)
_MYSQL = b"\x0a8.0\0" + bytes(13) + b"\xff\xff" + bytes(30)
STARTS: dict[str, tuple[bytes, tuple[tuple[bytes, bytes], ...]]] = {
    "smtp": (
        b"220 hi\r\n",
        ((b"\n", b"250-me\r\n250 STARTTLS\r\n"), (b"STARTTLS\r\n", b"220 go\r\n")),
    ),
    "imap": (b"* OK hi\r\n", ((b"STARTTLS\r\n", b"s1 OK go\r\n"),)),
    "pop3": (b"+OK hi\r\n", ((b"STLS\r\n", b"+OK go\r\n"),)),
    "ftp": (b"220 hi\r\n", ((b"AUTH TLS\r\n", b"234 go\r\n"),)),
    "ldap": (b"", ((b"1.3.6.1.4.1.1466.20037", bytes.fromhex("300c02010178070a010004000400")),)),
    "xmpp": (
        b"",
        (
            (b"version='1.0'>", _FEATURES),
            (b"/>", b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
        ),
    ),
    "postgres": (b"", ((b"\x04\xd2\x16\x2f", b"S"),)),
    "mysql": (len(_MYSQL).to_bytes(3, "little") + b"\0" + _MYSQL, ((b"\x2d" + bytes(23), b""),)),
}


@pytest.mark.parametrize("protocol", STARTS)
def test_it_begins_in_the_protocol_and_goes_over(check: Checked, authority: Authority, protocol: str) -> None:
    said, rounds = STARTS[protocol]
    with Peer(_after(said, *rounds, context=authority.context(HOST))) as peer:
        sample = check("tls", host=HOST, port=peer.port, starttls=protocol)
    assert (sample.status, sample.reason) == ("up", None)
    assert sample.facts["chain"][0]["subject"] == "CloudEye tests, 127.0.0.1"


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        ("smtp", b"220 hi\r\n250 me\r\n"),
        ("imap", b"* OK hi\r\ns1 NO\r\n"),
        ("pop3", b"+OK hi\r\n-ERR\r\n"),
        ("ftp", b"220 hi\r\n500 what\r\n"),
        ("ldap", bytes.fromhex("300c02010178070a010204000400")),
        ("xmpp", b"<stream:stream><stream:features></stream:features>"),
        ("postgres", b"N"),
        ("mysql", b"\x33\0\0\0\x0a8.0\0" + bytes(46)),
    ],
)
def test_a_server_without_tls_in_its_protocol_is_told(check: Checked, protocol: str, said: bytes) -> None:
    def act(peer: Peer, connection: socket.socket) -> None:
        connection.sendall(said)
        silent(peer, connection)

    with Peer(act) as peer:
        sample = check("tls", host=HOST, port=peer.port, starttls=protocol, timeout_ms=1000)
    assert (sample.status, sample.reason) == ("down", "starttls_missing")


@pytest.mark.parametrize("protocol", ["none", *STARTS])
@pytest.mark.parametrize("said", [b"", b"\xff" * 3000, b"garbage\r\n" * 40, b"0\x84\xff\xff\xff\xff"])
def test_garbage_is_down_in_every_protocol(check: Checked, protocol: str, said: bytes) -> None:
    with Peer(saying(said)) as peer:
        sample = check("tls", host=HOST, port=peer.port, starttls=protocol, timeout_ms=1000)
    assert sample.status == "down"


@pytest.mark.parametrize(
    "config", [{"expected_fingerprint": "abc"}, {"server_name": "a b"}, {"warn_days": -1}, {"starttls": "x"}]
)
def test_a_wrong_configuration_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        get_type("tls").parse({"host": "a.test", **config})


def test_a_fingerprint_is_read_as_people_copy_it() -> None:
    text = ":".join(["AB"] * 32)
    config = get_type("tls").parse({"host": "a.test", "expected_fingerprint": text})
    assert config.model_dump()["expected_fingerprint"] == "ab" * 32


@pytest.mark.parametrize(
    ("watched", "statuses"), [("certificate", ["up", "degraded"]), ("issuer", ["up", "up"])]
)
def test_a_change_is_noticed(authority: Authority, watched: str, statuses: list[str]) -> None:
    contexts = iter([authority.context(HOST), authority.context(HOST)])
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()

    def act(peer: Peer, connection: socket.socket) -> None:
        with next(contexts).wrap_socket(connection, server_side=True) as secure:
            peer.heard.append(secure.recv(100))

    with Peer(act) as peer, Engine(ca_file=authority.ca_file, location="x", now_ms=now_ms) as engine:
        config = {"host": HOST, "port": peer.port, "on_change": "degraded", "watched": watched}
        came = []
        for _ in range(2):
            engine.submit([Check(1, 1, "tls", config, now_ms(), 5000, LOOPBACK)], samples.put)
            came.append(samples.get(timeout=10))
    assert [each.status for each in came] == statuses
    if statuses[1] == "degraded":
        assert came[1].reason == "tls_changed"
        assert came[1].detail["before"] == came[0].facts["tls"]["fingerprint"]
