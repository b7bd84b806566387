"""Findings as rows of a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from app.engine.bug.exchange.rows import row_of
from app.engine.bug.exchange.tables import COLUMNS, cells, csv_of, header
from app.engine.bug.finding.merge import findings_of
from app.engine.bug.types import Hit
from tests.engine.bug.exchange.rows import FOREIGN, row


def test_a_row_has_a_cell_a_column() -> None:
    found = dict(zip(COLUMNS, cells(row(), "en"), strict=True))
    assert found["title"] == "Scripts of cdn.example.net without integrity"
    assert (found["cwe"], found["places"], found["state"]) == ("CWE-353, CWE-829", 1, "open")


def test_it_speaks_both_languages() -> None:
    assert header("zh")[:2] == ["网站", "严重程度"]
    assert "完整性" in str(cells(row(), "zh")[3])


@pytest.mark.parametrize("text", ["=1+1", "+cmd|x", "-2", "@SUM(A1)"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cells(row(reason=text), "en")[list(COLUMNS).index("reason")] == f"'{text}"


def test_csv_reads_back_as_it_was() -> None:
    text = csv_of([row(reason='said "no",\nthen yes'), FOREIGN], "en")
    assert text.startswith("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [line["Check"] for line in lines] == ["headers.missing-sri", "zap.40012"]
    assert lines[0]["Reason"] == 'said "no",\nthen yes'


def test_a_finding_of_a_scan_becomes_a_row() -> None:
    hit = Hit(
        "headers.missing-sri", "https://a.example/", "x", parameter="b.example", detail={"host": "b.example"}
    )
    (finding,) = findings_of([hit], "a.example")
    made = row_of(finding, "A")
    assert (made.rule, made.fingerprint, made.source) == ("headers.missing-sri", finding.fingerprint, "scan")
