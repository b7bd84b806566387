"""PostgreSQL: a real server where one is installed, and servers that behave badly."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.usability.protocols.scram import Scram, ScramError, ServerNotProvedError, prepared
from tests import servers
from tests.engine.certs import Authority
from tests.engine.usability.peers import Checked, Peer, echoing, saying, silent

HOST = "127.0.0.1"
EVE = {"username": "eve", "password": "tops3cret"}


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


def _error(state: str) -> bytes:
    return _message(b"E", f"SFATAL\0C{state}\0Mno tops3cret\0\0".encode())


def _programs() -> Path:
    """The folder of PostgreSQL's programs, which Debian keeps out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        return Path(servers.need("postgres", package="postgresql")).parent
    return found[-1].parent


def _as_nobody(*words: str) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return list(words)
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *words]


@pytest.fixture(scope="module")
def port(authority: Authority) -> Iterator[int]:
    """A server with TLS: eve logs in by SCRAM, old by MD5, clear in clear text; ident lets nobody in."""
    programs = _programs()
    with servers.short_folder() as folder:
        folder.chmod(0o777)
        data = folder / "data"
        made = subprocess.run(
            _as_nobody(
                str(programs / "initdb"), "-D", str(data), "-U", "boss", "-N", "--no-locale", "-E", "UTF8"
            ),
            capture_output=True,
            check=False,
            cwd=folder,
        )
        assert made.returncode == 0, made.stderr
        for name, file in zip(("server.crt", "server.key"), authority.files(HOST), strict=True):
            shutil.copy(file, data / name)
            if os.getuid() == 0:
                os.chown(data / name, pwd.getpwnam("nobody").pw_uid, -1)
            (data / name).chmod(0o600)
        (data / "pg_hba.conf").write_text(
            "local all boss trust\n"
            "host all old 127.0.0.1/32 md5\n"
            "host all clear 127.0.0.1/32 password\n"
            "host all stranger 127.0.0.1/32 reject\n"
            "host all all 127.0.0.1/32 scram-sha-256\n"
        )
        free = servers.free_port()
        settings_ = ["-F", "-p", str(free), "-k", str(folder), "-h", HOST, "-c", "ssl=on"]
        words = _as_nobody(str(programs / "postgres"), "-D", str(data), *settings_)
        server = servers.Server(words, folder, lambda: _is_ready(programs, folder, free))
        with servers.running(server):
            _sql(
                programs,
                folder,
                free,
                "CREATE ROLE eve LOGIN PASSWORD 'tops3cret'; CREATE DATABASE eve;"
                "CREATE ROLE wide LOGIN PASSWORD '密码１２３';"
                "CREATE ROLE clear LOGIN PASSWORD 'tops3cret'; CREATE ROLE stranger LOGIN;"
                "SET password_encryption = 'md5'; CREATE ROLE old LOGIN PASSWORD 'tops3cret';"
                "CREATE ROLE full_up LOGIN PASSWORD 'tops3cret' CONNECTION LIMIT 0;"
                "CREATE ROLE reader LOGIN PASSWORD 'tops3cret';"
                "ALTER ROLE reader SET default_transaction_read_only = on;",
            )
            yield free


def _is_ready(programs: Path, folder: Path, port: int) -> bool:
    run = subprocess.run(
        [str(programs / "pg_isready"), "-h", str(folder), "-p", str(port)], capture_output=True, check=False
    )
    return run.returncode == 0


def _sql(programs: Path, folder: Path, port: int, text: str) -> None:
    for each in text.split(";")[:-1]:
        prefix = "SET password_encryption = 'md5'; " if "ROLE old" in each else ""
        words = [str(programs / "psql"), "-h", str(folder), "-p", str(port), "-U", "boss", "-d", "postgres"]
        commands = [word for part in (prefix, each) if part.strip() for word in ("-c", part)]
        subprocess.run([*words, *commands], capture_output=True, check=True)


def test_it_logs_in_with_letters_that_have_a_plainer_form(check: Checked, port: int) -> None:
    words = {"username": "wide", "password": "密码１２３", "database": "postgres"}
    assert check("postgresql", host=HOST, port=port, **words).reason is None


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("I\u00adX", "IX"),  # RFC 4013, 3.
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("a\u00a0b", "a b"),
        ("USER", "USER"),
        ("\u0007é", "\u0007é"),
    ],
)
def test_passwords_are_prepared_as_the_rfc_says(typed: str, used: str) -> None:
    assert prepared(typed) == used


def test_it_logs_in_by_scram_under_verified_tls_and_asks(check: Checked, port: int) -> None:
    sample = check("postgresql", host=HOST, port=port, tls="on", query="SELECT 40 + 2", expected="42", **EVE)
    assert (sample.status, sample.reason) == ("up", None)
    assert sample.facts["tls"]["is_verified"] is True
    assert sample.facts["value"] == "42"
    assert sample.facts["version"][0].isdigit()


@pytest.mark.parametrize(("user", "tls"), [("eve", "off"), ("old", "off"), ("clear", "auto")])
def test_it_logs_in_in_every_way(check: Checked, port: int, user: str, tls: str) -> None:
    words = {**EVE, "username": user, "database": "postgres", "tls": tls}
    assert check("postgresql", host=HOST, port=port, **words).reason is None


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"password": "wrong"}, "login_refused"),
        ({"username": "nobody-here"}, "login_refused"),
        ({"database": "none"}, "database_missing"),
        ({"username": "stranger", "database": "eve"}, "host_not_allowed"),
        ({"username": "full_up", "database": "eve"}, "too_many_connections"),
        ({"username": "clear", "database": "eve", "tls": "off"}, "login_unsupported"),
        ({"username": "reader", "database": "eve", "must_be_writable": True}, "is_read_only"),
        ({"query": "SELECT nothing"}, "query_failed"),
        ({"query": "SELECT 1 WHERE false", "expected": "1"}, "value_missing"),
        ({"query": "SELECT 1", "expected": "2"}, "value_unexpected"),
    ],
)
def test_each_failure_has_its_reason(
    check: Checked, port: int, config: dict[str, object], reason: str
) -> None:
    sample = check("postgresql", host=HOST, port=port, **{**EVE, **config})
    assert (sample.status, sample.reason) == ("down", reason)
    assert "tops3cret" not in str(sample.to_wire())


def test_a_long_answer_is_read_no_further_than_needed(check: Checked, port: int) -> None:
    query = "SELECT generate_series(7, 200000)"
    sample = check("postgresql", host=HOST, port=port, query=query, expected="7", **EVE)
    assert sample.status == "up"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "connection_closed"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "unexpected_answer"),
        (b"R\x7f\xff\xff\xff", "unexpected_answer"),
        (b"N", "connection_closed"),
        (_error("57P03"), "server_starting"),
        (_error("XX000"), "server_error"),
        (_message(b"R", (10).to_bytes(4, "big") + b"OTHER\0\0"), "login_unsupported"),
        (_message(b"R", (7).to_bytes(4, "big")), "login_unsupported"),
        (_message(b"R", (10).to_bytes(4, "big") + b"SCRAM-SHA-256\0\0") * 2, "login_unsupported"),
        (
            _message(b"R", (10).to_bytes(4, "big") + b"SCRAM-SHA-256\0\0")
            + _message(b"R", (11).to_bytes(4, "big") + b"r=x,s=AAAA,i=1"),
            "unexpected_answer",
        ),
        (
            _message(b"R", (10).to_bytes(4, "big") + b"SCRAM-SHA-256\0\0")
            + _message(b"R", (0).to_bytes(4, "big")),
            "server_not_proved",
        ),
    ],
)
def test_a_wrong_server_is_down(check: Checked, said: bytes, reason: str) -> None:
    with Peer(saying(said)) as peer:
        sample = check("postgresql", host=HOST, port=peer.port, tls="off", timeout_ms=1000, **EVE)
    expected = {reason, "connection_closed", "connection_reset"} if "SCRAM" in str(said) else {reason}
    assert sample.status == "down"
    assert sample.reason in expected
    assert "tops3cret" not in str(sample.to_wire())


def test_silence_is_a_timeout(check: Checked) -> None:
    with Peer(silent) as peer:
        sample = check("postgresql", host=HOST, port=peer.port, timeout_ms=300, **EVE)
    assert sample.reason == "timeout"


def test_an_echo_is_no_server(check: Checked) -> None:
    with Peer(echoing) as peer:
        sample = check("postgresql", host=HOST, port=peer.port, timeout_ms=500, tls="off", **EVE)
    assert sample.status == "down"


def test_scram_knows_the_example_of_the_rfc() -> None:
    scram = Scram("user", "pencil", "rOprNGfwEbeRWgbNEkqO")
    assert scram.first() == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    server = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    assert scram.final(server).endswith(b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    scram.check(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    with pytest.raises(ServerNotProvedError):
        scram.check(b"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text("rsi=,0123456789n+/", max_size=60).map(str.encode))
def test_scram_survives_whatever_a_server_says(said: bytes) -> None:
    scram = Scram("user", "pencil", "n")
    with pytest.raises(ScramError):
        scram.final(said.replace(b"r=n", b""))


@pytest.mark.parametrize("rounds", ["0", "-1", "999999999", "x"])
def test_scram_refuses_endless_work(rounds: str) -> None:
    with pytest.raises(ScramError):
        Scram("user", "pencil", "n").final(f"r=nn,s=AAAA,i={rounds}".encode())
