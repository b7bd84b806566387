"""Findings in from other scanners and out to other programs."""

from __future__ import annotations

import csv
import io
from typing import Any

import orjson
import pytest
from openpyxl import load_workbook

from app.core.errors import ConflictError, InvalidError, NotFoundError
from app.service.actor import Actor
from app.service.bug.decide import decide
from app.service.bug.exports import findings_csv, findings_sarif, findings_xlsx, site_report_xlsx
from app.service.bug.finding import list_findings
from app.service.bug.imports import import_findings
from app.service.bug.retest import retest_finding
from tests.service.bug.desk import Desk, seen

FORMULA = '=HYPERLINK("http://evil.example","click")'


def nuclei(*urls: str, severity: str = "high", **values: Any) -> bytes:
    """A report with a line for each address."""
    lines = [
        {
            "template-id": "acme-login",
            "info": {"name": "Acme log-in panel", "severity": severity},
            "type": "http",
            "host": "https://shop.example",
            "matched-at": url,
            **values,
        }
        for url in urls
    ]
    return b"\n".join(orjson.dumps(line) for line in lines)


ONE = nuclei("https://shop.example/acme/login")


def test_a_report_is_taken_in_once(desk: Desk) -> None:
    first = import_findings(desk.actor, desk.site.id, "nuclei", ONE)
    assert first == {"new": 1, "seen": 0, "reopened": 0, "refused": 0}
    assert import_findings(desk.actor, desk.site.id, "nuclei", ONE)["seen"] == 1
    row = desk.only()
    assert (row.source, row.severity, row.state) == ("nuclei", "high", "open")
    assert row.title_en == "Acme log-in panel"
    assert "imported" in desk.events()


def test_what_was_dismissed_stays_so_when_it_is_imported_again(desk: Desk) -> None:
    import_findings(desk.actor, desk.site.id, "nuclei", ONE)
    decide(desk.actor, desk.only().id, "false_positive", {"note": "no panel"})
    counts = import_findings(desk.actor, desk.site.id, "nuclei", ONE)
    assert (counts["new"], counts["reopened"]) == (0, 0)
    assert desk.only().state == "false_positive"


def test_our_scans_make_none_of_anothers_fixed(desk: Desk) -> None:
    import_findings(desk.actor, desk.site.id, "nuclei", ONE)
    for _ in range(3):
        desk.scan()
    assert desk.only().state == "open"


def test_anothers_are_fixed_by_hand_and_opened_by_the_next_report(desk: Desk) -> None:
    import_findings(desk.actor, desk.site.id, "nuclei", ONE)
    assert decide(desk.actor, desk.only().id, "fix", {"note": "gone"}).state == "fixed"
    assert import_findings(desk.actor, desk.site.id, "nuclei", ONE)["reopened"] == 1
    assert (desk.only().state, desk.only().reopened) == ("open", 1)


def test_anothers_cannot_be_retested(desk: Desk) -> None:
    import_findings(desk.actor, desk.site.id, "nuclei", ONE)
    with pytest.raises(ConflictError):
        retest_finding(desk.actor, desk.only().id)


def test_findings_of_other_hosts_are_refused(desk: Desk) -> None:
    report = nuclei("https://shop.example/a", "https://elsewhere.example/b")
    counts = import_findings(desk.actor, desk.site.id, "nuclei", report)
    assert (counts["new"], counts["refused"]) == (1, 1)


@pytest.mark.parametrize(
    ("format", "data"),
    [("nessus", b"{}"), ("nuclei", b""), ("nuclei", b"not json"), ("zap", b"[]"), ("wapiti", b"{}")],
)
def test_what_is_no_report_is_refused(desk: Desk, format: str, data: bytes) -> None:
    with pytest.raises(InvalidError):
        import_findings(desk.actor, desk.site.id, format, data)
    assert desk.rows() == []


def test_nothing_goes_in_or_out_for_a_stranger(desk: Desk, stranger: Actor) -> None:
    desk.scan(seen())
    with pytest.raises(NotFoundError):
        import_findings(stranger, desk.site.id, "nuclei", ONE)
    with pytest.raises(NotFoundError):
        site_report_xlsx(stranger, desk.site.id)
    assert len(rows_of_csv(findings_csv(stranger, {"state": "all"})[2])) == 1


def rows_of_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_table_has_a_line_for_each_finding_of_the_list(desk: Desk) -> None:
    desk.scan(seen(), seen("leaks.version", "/about", parameter=None, severity="high"))
    name, media, data = findings_csv(desk.actor, {})
    assert (name, media) == ("findings.csv", "text/csv")
    head, first, second = rows_of_csv(data)
    severity = head.index("Severity")
    assert (first[severity], second[severity]) == ("high", "medium")
    assert len(rows_of_csv(findings_csv(desk.actor, {"severity": "high"})[2])) == 2


def hostile(desk: Desk) -> None:
    desk.scan(
        seen("mine.formula", detail={"title": FORMULA, "why": "@SUM(1)", "remedy": "-1+1"}, parameter="=1+1")
    )
    assert len(list_findings(desk.actor).items) == 1


def test_no_cell_of_a_table_is_a_formula(desk: Desk) -> None:
    hostile(desk)
    cells = rows_of_csv(findings_csv(desk.actor, {})[2])[1]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]


def test_no_cell_of_a_workbook_is_a_formula(desk: Desk) -> None:
    hostile(desk)
    for data in (findings_xlsx(desk.actor, {})[2], site_report_xlsx(desk.actor, desk.site.id)[2]):
        book = load_workbook(io.BytesIO(data))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        assert any(FORMULA in str(cell.value) for cell in cells)


def test_a_site_without_a_scan_has_a_report_too(desk: Desk) -> None:
    book = load_workbook(io.BytesIO(site_report_xlsx(desk.actor, desk.site.id, "zh")[2]))
    assert book.sheetnames == ["概要", "问题", "评级", "响应头测试"]


def test_a_report_holds_the_header_tests_of_the_newest_scan(desk: Desk) -> None:
    tests = {"content-security-policy": {"result": "csp-not-implemented", "pass": False, "modifier": -25}}
    desk.scan(seen(), headers={"score": 75, "grade": "B", "tests": tests})
    book = load_workbook(io.BytesIO(site_report_xlsx(desk.actor, desk.site.id)[2]))
    assert [cell.value for cell in book["Header tests"][2]][:2] == [
        "content-security-policy",
        "csp-not-implemented",
    ]
    assert [cell.value for cell in book["Grades"][2]][2:4] == ["B", 75]


def test_what_was_dismissed_is_suppressed_in_sarif(desk: Desk) -> None:
    desk.scan(seen(), seen(path="/about"))
    decide(desk.actor, desk.rows()[0].id, "false_positive", {"note": "a test cookie"})
    document = orjson.loads(findings_sarif(desk.actor, {"state": "all"})[2])
    results = document["runs"][0]["results"]
    assert [bool(each.get("suppressions")) for each in results].count(True) == 1
    assert "a test cookie" in str(results)
    assert len(orjson.loads(findings_sarif(desk.actor, {})[2])["runs"][0]["results"]) == 1
