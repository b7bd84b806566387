"""Reading the first sheet that is shown of a workbook that anybody may have made.

It is read as a stream by expat, with entities and document types refused (CWE-776), from an archive whose
members may unfold to so many bytes and no more (CWE-409). Formulas are never calculated: what a cell showed
when it was saved counts.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

from app.engine.sheet.limits import Limits, UnreadableError

MAX_MEMBERS = 1_000
_PIECE = 64 * 1024
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The only ones a package may use (ECMA-376 part 2, annex B); others unfold a piece without any bound."""
# ValueError: offsets below zero, names that are no UTF-8. LookupError: encodings nobody knows.
_BROKEN = (
    zipfile.BadZipFile,
    expat.ExpatError,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    RuntimeError,
    ValueError,
)


def read_xlsx(data: bytes, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """(line of the sheet, cells) of each row that says anything; `UnreadableError` where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _bound(archive, limits)
            strings = _Strings(limits)
            if "xl/sharedStrings.xml" in archive.namelist():
                strings.read(_pieces(archive, "xl/sharedStrings.xml"))
            sheet = _Sheet(strings.texts, limits)
            for piece in _pieces(archive, _first_sheet(archive)):
                sheet.feed(piece)
                yield from sheet.taken()
            sheet.end()
    except _BROKEN as error:
        raise UnreadableError("no_workbook") from error


def _bound(archive: zipfile.ZipFile, limits: Limits) -> None:
    """What members say they unfold to is what they can: reading stops there, and a wrong sum is an error."""
    members = archive.infolist()
    if any(each.compress_type not in _METHODS for each in members):
        raise UnreadableError("no_workbook")
    if len(members) > MAX_MEMBERS or sum(each.file_size for each in members) > limits.unfolded_bytes:
        raise UnreadableError("unfolds_too_large", most=limits.unfolded_bytes // 2**20)


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    try:
        member = archive.open(name)
    except KeyError as error:
        raise UnreadableError("no_workbook") from error
    with member:
        while piece := member.read(_PIECE):
            yield piece


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """The member that holds the first sheet that is not hidden, by way of the workbook and its relations."""
    sheets: list[str] = []
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet" and attributes.get("state", "visible") == "visible":
            sheets.extend(value for key, value in attributes.items() if _local(key) == "id" and ":" in key)

    def relation(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _walk(_pieces(archive, _WORKBOOK), sheet)
    _walk(_pieces(archive, _RELATIONS), relation)
    if not sheets or not targets.get(sheets[0]):
        raise UnreadableError("no_workbook")
    return posixpath.normpath(posixpath.join("/xl", targets[sheets[0]])).lstrip("/")


def _walk(pieces: Iterator[bytes], start: Callable[[str, dict[str, str]], None]) -> None:
    parser = _parser()
    parser.StartElementHandler = start
    for piece in pieces:
        parser.Parse(piece)
    parser.Parse(b"", True)


def _parser() -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    return parser


def _refuse(*_: Any) -> None:
    raise UnreadableError("no_workbook")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Strings:
    """The workbook's table of texts. A rich text is the texts of its runs; readings (rPh) are left out."""

    def __init__(self, limits: Limits) -> None:
        self.texts: list[str] = []
        self._most, self._held = limits.rows * limits.columns, ""
        self._in_text = self._in_reading = False
        self._longest = limits.cell

    def read(self, pieces: Iterator[bytes]) -> None:
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._data
        for piece in pieces:
            parser.Parse(piece)
        parser.Parse(b"", True)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        kind = _local(name)
        if kind == "si":
            self._held = ""
        self._in_reading = self._in_reading or kind == "rPh"
        self._in_text = kind == "t" and not self._in_reading

    def _end(self, name: str) -> None:
        kind = _local(name)
        self._in_text = False
        if kind == "rPh":
            self._in_reading = False
        elif kind == "si":
            self.texts.append(self._held)
            if len(self.texts) > self._most:
                raise UnreadableError("unfolds_too_large", most=self._most)

    def _data(self, text: str) -> None:
        # One character more than a cell may have, so that the row that uses it is the one that is named.
        if self._in_text and len(self._held) <= self._longest:
            self._held += text


class _Sheet:
    """The rows of a sheet, as far as its bytes have come."""

    def __init__(self, strings: list[str], limits: Limits) -> None:
        self._strings, self._limits = strings, limits
        self._rows: list[tuple[int, list[str]]] = []
        self._line = self._column = self._said = 0
        self._cells: list[str] = []
        self._type, self._value, self._reading = "", "", False
        self._parser = _parser()
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._parser.CharacterDataHandler = self._data

    def feed(self, piece: bytes) -> None:
        self._parser.Parse(piece)

    def end(self) -> None:
        """Nothing comes any more: a sheet that is cut off is none."""
        self._parser.Parse(b"", True)

    def taken(self) -> list[tuple[int, list[str]]]:
        """The rows since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = _local(name)
        if kind == "row":
            given = attributes.get("r", "")
            self._line = int(given) if given.isdecimal() and len(given) < 9 else self._line + 1
            self._cells, self._column = [], 0
        elif kind == "c":
            self._type, self._value = attributes.get("t", "n"), ""
            self._column = _column(attributes.get("r", "")) or self._column + 1
            if self._column > self._limits.columns:
                raise UnreadableError("too_many_columns", most=self._limits.columns, line=self._line)
        self._reading = kind in ("v", "t")

    def _data(self, text: str) -> None:
        if self._reading and len(self._value) <= self._limits.cell:
            self._value += text

    def _end(self, name: str) -> None:
        kind = _local(name)
        self._reading = False
        if kind == "c":
            missing = self._column - 1 - len(self._cells)
            self._cells += [""] * missing
            self._cells[self._column - 1 :] = [self._shown()]
        elif kind == "row":
            if any(cell.strip() for cell in self._cells):
                self._said += 1
                self._limits.check(self._line, self._cells, said=self._said)
                self._rows.append((self._line, self._cells))

    def _shown(self) -> str:
        if self._type == "s":
            index = int(self._value) if self._value.isdecimal() and len(self._value) < 9 else -1
            if not 0 <= index < len(self._strings):
                raise UnreadableError("no_workbook")
            return self._strings[index]
        if self._type == "b":
            return "TRUE" if self._value == "1" else "FALSE"
        if self._type == "n" and self._value.endswith(".0"):
            return self._value[:-2]
        return self._value


def _column(reference: str) -> int:
    """`C7` → 3; 0 when it says none."""
    number = 0
    for letter in reference[:4]:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number
