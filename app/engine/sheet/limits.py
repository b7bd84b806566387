"""How much of a table that somebody hands in is read, and what is said when it cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class UnreadableError(Exception):
    """The file cannot be read as a table. `code` names a sentence, `values` are put into it."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


@dataclass(frozen=True, slots=True)
class Limits:
    """Rows without the head and empty ones, cells a row, characters a cell, bytes the file may unfold to."""

    rows: int = 10_000
    columns: int = 50
    cell: int = 8_000
    unfolded_bytes: int = 64 * 1024 * 1024

    def check(self, line: int, cells: Sequence[str], *, said: int) -> None:
        """Raises UnreadableError for a row that is beyond them: `said` is how many have said anything yet."""
        if said > self.rows + 1:
            raise UnreadableError("too_many_rows", most=self.rows)
        if len(cells) > self.columns:
            raise UnreadableError("too_many_columns", most=self.columns, line=line)
        if any(len(cell) > self.cell for cell in cells):
            raise UnreadableError("cell_too_long", most=self.cell, line=line)
