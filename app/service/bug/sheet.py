"""Workbooks (XLSX) in which nothing a site wrote can become a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CELL = 32_000
"""A cell of XLSX holds 32,767 characters."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Any]]


def as_xlsx(tables: Sequence[Table]) -> bytes:
    """One sheet a table. Texts are written as texts, whatever they begin with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(table.title[:31])
        sheet.freeze_panes = "A2"
        head = [WriteOnlyCell(sheet, value=name) for name in table.head]
        for cell in head:
            cell.font = Font(bold=True)
        sheet.append(head)
        for row in table.rows:
            sheet.append([_cell(WriteOnlyCell, sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(kind: Any, sheet: Any, value: Any) -> Any:
    plain = _plain(value)
    if not isinstance(plain, str) or not plain.startswith("="):
        return plain
    cell = kind(sheet, value=plain)
    cell.data_type = "s"  # openpyxl takes what begins with = for a formula.
    return cell


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, str):
        return _CONTROL.sub("", value)[:MAX_CELL]
    return value
