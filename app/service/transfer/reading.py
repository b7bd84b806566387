"""A file of sites as rows, read within bounds: CSV and XLSX, told apart by what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from app.core.errors import InvalidError
from app.engine.sheet.csv_text import read_csv
from app.engine.sheet.limits import Limits, UnreadableError
from app.engine.sheet.xlsx_read import read_xlsx
from app.service.transfer.columns import Row, head_of, row_of
from app.service.transfer.problems import UNREADABLE

LIMITS = Limits(rows=10_000, columns=50, cell=8_000, unfolded_bytes=64 * 1024 * 1024)
MOST_ABOVE = 10
"""Rows above the one that names the columns."""
MAX_BYTES = 8 * 1024 * 1024
_ZIP = b"PK\x03\x04"


def is_workbook(data: bytes) -> bool:
    return data.startswith(_ZIP)


def rows_of(data: bytes) -> list[Row]:
    """Every row that says anything, with what is wrong in itself; InvalidError naming `file`."""
    try:
        rows = list(_rows(data))
        if not rows:
            raise UnreadableError("empty")
    except UnreadableError as error:
        raise InvalidError({"file": UNREADABLE[error.code].format(**error.values)}) from error
    return rows


def _rows(data: bytes) -> Iterator[Row]:
    if len(data) > MAX_BYTES:
        raise UnreadableError("unfolds_too_large")
    rows = read_xlsx(data, LIMITS) if is_workbook(data) else read_csv(data, LIMITS, _is_head)
    head = _head(rows)
    if head is not None:
        yield from (row_of(line, head, cells) for line, cells in rows)


def _is_head(cells: Sequence[str]) -> bool:
    try:
        head_of(cells)
    except UnreadableError:
        return False
    return True


def _head(rows: Iterator[tuple[int, list[str]]]) -> list[str | None] | None:
    """The columns: titles and notes may stand above the row that names them. None where there are no rows.

    Where none does, `UnreadableError` tells what the first of all lacks.
    """
    first: UnreadableError | None = None
    for _line, cells in islice(rows, MOST_ABOVE + 1):
        try:
            return head_of(cells)
        except UnreadableError as error:
            first = first or error
    if first is not None:
        raise first
    return None
