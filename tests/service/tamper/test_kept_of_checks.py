"""What real checks leave behind: evidence, a copy to restore, and a note when there is no room."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.core.clock import now
from app.engine.tamper.evidence import verify
from app.models import Snapshot, db
from app.service.actor import Actor
from app.service.tamper import holding, keep, room, store
from app.service.tamper.evidence import evidence_of
from app.service.tamper.evidence_key import public_key
from app.service.tamper.restore import restore_of
from app.service.tamper.retention import tend
from tests.service.tamper.desk import Desk
from tests.service.tamper.kept import make_old
from tests.service.tamper.site import WebSite, article, tampered


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    holding.forget_used()
    room.forget_vain()


def saved(download: Any, folder: Path) -> Path:
    path: Path = folder / download.filename
    with download.file as file:
        path.write_bytes(file.read())
    return path


def test_the_evidence_of_a_real_alert_is_good_and_whole(
    desk: Desk, web: WebSite, keeper: Actor, tmp_path: Path
) -> None:
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    (alert,) = desk.alerts()
    path = saved(evidence_of(keeper, alert.id), tmp_path)
    assert verify(path, public_key()).ok
    with zipfile.ZipFile(path) as archive:
        assert archive.read("before/plain/page.html.txt").decode() == article()
        assert archive.read("after/plain/page.html.txt").decode() == tampered(article())
        request = json.loads(archive.read("after/plain/request.json"))
        assert request["url"] == watch.url and any(name == "User-Agent" for name, _ in request["headers"])
        assert json.loads(archive.read("after/plain/network.json"))["addresses"] == ["127.0.0.1"]
        said = archive.read("verdict.en.txt").decode()
        assert "evil-cdn.example" in said and "casino" in archive.read("verdict.zh.txt").decode()


def test_the_page_can_be_restored_as_it_was(desk: Desk, web: WebSite, keeper: Actor, tmp_path: Path) -> None:
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    with zipfile.ZipFile(saved(restore_of(keeper, watch.id), tmp_path)) as archive:
        assert archive.read("page.html").decode() == article()


class _Disk(NamedTuple):
    total: int
    used: int
    free: int


def test_a_full_disk_leaves_a_note_and_the_alert_is_raised_all_the_same(
    desk: Desk, web: WebSite, keeper: Actor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    watch = desk.learned()
    before = store.usage()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: _Disk(1, 1, 0))
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    assert desk.look(watch).state.note_code == "store_full" and store.usage() == before
    (alert,) = desk.alerts()
    monkeypatch.undo()
    assert verify(saved(evidence_of(keeper, alert.id), tmp_path)).ok


def test_a_used_up_quota_leaves_a_note_and_loses_nothing(
    desk: Desk, web: WebSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = desk.learned()
    before = store.usage()
    monkeypatch.setattr(keep, "quota_bytes", lambda: 1)
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    assert len(desk.alerts()) == 1
    assert desk.look(watch).state.note_code == "quota_full" and store.usage() == before


def test_the_daily_work_takes_nothing_that_a_check_needs(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    make_old()
    assert tend(now()).damaged == ()
    names = [each.body_sha256 for each in db.session.query(Snapshot)]
    assert names and all(store.get(name) for name in names)
    web.pages["/"] = article()
    desk.check(watch)
    assert [alert.state for alert in desk.alerts()] == ["closed"]
