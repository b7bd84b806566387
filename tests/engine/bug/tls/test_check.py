"""What a scan says of a site's TLS: real sites by https, wrong in one way each."""

from __future__ import annotations

import datetime
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.engine.bug.scan import scan
from app.engine.bug.types import Finding, Plan, ProfileName, Report
from tests.engine.bug.tls.pki import Issued, issue, rsa_key
from tests.engine.bug.tls.servers import context
from tests.engine.bug.zones import ZoneServer
from tests.engine.targets import Act, Target, redirect, reply

STRONG = "ECDHE+AESGCM:ECDHE+CHACHA20"
PAGE = reply(b"<title>Shop</title>", headers=("Content-Type: text/html",))
NOW = datetime.datetime.now(datetime.UTC)
WHERE = "localhost"


@pytest.fixture(scope="module")
def root() -> Issued:
    return issue("Root", is_authority=True, begins=-300, ends=3000, now=NOW)


def scanned(
    url: str, ca_file: str, profile: ProfileName = "passive", dns_servers: tuple[str, ...] = ()
) -> Report:
    only = frozenset({"tls"})
    plan = Plan(url, profile, rate=1000, allow=("127.0.0.0/8", "::1"), ca_file=ca_file, only=only)
    plan = replace(plan, dns_servers=dns_servers)
    return scan(plan, now=time.time)


class Trial:
    """Serves with these certificates, scans, and gives the findings by their rules."""

    def __init__(self, folder: Path, root: Issued) -> None:
        self.folder, self.root = folder, root
        self.ca_file = str(folder / "ca.pem")
        Path(self.ca_file).write_bytes(root.pem)
        self.report: Report

    def __call__(
        self, leaf: Issued, *above: Issued, act: Act = PAGE, profile: ProfileName = "passive", **how: str
    ) -> dict[str, Finding]:
        files = leaf.files(self.folder, *above)
        tls: ssl.SSLContext = context(files, **{"ciphers": STRONG, **how})
        with Target(act, tls=tls) as target:
            self.report = scanned(target.url(host=WHERE), self.ca_file, profile)
        return {each.check: each for each in self.report.findings}


@pytest.fixture
def trial(tmp_path: Path, root: Issued) -> Iterator[Trial]:
    yield Trial(tmp_path, root)


def good(root: Issued, **how: object) -> Issued:
    return root.signs(WHERE, **{"names": (WHERE,), "now": NOW, **how})


def test_a_good_site_has_no_findings(trial: Trial, root: Issued) -> None:
    assert trial(good(root)) == {}


def test_a_certificate_that_lasts_long_is_no_finding(trial: Trial, root: Issued) -> None:
    assert trial(good(root, ends=3650)) == {}


def test_suites_for_old_visitors_are_a_choice(trial: Trial, root: Issued) -> None:
    assert trial(good(root), ciphers="ECDHE+AESGCM:ECDHE+AES+SHA256") == {}


@pytest.mark.parametrize(
    ("how", "rule"),
    [
        ({"begins": -90, "ends": -3}, "tls.expired"),
        ({"begins": 2, "ends": 60}, "tls.not-yet-valid"),
        ({"names": ("other.example",)}, "tls.wrong-name"),
        ({"begins": -80, "ends": 10}, "tls.expires-soon"),
        ({"has_responder": True}, "tls.no-stapling"),
        ({"must_staple": True}, "tls.must-staple"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_found(
    trial: Trial, root: Issued, how: dict[str, object], rule: str
) -> None:
    assert set(trial(good(root, **how))) == {rule}


def test_a_self_signed_certificate_is_found_once(trial: Trial) -> None:
    found = trial(issue(WHERE, names=(WHERE,), now=NOW))
    assert set(found) == {"tls.self-signed"}
    assert found["tls.self-signed"].cls == "self_signed_certificate"


def test_an_unknown_authority_is_found(trial: Trial) -> None:
    other = issue("Other", is_authority=True, organization="Other House", now=NOW)
    assert set(trial(good(other), other)) == {"tls.untrusted"}


def test_a_missing_middle_is_found(trial: Trial, root: Issued) -> None:
    between = root.signs("Between", is_authority=True, now=NOW)
    assert set(trial(good(between))) == {"tls.incomplete-chain"}
    assert trial(good(between), between) == {}


def test_a_weak_key_is_found(trial: Trial, root: Issued) -> None:
    found = trial(good(root, key=rsa_key(1024)), ciphers=f"{STRONG}:@SECLEVEL=0")
    assert found["tls.weak-key"].detail["key"] == "RSA 1024"


def test_old_protocols_and_weak_suites_are_found(trial: Trial, root: Issued) -> None:
    weak = "ECDHE+AESGCM:ECDHE+AES:aNULL:@SECLEVEL=0"
    found = trial(good(root), oldest="TLSv1", ciphers=weak)
    assert set(found) == {"tls.old-protocol", "tls.weak-cipher", "tls.below-profiles"}
    assert found["tls.weak-cipher"].severity == "high"
    assert found["tls.old-protocol"].detail["protocols"] == ["TLSv1.0", "TLSv1.1"]


def test_suites_without_forward_secrecy_are_found(trial: Trial, root: Issued) -> None:
    leaf = good(root, key=rsa_key(2048))
    alone = trial(leaf, ciphers="AES128-GCM-SHA256", newest="TLSv1_2")
    beside = trial(leaf, ciphers=f"{STRONG}:AES128-GCM-SHA256", newest="TLSv1_2")
    assert set(alone) == {"tls.no-forward-secrecy"}
    assert set(beside) == {"tls.static-key-exchange"}


def test_a_site_that_wants_to_be_preloaded_and_may_not_is_told(trial: Trial, root: Issued) -> None:
    header = "Strict-Transport-Security: max-age=300; preload"
    act = reply(b"<title>Shop</title>", headers=("Content-Type: text/html", header))
    # Only registrable domains are listed at all, and a local name is none.
    assert trial(good(root), act=act) == {}


def test_handshakes_are_no_requests(trial: Trial, root: Issued) -> None:
    trial(good(root))
    assert trial.report.requests <= 20


def test_a_full_scan_says_that_there_is_no_sslyze(
    trial: Trial, root: Issued, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    trial(good(root), profile="full")
    assert ("tls.sslyze", "program_missing") in {(each.check, each.reason) for each in trial.report.skipped}


class Choosy(Target):
    """Serves pages, but never answers the probe, whose hellos offer HTTP/1.1 and nothing else."""

    def _serve(self, connection: socket.socket) -> None:
        if b"\x00\x10\x00\x0b\x00\x09\x08http/1.1" in connection.recv(4096, socket.MSG_PEEK):
            self.until_closed.wait(20)
            connection.close()
        else:
            super()._serve(connection)


def test_silence_is_no_good_answer(tmp_path: Path, root: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.engine.bug.tls.probe._HELLO_SECONDS", 0.2)
    trial = Trial(tmp_path, root)
    tls = context(good(root, ends=-3).files(tmp_path), ciphers=STRONG)
    with Choosy(PAGE, tls=tls) as target:
        report = scanned(target.url(host=WHERE), trial.ca_file)
    assert (report.findings, [(each.check, each.reason) for each in report.skipped]) == (
        (),
        [("tls", "no_tls")],
    )


def test_it_asks_the_address_that_answered(tmp_path: Path, root: Issued) -> None:
    trial = Trial(tmp_path, root)
    names = ("shop.example",)
    tls = context(root.signs("shop.example", names=names, now=NOW, ends=-3).files(tmp_path), ciphers=STRONG)
    # Nobody listens at the first address.
    with ZoneServer({"shop.example A": ["127.0.0.9", "127.0.0.1"]}) as zone, Target(PAGE, tls=tls) as target:
        report = scanned(target.url(host="shop.example"), trial.ca_file, dns_servers=(zone.address,))
    assert {each.check for each in report.findings} == {"tls.expired"}


def test_a_site_without_https_is_left_to_others(tmp_path: Path, root: Issued) -> None:
    trial = Trial(tmp_path, root)
    with Target(PAGE) as target:
        assert scanned(target.url(), trial.ca_file).findings == ()


def test_where_http_leads_to_https_that_is_looked_at(tmp_path: Path, root: Issued) -> None:
    trial = Trial(tmp_path, root)
    tls = context(good(root, ends=-3).files(tmp_path), ciphers=STRONG)
    with Target(PAGE, tls=tls) as secure, Target(redirect(secure.url(host=WHERE))) as target:
        report = scanned(target.url(host=WHERE), trial.ca_file)
    assert {each.check for each in report.findings} == {"tls.expired"}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate signed with SHA-1")
def test_a_certificate_signed_with_sha1_is_found(trial: Trial, tmp_path: Path) -> None:
    chain, key = tmp_path / "sha1.pem", tmp_path / "sha1.key"
    made = [
        "openssl",
        "req",
        "-x509",
        "-sha1",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "60",
        "-subj",
        "/CN=localhost",
    ]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(chain)]
    subprocess.run([*made, *names], check=True, capture_output=True)
    tls = context((str(chain), str(key)), ciphers=f"{STRONG}:@SECLEVEL=0")
    with Target(PAGE, tls=tls) as target:
        report = scanned(target.url(host=WHERE), trial.ca_file)
    assert "tls.weak-signature" in {each.check for each in report.findings}
