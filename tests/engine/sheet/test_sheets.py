"""Tables written and read again, and files that mean harm."""

from __future__ import annotations

import io
import random
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from app.engine.sheet.cells import as_typed, harmless
from app.engine.sheet.csv_text import read_csv, write_csv
from app.engine.sheet.limits import Limits, UnreadableError
from app.engine.sheet.xlsx import Table, write_xlsx
from app.engine.sheet.xlsx_read import read_xlsx

HEAD = ("Name", "网址")
ROWS: list[list[Any]] = [
    ["Shop & <Co>", "https://shop.example/?a=1&b=2"],
    ["=1+1", "  two  spaces  "],
    ["a\x00b\x0bc", "line\nbreak"],
    [3, 2.5],
    [True, None],
    [datetime(2026, 11, 21, 12, tzinfo=UTC), float("nan")],
]


def workbook(*tables: Table) -> bytes:
    out = io.BytesIO()
    write_xlsx(out, tables or (Table("云眼", HEAD, ROWS),))
    return out.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """The same workbook with some members replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name.rpartition("/")[2].partition(".")[0], old.read(name)))
    return out.getvalue()


def made_elsewhere() -> bytes:
    """A workbook by another program, with a table of shared texts."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["name", "base_url"], ["Shop", "https://shop.example/"], ["Shop", 7], [None, True]):
        sheet.append(row)
    sheet["D5"] = "far"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_another_program_reads_what_it_writes() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook())).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert sheet.title == "云眼" and sheet.freeze_panes == "A2" and sheet["A1"].font.b
    assert rows == [
        ["Name", "网址"],
        ["Shop & <Co>", "https://shop.example/?a=1&b=2"],
        ["=1+1", "  two  spaces  "],
        ["abc", "line\nbreak"],
        [3, 2.5],
        [True, None],
        ["2026-11-21 12:00:00", None],
    ]


def test_a_text_that_begins_like_a_formula_is_none() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook())).worksheets[0]
    assert sheet["A3"].data_type in ("s", "inlineStr")


def test_titles_of_sheets_are_made_fit_and_different() -> None:
    data = workbook(Table("a/b" * 20, HEAD, []), Table("a/b" * 20, HEAD, []), Table("", HEAD, []))
    names = openpyxl.load_workbook(io.BytesIO(data)).sheetnames
    assert len(set(names)) == 3 and all(0 < len(name) <= 31 for name in names)


def test_it_reads_what_it_writes() -> None:
    rows = list(read_xlsx(workbook(), Limits()))
    assert rows[0] == (1, ["Name", "网址"])
    assert rows[2] == (3, ["=1+1", "  two  spaces  "])
    assert rows[4] == (5, ["3", "2.5"])


def test_it_reads_what_another_program_wrote() -> None:
    rows = list(read_xlsx(made_elsewhere(), Limits()))
    assert rows == [
        (1, ["name", "base_url"]),
        (2, ["Shop", "https://shop.example/"]),
        (3, ["Shop", "7"]),
        (4, ["", "TRUE"]),
        (5, ["", "", "", "far"]),
    ]


BOMB = b'<worksheet xmlns="x"><sheetData>' + b" " * 70_000_000 + b"</sheetData></worksheet>"
LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><worksheet><sheetData/></worksheet>'
WIDE = b'<worksheet><sheetData><row r="1"><c r="ZZ1"><v>1</v></c></row></sheetData></worksheet>'
TALL = b"<worksheet><sheetData>" + b"<row><c><v>1</v></c></row>" * 10_002 + b"</sheetData></worksheet>"
BABEL = b'<?xml version="1.0" encoding="nobody"?><worksheet><sheetData/></worksheet>'
LOST = b'<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>9</v></c></row></sheetData></worksheet>'
LONG = (
    b'<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>%b</t></is></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        (BOMB, "unfolds_too_large"),
        (LAUGHS, "no_workbook"),
        (WIDE, "too_many_columns"),
        (TALL, "too_many_rows"),
        (LOST, "no_workbook"),
        (LONG % (b"x" * 9000), "cell_too_long"),
        (b"<worksheet><sheetData>", "no_workbook"),
        (b"\x00\x01", "no_workbook"),
        (BABEL, "no_workbook"),
    ],
    ids=["bomb", "laughs", "wide", "tall", "lost", "long", "cut", "noise", "babel"],
)
def test_it_refuses_workbooks_that_mean_harm(sheet: bytes, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        list(read_xlsx(repacked(workbook(), sheet1=sheet), Limits()))
    assert caught.value.code == code


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"name,base_url\n", workbook()[:900]])
def test_it_refuses_what_is_no_workbook(data: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        list(read_xlsx(data, Limits()))
    assert caught.value.code == "no_workbook"


def test_a_member_that_lies_about_its_size_is_refused() -> None:
    whole = bytearray(workbook())
    at = whole.rindex(b"xl/worksheets/sheet1.xml") - 46
    whole[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(UnreadableError):
        list(read_xlsx(bytes(whole), Limits()))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unfolds_without_a_bound_is_refused_unread(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(out, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    with pytest.raises(UnreadableError) as caught:
        list(read_xlsx(out.getvalue(), Limits()))
    assert caught.value.code == "no_workbook"


def test_a_workbook_with_any_bytes_changed_is_read_or_refused() -> None:
    whole, dice = workbook(), random.Random(7)
    for _ in range(400):
        broken = bytearray(whole)
        for _ in range(3):
            broken[dice.randrange(4, len(broken))] = dice.randrange(256)
        with suppress(UnreadableError):
            list(read_xlsx(bytes(broken), Limits()))


def test_a_hidden_sheet_is_passed_over() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet("Sites").append(["name", "base_url"])
    out = io.BytesIO()
    book.save(out)
    assert list(read_xlsx(out.getvalue(), Limits())) == [(1, ["name", "base_url"])]


def test_empty_rows_do_not_count() -> None:
    rows = b'<row r="1"><c><v>1</v></c></row><row r="1048576"><c s="1"/></row>' + b"<row/>" * 50
    data = repacked(workbook(), sheet1=b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>")
    assert list(read_xlsx(data, Limits(rows=10))) == [(1, ["1"])]
    assert list(read_csv(b"a\n" + b",\n" * 50, Limits(rows=10))) == [(1, ["a"])]


def as_csv(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    write_csv(out, HEAD, rows)
    return out.getvalue()


def test_no_cell_of_a_csv_is_a_formula() -> None:
    data = as_csv([["=cmd()", "+1"], ["-2", "@x"], ["\tx", "plain"]]).decode("utf-8-sig")
    assert data.splitlines()[1:] == ["'=cmd(),'+1", "'-2,'@x", "'\tx,plain"]


@pytest.mark.parametrize("text", ["=1", "'=1", "''=1", "＝1", "＠x", "\n=1", "'quoted'", "plain"])
def test_what_was_made_harmless_is_itself_again(text: str) -> None:
    assert not harmless(text).startswith(("=", "＝", "＠", "\n"))
    assert as_typed(harmless(text)) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_it_reads_what_spreadsheets_write(encoding: str, delimiter: str) -> None:
    data = f'名称{delimiter}网址\r\n"商店{delimiter} 一"{delimiter}https://a/\r\n\r\n'.encode(encoding)
    assert list(read_csv(data, Limits())) == [
        (1, ["名称", "网址"]),
        (2, [f"商店{delimiter} 一", "https://a/"]),
    ]


def test_a_first_line_may_say_what_separates() -> None:
    assert list(read_csv(b"sep=;\r\nname,x;url\r\n", Limits())) == [(2, ["name,x", "url"])]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a\n" * 12, "too_many_rows"),
        (b"a," * 60, "too_many_columns"),
        (b"x" * 9000, "cell_too_long"),
        (b"x" * 200_000, "cell_too_long"),
        (b"\xff\xfea", "no_text"),
        (b'a,"b"c\n', "no_csv"),
        (b"a\x00b", "no_text"),
        (b"\xff\xff\xff", "no_text"),
    ],
)
def test_it_refuses_tables_beyond_its_limits(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        list(read_csv(data, Limits(rows=10)))
    assert caught.value.code == code
