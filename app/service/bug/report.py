"""What a scan has looked at and seen, as it is kept: JSON, compressed, and never larger than 2 MB.

{"pages", "skipped", "headers", "tls", "technologies", "coverage": {"done", "answered", "unknown", "asked"},
"seen": {finding id: [severity, detail's hash]}, "not_kept": how many places or findings were left out}
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from app.engine.bug.types import Report
from app.models import Finding, Scan, ScanReport, db
from app.service.bug.lives import clean

MAX_BYTES = 2 * 1024 * 1024
MAX_PLACES = 5_000
MAX_SEEN = 10_000
MAX_TEXT = 500


def pack(report: Report, seen: Mapping[str, list[Any]]) -> bytes:
    """The kept form; where it would be too large, of ever fewer places."""
    most = MAX_PLACES
    while True:
        body = zlib.compress(orjson.dumps(clean(_document(report, seen, most))), 6)
        if len(body) <= MAX_BYTES or most < 10:
            return body
        most //= 4


def _document(report: Report, seen: Mapping[str, list[Any]], most: int) -> dict[str, Any]:
    coverage = report.coverage
    asked = {
        check: _some(places, max(most // 10, 1)) for check, places in sorted(coverage.asked.items())[:200]
    }
    left_out = (
        len(coverage.answered) + len(coverage.unknown) - 2 * most if len(coverage.answered) > most else 0
    )
    return {
        "pages": [page[:MAX_TEXT] for page in report.pages[:most]],
        "skipped": [
            {"check": skip.check, "reason": skip.reason, "detail": _plain(skip.detail)}
            for skip in report.skipped[:500]
        ],
        "headers": _plain(report.headers),
        "tls": _plain(report.tls),
        "technologies": dict(list(report.technologies.items())[:200]),
        "coverage": {
            "done": sorted(coverage.done),
            "answered": _some(coverage.answered, most),
            "unknown": _some(coverage.unknown, most),
            "asked": asked,
        },
        "seen": dict(list(seen.items())[:MAX_SEEN]),
        "not_kept": max(0, left_out) + max(0, len(seen) - MAX_SEEN),
    }


def _some(places: frozenset[str], most: int) -> list[str]:
    return [place[:MAX_TEXT] for place in sorted(places)[:most]]


def _plain(value: Any) -> Any:
    """As JSON can hold it; the engine's mappings hold numbers, texts and lists of them."""
    return orjson.loads(orjson.dumps(clean(value), default=str, option=orjson.OPT_NON_STR_KEYS))


def seen_entry(finding: Finding) -> list[Any]:
    """What of a finding tells whether it has changed from one scan to another."""
    digest = hashlib.sha256(
        orjson.dumps([finding.severity, finding.detail], option=orjson.OPT_SORT_KEYS, default=str)
    )
    return [finding.severity, digest.hexdigest()[:16]]


def report_of(scan: Scan) -> dict[str, Any] | None:
    """What is kept of a scan; None for one without a report."""
    row = db.session.get(ScanReport, scan.id)
    return orjson.loads(zlib.decompress(row.body)) if row else None
