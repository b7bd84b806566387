"""The columns of a table of sites: what they are called in files, and how their cells are read.

Pure: nothing here knows the database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.engine.net.target import TargetError, parse_target
from app.engine.sheet.cells import as_typed
from app.engine.sheet.limits import UnreadableError
from app.service.transfer.monitors import Told, monitors_of

NAMES = {
    "name": {"en": "Name", "zh": "名称"},
    "base_url": {"en": "Address", "zh": "网址"},
    "tags": {"en": "Tags", "zh": "标签"},
    "description": {"en": "Notes", "zh": "备注"},
    "monitors": {"en": "Monitors", "zh": "监测项"},
    "created_at": {"en": "Added (UTC)", "zh": "添加时间（UTC）"},
}
_OTHERS = {
    "url": "base_url",
    "site": "name",
    "tag": "tags",
    "description": "description",
    "monitor": "monitors",
    "网站名称": "name",
    "站点": "name",
    "站点名称": "name",
    "地址": "base_url",
    "url地址": "base_url",
    "说明": "description",
    "描述": "description",
    "监控项": "monitors",
    "名稱": "name",
    "網址": "base_url",
    "標籤": "tags",
    "備註": "description",
    "監測項": "monitors",
}
_COLUMNS = {
    **_OTHERS,
    **{
        words.lower().replace("_", " "): key
        for key, names in NAMES.items()
        for words in (key, *names.values())
    },
}
IGNORED = ("created_at",)
_LONGEST = {"name": 200, "base_url": 2000, "description": 5000}
_SEPARATORS = re.compile(r"[,，;；、|\n]")
Problem = tuple[str, str]
"""The column it is about, and what is wrong, in a sentence."""


@dataclass(slots=True)
class Row:
    """One row of a file: where it stands, what it says, what is wrong with it."""

    line: int
    values: dict[str, Any]
    monitors: list[Told] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def key(self) -> str:
        return key_of(self.values.get("base_url", ""))


def key_of(url: str) -> str:
    """Addresses that lead to the same place have the same key; what is no address, itself."""
    try:
        target = parse_target(url.strip())
    except TargetError:
        return url.strip()
    return f"{target.origin}{target.path.rstrip('/') or '/'}"


def head_of(cells: Sequence[str]) -> list[str | None]:
    """The column each cell of the first row names; None for one that nobody knows.

    `UnreadableError` when the name or the address is missing, or a column stands there twice.
    """
    found = [_COLUMNS.get(_plain(cell)) for cell in cells]
    known = [each for each in found if each]
    for needed in ("name", "base_url"):
        if needed not in known:
            raise UnreadableError("column_missing", column=needed)
    for each in known:
        if known.count(each) > 1:
            raise UnreadableError("column_twice", column=each)
    return found


def _plain(cell: str) -> str:
    """A column's name without what people put around it: case, spaces, wide letters, the star of what has
    to be there, the underline for a space.
    """
    return " ".join(unicodedata.normalize("NFKC", cell).lower().replace("_", " ").strip(" \t\r\n*:").split())


def row_of(line: int, head: Sequence[str | None], cells: Sequence[str]) -> Row:
    """A row of the file, its values trimmed. What is not there or empty is not among them."""
    said = {
        column: as_typed(cell).strip()
        for column, cell in zip(head, cells, strict=False)
        if column and column not in IGNORED and cell.strip()
    }
    row = Row(line, {name: said[name] for name in ("name", "base_url", "description") if name in said})
    for name in ("name", "base_url"):
        if name not in said:
            row.problems.append((name, "must not be empty"))
    for name, most in _LONGEST.items():
        if len(said.get(name, "")) > most:
            row.problems.append((name, f"must have at most {most} characters"))
    if "tags" in said:
        row.values["tags"] = _tags(said["tags"])
    if "monitors" in said:
        try:
            row.monitors = monitors_of(said["monitors"])
        except ValueError as error:
            row.problems.append(("monitors", str(error)))
    return row


def _tags(text: str) -> list[str]:
    """Their names. Where the last has a comma behind it, nothing else separates them."""
    parts = text.split(",") if text.endswith(",") else _SEPARATORS.split(text)
    return [part.strip() for part in parts if part.strip()]


def tag_text(tags: Sequence[str]) -> str:
    """Tags as a cell takes them."""
    return ", ".join(tags) + ("," if any(map(_SEPARATORS.search, tags)) else "")


def mark_twins(rows: Iterable[Row]) -> None:
    """A row with the address of one before it is wrong."""
    first: dict[str, int] = {}
    for row in rows:
        if row.key in first:
            row.problems.append(("base_url", f"is in line {first[row.key]} already"))
        elif row.key:
            first[row.key] = row.line
