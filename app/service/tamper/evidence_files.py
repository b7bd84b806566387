"""What goes into an alert's evidence package: the same bytes for the same rows, whoever asks and whenever."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from sqlalchemy import select

from app.engine.tamper.evidence import Source, readme
from app.engine.tamper.sentences import sentence
from app.models import Alert, Baseline, Organization, Snapshot, Watch, db
from app.service.tamper.store import StoreError, get

LOCALES = ("en", "zh")
_TITLES = {
    "en": ("Verdict: {level}, {severity}", "Page: {url}", "First seen: {seen}", "Where: {where}"),
    "zh": ("判定：{level}，{severity}", "页面：{url}", "首次发现：{seen}", "位置：{where}"),
}
_LEVELS = {"notice": "提示", "alert": "告警"}
_SEVERITIES = {"low": "低", "medium": "中", "high": "高", "critical": "严重"}


def sources_of(alert: Alert, organization: Organization) -> list[Source]:
    """The files; watch and site are loaded. What is not kept any more is named in `alert.json`."""
    missing: list[str] = []
    files: list[Source] = []
    for when, snapshot in _snapshots(alert):
        files += _of_snapshot(f"{when}/{snapshot.view}", alert.watch, snapshot, missing)
    files += [_plain(f"readme.{locale}.txt", readme(locale)) for locale in LOCALES]
    files += [_plain(f"verdict.{locale}.txt", verdict_text(alert, locale)) for locale in LOCALES]
    files.append(_json("alert.json", {**_about(alert, organization), "missing": missing}))
    return files


def verdict_text(alert: Alert, locale: str) -> str:
    """Every reason in words, with its place and what it was before and after."""
    titles = _TITLES[locale]
    level, severity = alert.level, alert.severity
    if locale == "zh":
        level, severity = _LEVELS.get(level, level), _SEVERITIES.get(severity, severity)
    lines = [
        titles[0].format(level=level, severity=severity),
        titles[1].format(url=alert.watch.url),
        titles[2].format(seen=alert.first_seen_at.isoformat()),
    ]
    for number, reason in enumerate(alert.reasons, 1):
        lines += ["", f"{number}. [{reason['cls']}, {reason['severity']}] {_said(reason, locale)}"]
        if reason.get("where"):
            lines.append("   " + titles[3].format(where=reason["where"]))
        sides = (("-", reason.get("before")), ("+", reason.get("after")))
        lines += [f"   {mark} {text}" for mark, text in sides if text]
    return "\n".join(lines) + "\n"


def _said(reason: dict[str, Any], locale: str) -> str:
    return sentence(reason["code"], reason.get("detail") or {}, locale)


def _snapshots(alert: Alert) -> Iterable[tuple[str, Snapshot]]:
    """("before" or "after", snapshot) of every view of the alert, as far as they are kept."""
    after = {view: int(identifier) for view, identifier in alert.snapshots.items()}
    if alert.after_snapshot_id:
        after.setdefault(alert.view, alert.after_snapshot_id)
    for view, identifier in sorted(after.items()):
        before = alert.before_snapshot_id if view == alert.view else None
        found = _own(alert, before) if before else _approved_before(alert, view)
        if found is not None:
            yield "before", found
        if (judged := _own(alert, identifier)) is not None:
            yield "after", judged


def _own(alert: Alert, snapshot_id: int) -> Snapshot | None:
    return db.session.scalar(
        select(Snapshot).where(Snapshot.id == snapshot_id, Snapshot.watch_id == alert.watch_id)
    )


def _approved_before(alert: Alert, view: str) -> Snapshot | None:
    """What was approved of a view when the alert was opened."""
    return db.session.scalar(
        select(Snapshot)
        .join(Baseline, Baseline.snapshot_id == Snapshot.id)
        .where(Baseline.watch_id == alert.watch_id, Baseline.view == view, Baseline.at <= alert.opened_at)
        .order_by(Baseline.id.desc())
        .limit(1)
    )


def _of_snapshot(folder: str, watch: Watch, snapshot: Snapshot, missing: list[str]) -> list[Source]:
    request = {
        "method": "GET",
        "url": watch.url,
        "headers": snapshot.request_headers,
        "view": snapshot.view,
        "mode": watch.mode,
        "at": snapshot.at.isoformat(),
    }
    files = [
        _json(f"{folder}/request.json", request),
        _json(f"{folder}/response.json", response_facts(snapshot)),
        _json(
            f"{folder}/network.json", {"addresses": snapshot.addresses, "certificate": snapshot.certificate}
        ),
    ]
    contents = (
        ("page.html.txt", snapshot.body_sha256),
        ("screenshot.png", snapshot.screenshot_sha256),
        ("assets.json", snapshot.assets_sha256),
        ("certificate-chain.pem", snapshot.chain_sha256),
    )
    for name, sha256 in contents:
        if sha256:
            files += _kept(f"{folder}/{name}", sha256, missing)
    return files


def response_facts(snapshot: Snapshot) -> dict[str, Any]:
    """How the page came, without its body."""
    return {
        "status": snapshot.status,
        "final_url": snapshot.final_url,
        "redirects": snapshot.redirects,
        "headers": snapshot.headers,
        "content_type": snapshot.content_type,
        "size": snapshot.size,
        "is_cut": snapshot.is_cut,
        "body_sha256": snapshot.body_sha256,
        "requests": snapshot.requests,
    }


def _about(alert: Alert, organization: Organization) -> dict[str, Any]:
    closed = alert.closed_at.isoformat() if alert.closed_at else None
    return {
        "id": str(alert.id),
        "organization": {"code": organization.code, "name": organization.name},
        "site": {"id": str(alert.site_id), "name": alert.site.name, "base_url": alert.site.base_url},
        "watch": {"id": str(alert.watch_id), "name": alert.watch.name, "url": alert.watch.url},
        "state": alert.state,
        "level": alert.level,
        "severity": alert.severity,
        "classes": alert.classes,
        "view": alert.view,
        "first_seen_at": alert.first_seen_at.isoformat(),
        "opened_at": alert.opened_at.isoformat(),
        "closed_at": closed,
        "closed_by": alert.closed_by,
        "closed_reason": alert.closed_reason,
        "incident_id": str(alert.incident_id) if alert.incident_id else None,
        "reasons": [
            {**reason, "sentence": {locale: _said(reason, locale) for locale in LOCALES}}
            for reason in alert.reasons
        ],
    }


def _kept(name: str, sha256: str, missing: list[str]) -> list[Source]:
    try:
        get(sha256)
    except StoreError as error:
        missing.append(f"{name}: {error.msg}")
        return []
    return [Source(name, partial(get, sha256))]


def _plain(name: str, text: str) -> Source:
    return Source(name, _constant(text.encode("utf-8", "replace")))


def _json(name: str, document: Any) -> Source:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    return _plain(name, text)


def _constant(data: bytes) -> Callable[[], bytes]:
    return lambda: data
