"""Help with restoring: the last approved copy of a watched page, as a zip."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import orjson
from sqlalchemy import select

from app.core.errors import NotFoundError
from app.engine.tamper.evidence.archive import write_directory, write_file
from app.models import Baseline, Content, Snapshot, Watch, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.owned import fetch_own
from app.service.tamper.evidence import Download, scratch
from app.service.tamper.evidence_files import response_facts
from app.service.tamper.shelf import telling
from app.service.tamper.store import StoreError, get

MAX_ASSETS = 200
_README = """\
The last approved copy of a web page / 网页的最后一份已批准副本

Page / 页面:          {url}
Fetched / 抓取时间:   {at}
Approved / 批准:      {approved} {by}
Reason / 原因:        {reason}

page.html is the page as a visitor received it (SHA-256 {sha256}).
It is what the server sent, not the source it was made from: templates, databases and programs are not in it.
response.json holds the status and headers it came with.{assets_en}
Find and close the hole before you restore: a page that was changed once is changed again.

page.html 是访客当时收到的页面，不是生成它的模板、数据库或程序源代码。
response.json 是当时的状态码与响应头。{assets_zh}
恢复之前请先找到并堵住入口，否则页面还会再次被篡改。
"""


def restore_of(actor: Actor, watch_id: int) -> Download:
    """A zip with the page, how it came, and those of its files that are kept. Audited.

    `NotFoundError` when nothing has been approved, or nothing of it is kept.
    """
    watch = fetch_own(db.session(), Watch, actor, watch_id)
    baseline, snapshot = _approved(watch)
    body = get(snapshot.body_sha256)
    made = scratch()
    try:
        with telling():
            entries = [write_file(made, name, data) for name, data in _files(watch, baseline, snapshot, body)]
            write_directory(made, entries)
    except BaseException:
        made.close()
        raise
    with write() as session:
        record_change(
            session, actor, "watch.restore", "watch", watch.id, after={"snapshot_id": str(snapshot.id)}
        )
    size = made.seek(0, 2)
    made.seek(0)
    return Download(f"cloudeye-restore-{watch.id}-{snapshot.at:%Y%m%d}.zip", size, made)


def _approved(watch: Watch) -> tuple[Baseline, Snapshot]:
    """The newest approved copy, as a plain visitor sees it if it was watched so."""
    rows = (
        select(Baseline, Snapshot)
        .join(Snapshot, Snapshot.id == Baseline.snapshot_id)
        .where(Baseline.watch_id == watch.id)
        .order_by((Baseline.view == "plain").desc(), Baseline.id.desc())
        .limit(1)
    )
    row = db.session.execute(rows).first()
    if row is None:
        raise NotFoundError("nothing of this page has been approved yet")
    return row[0], row[1]


def _files(watch: Watch, baseline: Baseline, snapshot: Snapshot, body: bytes) -> Iterator[tuple[str, bytes]]:
    facts = json.dumps(response_facts(snapshot), ensure_ascii=False, sort_keys=True, indent=1)
    yield "page.html", body
    yield "response.json", f"{facts}\n".encode("utf-8", "replace")
    assets = _assets(watch, snapshot)
    kept = dict(_kept(watch, assets))
    if assets:
        places = {url: name for name, (url, _) in kept.items()}
        listed = {url: places.get(url) for url, _ in assets}
        yield "assets.json", orjson.dumps(listed, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    for name, (_, sha256) in kept.items():
        with suppress(StoreError):  # The page itself is worth having without it.
            yield name, get(sha256)
    yield "readme.txt", _readme(watch, baseline, snapshot, len(kept)).encode("utf-8", "replace")


def _readme(watch: Watch, baseline: Baseline, snapshot: Snapshot, assets: int) -> str:
    return _README.format(
        url=watch.url,
        at=snapshot.at.isoformat(),
        approved=baseline.at.isoformat(),
        by=baseline.approved_email,
        reason=baseline.reason or baseline.kind,
        sha256=snapshot.body_sha256,
        assets_en=" assets/ holds the files of the page that were kept." if assets else "",
        assets_zh=" assets/ 中是已保存的页面文件。" if assets else "",
    )


def _assets(watch: Watch, snapshot: Snapshot) -> list[tuple[str, str]]:
    """(address, SHA-256) of the files that were fetched beside the page."""
    if snapshot.assets_sha256 is None:
        return []
    try:
        listed = orjson.loads(get(snapshot.assets_sha256))
    except StoreError:
        return []
    return [(each["url"], each["sha256"]) for each in listed[:MAX_ASSETS] if each["sha256"]]


def _kept(watch: Watch, assets: list[tuple[str, str]]) -> Iterator[tuple[str, tuple[str, str]]]:
    """{name in the zip: (address, SHA-256)} of those files that the organization holds."""
    for number, (url, sha256) in enumerate(assets, 1):
        if db.session.get(Content, (watch.organization_id, sha256)) is not None:
            yield f"assets/{number:03d}-{_plain_name(url)}", (url, sha256)


def _plain_name(url: str) -> str:
    """The last part of an address, in letters that every system takes."""
    last = urlsplit(url).path.rsplit("/", 1)[-1].lower()
    return re.sub(r"[^a-z0-9]+", "-", last[:40]).strip("-") or "file"
