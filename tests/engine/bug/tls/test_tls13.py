"""TLS 1.3 hides the certificate; it is read all the same, whatever the suite and the group."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engine.bug.tls.conftest import Probe
from tests.engine.bug.tls.servers import plain_context
from tests.engine.certs import Authority
from tests.engine.targets import Target, reply

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl s_server is told its suites of TLS 1.3, Python's is not"
)


@contextmanager
def s_server(authority: Authority, *options: str) -> Iterator[int]:
    certificate, key = authority.files("localhost", "127.0.0.1")
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("ACCEPT"):
                    break
            yield int(line.strip().rpartition(":")[2])
        finally:
            process.kill()


@pytest.mark.parametrize("group", ["prime256v1", "secp384r1", "secp521r1", "X25519"])
def test_it_reads_the_certificate_whatever_group_the_server_wants(
    authority: Authority, probe: Probe, group: str
) -> None:
    tls = plain_context(authority, oldest="TLSv1_3")
    tls.set_ecdh_curve(group)
    with Target(reply(), tls=tls) as target:
        report = probe(target.port)
    assert report.chain.leaf is not None and report.covers_host


@needs_openssl
@pytest.mark.parametrize(
    "suite", ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
)
def test_it_reads_the_certificate_whatever_suite_the_server_wants(
    authority: Authority, probe: Probe, suite: str
) -> None:
    with s_server(authority, "-tls1_3", "-ciphersuites", suite) as port:
        report = probe(port)
    assert [each.suite for each in report.accepted] == [suite]
    assert report.chain.leaf is not None and report.chain.problem == ""


@needs_openssl
def test_it_reads_the_staple(authority: Authority, probe: Probe, tmp_path: Path) -> None:
    staple = tmp_path / "staple.der"
    # As a server would send it: an OCSP answer that says "try later" is the shortest there is.
    staple.write_bytes(bytes.fromhex("30030a0103"))
    with s_server(authority, "-status_file", str(staple)) as port:
        assert probe(port).is_stapled


@needs_openssl
def test_it_measures_a_real_prime(authority: Authority, probe: Probe, tmp_path: Path) -> None:
    key, certificate = tmp_path / "rsa.key", tmp_path / "rsa.crt"
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "60",
        "-subj",
        "/CN=localhost",
    ]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    options = ("-cert", str(certificate), "-key", str(key))
    with s_server(authority, *options, "-tls1_2", "-cipher", "DHE:@SECLEVEL=0") as port:
        assert probe(port).dh_bits == 2048
