"""Workbooks written as they come: a row is bytes on their way to the disk before the next one is made.

Texts are inline strings (ECMA-376 part 1, 18.3.1.53), so there is no table of them to hold in memory, and
nothing that somebody wrote can become a formula: formulas have an element of their own, which is never made.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from app.engine.sheet.cells import plain

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 1_048_575
"""Rows a sheet may have besides its head."""
_PART_BYTES = 64 * 1024
_DATE = (1980, 1, 1, 0, 0, 0)
_LEVEL = 3
"""Of compression: a third of the time of the usual 6, for a tenth more bytes."""
_HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_HEADER}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/>'
    '<xf fontId="1" applyFont="1"/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_BAD_IN_TITLE = str.maketrans("", "", "[]:*?/\\")


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its title, the head, and rows of values, made while they are written."""

    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Any]]


def write_xlsx(out: Any, tables: Sequence[Table]) -> None:
    """Write a workbook, a sheet a table, into a binary stream, which need not be able to seek."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, text in _frame(tables):
            archive.writestr(_info(name), text, compresslevel=_LEVEL)
        for number, table in enumerate(tables, 1):
            with archive.open(_info(f"xl/worksheets/sheet{number}.xml"), "w", force_zip64=True) as part:
                for piece in _gathered(_sheet(table)):
                    part.write(piece)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _gathered(pieces: Iterable[str]) -> Iterator[bytes]:
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _PART_BYTES:
            yield "".join(held).encode()
            held.clear()
            size = 0
    yield "".join(held).encode()


def _sheet(table: Table) -> Iterator[str]:
    yield (
        f'{_HEADER}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{_widths(table.head)}</cols><sheetData>"
    )
    names = "".join(_text(name, ' s="1"') for name in table.head)
    yield f'<row r="1">{names}</row>'
    for number, row in enumerate(table.rows, 2):
        if number > MAX_ROWS + 1:
            break
        yield f'<row r="{number}">{"".join(map(_cell, row))}</row>'
    yield "</sheetData></worksheet>"


def _widths(head: Sequence[str]) -> str:
    """Columns as wide as their names ask for; characters beyond ASCII take two."""
    return "".join(
        f'<col min="{at}" max="{at}" width="{min(40, max(12, sum(2 if c > "~" else 1 for c in name) + 4))}"'
        ' customWidth="1"/>'
        for at, name in enumerate(head, 1)
    )


def _cell(value: Any) -> str:
    if type(value) is int:
        return f"<c><v>{value}</v></c>"
    value = plain(value)
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value!r}</v></c>" if math.isfinite(value) else "<c/>"
    return _text(value)


def _text(text: str, more: str = "") -> str:
    return f'<c t="inlineStr"{more}><is><t xml:space="preserve">{escape(plain(text))}</t></is></c>'


def _frame(tables: Sequence[Table]) -> Iterator[tuple[str, str]]:
    """The parts around the sheets: what the package holds, and how its parts belong together."""
    numbers = range(1, len(tables) + 1)
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{each}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for each in numbers
    )
    yield (
        "[Content_Types].xml",
        f'{_HEADER}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{sheets}</Types>',
    )
    yield "_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")])
    names = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{number}" r:id="rId{number}"/>'
        for number, title in zip(numbers, _titles(tables), strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'{_HEADER}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{names}</sheets></workbook>',
    )
    parts = [(f"rId{each}", "worksheet", f"worksheets/sheet{each}.xml") for each in numbers]
    yield (
        "xl/_rels/workbook.xml.rels",
        _relations([*parts, (f"rId{len(tables) + 1}", "styles", "styles.xml")]),
    )
    yield "xl/styles.xml", _STYLES


def _relations(parts: Iterable[tuple[str, str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for key, kind, target in parts
    )
    return f'{_HEADER}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _titles(tables: Sequence[Table]) -> list[str]:
    """Sheets' names as a workbook may have them: 1 to 31 characters, each once."""
    titles: list[str] = []
    for number, table in enumerate(tables, 1):
        title = str(plain(table.title)).translate(_BAD_IN_TITLE).strip("'")[:31] or f"Sheet{number}"
        if title.lower() in (each.lower() for each in titles):
            title = f"{title[:27]} {number}"
        titles.append(title)
    return titles
