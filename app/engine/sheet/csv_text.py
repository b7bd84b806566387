"""Comma-separated values, written as they come and read within bounds."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from app.engine.sheet.cells import harmless
from app.engine.sheet.limits import Limits, UnreadableError

MEDIA = "text/csv"
_DELIMITERS = ",;\t"
_ENCODINGS = ("utf-8-sig", "gb18030")
"""What spreadsheets write: UTF-8 with or without a mark, and in China GB 18030."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""Their "Unicode text" begins with one of these."""
_BEGINNING, _LINES = 4096, 11
"""Characters and lines by which is judged what separates the cells."""
_SAID = re.compile(r"sep=([,;\t])\r?\n")
"""Some write what separates the cells into a line before the first."""


def write_csv(out: Any, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Into a binary stream, with a byte order mark as spreadsheets want it; no cell is a formula."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", errors="replace", newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    text.flush()
    text.detach()


def read_csv(
    data: bytes, limits: Limits, is_head: Callable[[list[str]], bool] = lambda cells: False
) -> Iterator[tuple[int, list[str]]]:
    """(line of the sheet, cells) of each row that says anything; `UnreadableError` where it is none.

    What separates the cells is what makes one of the first lines the head that `is_head` knows, else what
    the first line has most of: a title above the head may have commas of its own.
    """
    text = _decoded(data)
    told = _SAID.match(text)
    if told:
        text = text[told.end() :]
    delimiter = told[1] if told else _delimiter(text, is_head)
    source = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    first = 2 if told else 1
    number, said = first - 1, 0
    try:
        for number, cells in enumerate(source, first):
            if any(cell.strip() for cell in cells):
                said += 1
                limits.check(number, cells, said=said)
                yield number, cells
    except csv.Error as error:
        # The only one that is not about quotes: the reader has a limit of its own, far above ours.
        code = "cell_too_long" if "field limit" in str(error) else "no_csv"
        raise UnreadableError(code, line=number + 1, most=limits.cell) from error


def _decoded(data: bytes) -> str:
    for encoding in ("utf-16",) if data.startswith(_UTF_16) else _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableError("no_text")


def _delimiter(text: str, is_head: Callable[[list[str]], bool]) -> str:
    lines = text[:_BEGINNING].lstrip("\r\n").splitlines()[:_LINES]
    for line in lines:
        for each in _DELIMITERS:
            if any(is_head(cells) for cells in csv.reader([line], delimiter=each)):
                return each
    return max(_DELIMITERS, key=lines[0].count) if lines else ","
