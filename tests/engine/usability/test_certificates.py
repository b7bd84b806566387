"""Certificates as strangers write them."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.usability.certificate import facts as certificates
from tests.engine.certs import Authority


def _der(authority: Authority, *names: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert(Path(authority.files(*names)[0]).read_text())


@pytest.mark.parametrize(
    ("name", "host", "is_for"),
    [
        ("a.test", "A.test", True),
        ("a.test", "b.test", False),
        ("*.a.test", "b.a.test", True),
        ("*.a.test", "a.test", False),
        ("*.a.test", "c.b.a.test", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "0:0::1", True),
        ("*.test", "127.0.0.1", False),
    ],
)
def test_it_knows_whom_a_certificate_is_for(authority: Authority, name: str, host: str, is_for: bool) -> None:
    read = certificates.read(_der(authority, name))
    assert read is not None
    assert read.is_for(certificates.host_form(host)) is is_for


def test_a_certificate_of_an_unknown_version_cannot_be_read(authority: Authority) -> None:
    der = _der(authority, "a.test")
    assert certificates.read(der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020107"))) is None


@given(st.integers(0, 600), st.binary(min_size=1, max_size=4))
def test_whatever_is_spoilt_is_read_or_not(authority: Authority, place: int, noise: bytes) -> None:
    der = bytearray(_GOOD.setdefault("der", _der(authority, "a.test")))
    der[place : place + len(noise)] = noise
    read = certificates.read(bytes(der))
    assert read is None or read.facts.fingerprint


_GOOD: dict[str, bytes] = {}
