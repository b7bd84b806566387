"""Workbooks (XLSX) in which nothing a site wrote can become a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence

from app.engine.sheet.xlsx import MEDIA, Table, write_xlsx

__all__ = ["XLSX", "Table", "as_xlsx"]

XLSX = MEDIA


def as_xlsx(tables: Sequence[Table]) -> bytes:
    """One sheet a table, in memory: for what is small. Large ones are written by jobs, into files."""
    out = io.BytesIO()
    write_xlsx(out, tables)
    return out.getvalue()
