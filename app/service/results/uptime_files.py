"""A report of uptime to take away: CSV and XLSX, in two languages; (file name, media type, bytes)."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from app.core.clock import from_ms
from app.engine.sheet.csv_text import write_csv
from app.service.bug.sheet import XLSX, Table, as_xlsx
from app.service.results.uptime import Line, report

Download = tuple[str, str, bytes]
_HEAD = {
    "en": (
        "Name",
        "Site",
        "Monitors",
        "From (UTC)",
        "To (UTC)",
        "Uptime %",
        "Up (min)",
        "Slow (min)",
        "Down (min)",
        "Unknown (min)",
        "Maintenance (min)",
        "Checks",
        "Failed checks",
    ),
    "zh": (
        "名称",
        "站点",
        "监测项数",
        "开始（UTC）",
        "结束（UTC）",
        "可用率 %",
        "正常（分钟）",
        "缓慢（分钟）",
        "故障（分钟）",
        "未知（分钟）",
        "维护（分钟）",
        "检查次数",
        "失败次数",
    ),
}
_TITLE = {"en": "Uptime", "zh": "可用率"}


def report_csv(organization_id: int, asked: dict[str, Any], locale: str = "en") -> Download:
    """Comma-separated, with a byte order mark so that spreadsheets read it as UTF-8."""
    out = io.BytesIO()
    write_csv(out, head(locale), _rows(organization_id, asked))
    return file_name(asked, "csv"), "text/csv", out.getvalue()


def report_xlsx(organization_id: int, asked: dict[str, Any], locale: str = "en") -> Download:
    table = Table(title(locale), head(locale), _rows(organization_id, asked))
    return file_name(asked, "xlsx"), XLSX, as_xlsx([table])


def head(locale: str) -> tuple[str, ...]:
    """The columns' names."""
    return _HEAD.get(locale, _HEAD["en"])


def title(locale: str) -> str:
    return _TITLE.get(locale, _TITLE["en"])


def file_name(asked: dict[str, Any], kind: str) -> str:
    days = [f"{from_ms(asked[name]):%Y%m%d}" for name in ("from_ms", "to_ms")]
    return f"uptime-{days[0]}-{days[1]}.{kind}"


def _rows(organization_id: int, asked: dict[str, Any]) -> Iterable[list[Any]]:
    return [cells_of(line, asked) for line in report(organization_id, **asked)]


def cells_of(line: Line, asked: dict[str, Any]) -> list[Any]:
    """A line's cells, under `head`."""
    span = [from_ms(asked[name]).strftime("%Y-%m-%d %H:%M") for name in ("from_ms", "to_ms")]
    each = line.uptime
    times = (each.up_ms, each.degraded_ms, each.down_ms, each.unknown_ms, each.maintenance_ms)
    percent = None if each.percent is None else round(each.percent, 4)
    minutes = [round(ms / 60_000, 2) for ms in times]
    return [line.name, line.site, line.monitors, *span, percent, *minutes, each.checks, each.failed]
