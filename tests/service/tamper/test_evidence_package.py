"""The evidence package of an alert, made of what is kept of it."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from app.core import secret_box
from app.core.errors import NotFoundError
from app.engine.tamper.evidence import verify
from app.models import Alert, AuditEntry, Evidence, Setting, Snapshot, Watch, db, write
from app.service.actor import Actor
from app.service.tamper import store
from app.service.tamper.evidence import evidence_of, list_evidence
from app.service.tamper.evidence_key import KeyLostError, public_key, renew_key
from app.service.tamper.keep import keep
from app.service.tamper.restore import restore_of
from tests.service.tamper.kept import CHAIN, approve, make_watch, raise_alert, snap

BEFORE, AFTER = b"<h1>Welcome</h1>", b'<h1>Welcome</h1><script src="https://evil.example/x.js"></script>'


@pytest.fixture
def watch(owner: Actor) -> Watch:
    return make_watch(owner.organization)


@pytest.fixture
def alert(watch: Watch) -> Alert:
    first = snap(watch, BEFORE)
    approve(first)
    second = snap(watch, AFTER)
    picture = keep(watch.organization_id, "screenshot", b"\x89PNG picture").sha256
    with write() as session:
        session.get_one(Snapshot, second.id).screenshot_sha256 = picture
    return raise_alert(watch, first, second)


def download(actor: Actor, alert: Alert) -> bytes:
    with evidence_of(actor, alert.id).file as file:
        return file.read()


def opened(whole: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def document(files: dict[str, bytes], name: str) -> Any:
    return json.loads(files[name])


def test_it_can_be_verified_with_the_installations_key(owner: Actor, alert: Alert, tmp_path: Path) -> None:
    path = tmp_path / "evidence.zip"
    path.write_bytes(download(owner, alert))
    report = verify(path, public_key())
    assert report.ok and report.is_known_signer
    assert report.about["organization"] == "ours" and report.about["alert_id"] == str(alert.id)


def test_it_holds_all_there_is_of_both_sides(owner: Actor, alert: Alert) -> None:
    files = opened(download(owner, alert))
    assert files["before/plain/page.html.txt"] == BEFORE and files["after/plain/page.html.txt"] == AFTER
    assert files["after/plain/screenshot.png"] == b"\x89PNG picture"
    request = document(files, "after/plain/request.json")
    assert (request["method"], request["url"]) == ("GET", "https://shop.example/")
    assert request["headers"] == [["User-Agent", "CloudEye"]]
    response = document(files, "after/plain/response.json")
    assert response["status"] == 200 and ["Server", "nginx"] in response["headers"]
    assert response["body_sha256"] == hashlib.sha256(AFTER).hexdigest()
    network = document(files, "before/plain/network.json")
    assert network["addresses"] == ["192.0.2.7"] and network["certificate"]["issuer"] == "Example CA"
    assert files["after/plain/certificate-chain.pem"] == CHAIN


def test_it_says_the_verdict_in_both_languages(owner: Actor, alert: Alert) -> None:
    files = opened(download(owner, alert))
    assert "Verdict: alert, high" in files["verdict.en.txt"].decode()
    assert "判定：告警，高" in files["verdict.zh.txt"].decode()
    assert "evil.example" in files["verdict.en.txt"].decode()
    reason = document(files, "alert.json")["reasons"][0]
    assert reason["cls"] == "malicious_script" and set(reason["sentence"]) == {"en", "zh"}
    assert {"readme.en.txt", "readme.zh.txt"} <= files.keys()


def test_nothing_in_it_opens_as_a_page(owner: Actor, alert: Alert) -> None:
    names = opened(download(owner, alert))
    assert not [name for name in names if name.endswith((".html", ".htm", ".svg", ".js"))]


def test_the_same_alert_gives_the_same_package_and_one_link(
    owner: Actor, teammate: Actor, alert: Alert
) -> None:
    assert download(owner, alert) == download(teammate, alert)
    assert [row.number for row in list_evidence(owner).items] == [1]


def test_a_changed_alert_gives_the_next_link(owner: Actor, alert: Alert) -> None:
    first = download(owner, alert)
    with write() as session:
        session.get_one(Alert, alert.id).state = "confirmed"
    second = opened(download(owner, alert))
    newest, oldest = list_evidence(owner, alert_id=alert.id).items
    assert (oldest.number, oldest.previous_head, newest.number) == (1, "", 2)
    assert newest.previous_head == oldest.head == document(opened(first), "manifest.json")["head"]
    assert document(second, "manifest.json")["previous_head"] == oldest.head


def test_each_download_is_in_the_audit_log(owner: Actor, alert: Alert) -> None:
    download(owner, alert)
    download(owner, alert)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "alert.evidence")).all()
    assert [entry.object_id for entry in entries] == [alert.id] * 2
    assert entries[0].after is not None and entries[0].after["number"] == 1


def test_a_stranger_gets_none(stranger: Actor, alert: Alert) -> None:
    with pytest.raises(NotFoundError):
        evidence_of(stranger, alert.id)
    assert db.session.scalars(select(Evidence)).all() == []


def test_other_views_are_shown_beside_what_was_approved_of_them(owner: Actor, watch: Watch) -> None:
    from app.models import WatchView

    with write() as session:
        session.add(WatchView(watch_id=watch.id, view="googlebot"))
    plain = snap(watch, BEFORE)
    crawler = snap(watch, b"<h1>For crawlers</h1>", view="googlebot")
    approve(crawler)
    cloaked = snap(watch, b"<h1>Casino</h1>", view="googlebot")
    alert = raise_alert(watch, plain, plain)
    with write() as session:
        session.get_one(Alert, alert.id).snapshots = {"plain": str(plain.id), "googlebot": str(cloaked.id)}
    files = opened(download(owner, alert))
    assert files["before/googlebot/page.html.txt"] == b"<h1>For crawlers</h1>"
    assert files["after/googlebot/page.html.txt"] == b"<h1>Casino</h1>"


def test_what_is_no_longer_kept_is_named_and_the_rest_is_there(owner: Actor, alert: Alert) -> None:
    body = db.session.get_one(Snapshot, alert.after_snapshot_id).body_sha256
    content = store.get_store()
    content.path(body).write_bytes(b"damaged")
    files = opened(download(owner, alert))
    assert "after/plain/page.html.txt" not in files and files["before/plain/page.html.txt"] == BEFORE
    (missing,) = document(files, "alert.json")["missing"]
    assert missing.startswith("after/plain/page.html.txt: ") and body in missing


def test_an_alert_without_snapshots_still_has_evidence(owner: Actor, alert: Alert) -> None:
    with write() as session:
        row = session.get_one(Alert, alert.id)
        row.before_snapshot_id, row.after_snapshot_id, row.snapshots = None, None, {}
    assert "alert.json" in opened(download(owner, alert))


def test_packages_made_at_once_are_links_one_behind_the_other(app: Flask, owner: Actor, watch: Watch) -> None:
    first, second = snap(watch, BEFORE), snap(watch, AFTER)
    alerts = [raise_alert(watch, first, second) for _ in range(4)]
    start, failed = threading.Barrier(4), []

    def make(alert: Alert) -> None:
        with app.app_context():
            start.wait()
            try:
                download(owner, alert)
            except Exception as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=make, args=(alert,)) for alert in alerts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    links = list(reversed(list_evidence(owner).items))
    assert failed == [] and [link.number for link in links] == [1, 2, 3, 4]
    assert [link.previous_head for link in links] == ["", *(link.head for link in links[:-1])]


def test_the_key_stays_the_same_and_is_sealed(owner: Actor) -> None:
    key = public_key()
    assert public_key() == key and len(key) == 64
    kept = db.session.get_one(Setting, "evidence_key").value
    assert kept.keys() == {"sealed"} and key not in kept["sealed"]


def test_a_new_key_signs_the_next_packages(owner: Actor, alert: Alert) -> None:
    old = document(opened(download(owner, alert)), "manifest.json")["signer"]
    assert renew_key() != old
    assert document(opened(download(owner, alert)), "manifest.json")["signer"] == public_key()


def test_a_lost_encryption_key_is_said_with_what_to_do(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    public_key()
    monkeypatch.setattr(secret_box, "_box", lambda: secret_box.SecretBox("another key of many characters!!"))
    with pytest.raises(KeyLostError, match="flask evidence key --new"):
        public_key()
    assert len(renew_key()) == 64


def test_the_last_approved_copy_can_be_taken_away(owner: Actor, watch: Watch, alert: Alert) -> None:
    given = restore_of(owner, watch.id)
    assert given.filename.startswith(f"cloudeye-restore-{watch.id}-") and given.filename.endswith(".zip")
    with given.file as file:
        whole = file.read()
    files = opened(whole)
    assert files["page.html"] == BEFORE and len(whole) == given.size
    assert document(files, "response.json")["headers"][1] == ["Server", "nginx"]
    assert "owner@example.org" in files["readme.txt"].decode() and "恢复" in files["readme.txt"].decode()


def test_files_of_the_page_come_along_when_they_are_kept(owner: Actor, watch: Watch) -> None:
    style = keep(watch.organization_id, "asset", b"body { color: red }").sha256
    listed = [
        {"url": "https://shop.example/../css/Main%20Style.css?v=1", "role": "stylesheet", "sha256": style},
        {"url": "https://shop.example/app.js", "role": "script", "sha256": "0" * 64},
        {"url": "https://shop.example/gone.png", "role": "image", "sha256": ""},
    ]
    snapshot = snap(watch, BEFORE)
    with write() as session:
        assets = keep(watch.organization_id, "asset", orjson.dumps(listed)).sha256
        session.get_one(Snapshot, snapshot.id).assets_sha256 = assets
    approve(snapshot)
    with restore_of(owner, watch.id).file as file:
        files = opened(file.read())
    assert files["assets/001-main-20style-css"] == b"body { color: red }"
    assert document(files, "assets.json") == {
        "https://shop.example/../css/Main%20Style.css?v=1": "assets/001-main-20style-css",
        "https://shop.example/app.js": None,
    }


def test_without_an_approved_copy_there_is_nothing_to_restore(owner: Actor, watch: Watch) -> None:
    snap(watch, BEFORE)
    with pytest.raises(NotFoundError, match="approved"):
        restore_of(owner, watch.id)


def test_a_stranger_restores_nothing(stranger: Actor, watch: Watch, alert: Alert) -> None:
    with pytest.raises(NotFoundError):
        restore_of(stranger, watch.id)
