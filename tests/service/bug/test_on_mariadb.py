"""The same on MariaDB: whole lives of findings, claims that clash, lists, and a report of two megabytes."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.clock import now
from app.core.errors import ConflictError
from app.engine.bug.types import Coverage
from app.service.actor import Actor
from app.service.bug.compare import compare_scans
from app.service.bug.decide import decide, decide_many
from app.service.bug.exports import findings_csv, site_report_xlsx
from app.service.bug.finding import count_findings, list_findings
from app.service.bug.overview import list_sites_security
from app.service.bug.report import report_of
from app.service.bug.retention import tend_scans
from app.service.bug.running import claim_scan, sweep_lost
from app.service.bug.scan import request_scan
from app.service.bug.triggers import start_changed, start_due
from tests.cast import make_organization, make_user
from tests.service.bug.desk import Desk, seen


@pytest.fixture
def desk(mariadb_app: Flask) -> Desk:
    owner: Actor = make_user(make_organization("ours"), "owner", "owner")
    return Desk(owner)


def test_a_finding_lives_its_life(desk: Desk) -> None:
    first = desk.scan(seen(), seen("leaks.version", "/about", parameter=None, severity="high"))
    desk.scan()
    done = desk.scan()
    assert {row.state for row in desk.rows()} == {"fixed"}
    assert desk.scan(seen()).look.reopened
    assert first.scan is not None and done.scan is not None
    assert len(compare_scans(desk.actor, first.scan.id, done.scan.id).gone) == 2
    assert list_sites_security(desk.actor).items[0].open_by_severity == {"medium": 1}


def test_a_second_scan_of_the_site_clashes(desk: Desk) -> None:
    request_scan(desk.actor, desk.site.id)
    with pytest.raises(ConflictError):
        request_scan(desk.actor, desk.site.id)
    assert claim_scan() is not None
    assert claim_scan() is None
    assert sweep_lost(now()) == []


def test_lists_are_sorted_paged_and_exported(desk: Desk) -> None:
    desk.scan(*(seen(path=f"/p{grade}", severity=grade) for grade in ("low", "critical", "medium")))
    for sort in ("-severity", "due", "-last_seen"):
        first = list_findings(desk.actor, sort=sort, limit=2)
        second = list_findings(desk.actor, sort=sort, limit=2, cursor=first.next_cursor)
        assert len({row.id for row in [*first.items, *second.items]}) == 3
    assert count_findings(desk.actor, q="cookies")["critical"] == 1
    assert findings_csv(desk.actor, {})[2].count(b"\n") >= 4
    assert site_report_xlsx(desk.actor, desk.site.id)[2][:2] == b"PK"
    answers = decide_many(desk.actor, [row.id for row in desk.rows()], "confirm")
    assert all(each["ok"] for each in answers)


def test_what_was_dismissed_stays_so(desk: Desk) -> None:
    desk.scan(seen(detail={"name": "名字 🙂"}))
    decide(desk.actor, desk.only().id, "false_positive", {"note": "不是问题"})
    desk.scan(seen())
    assert desk.only().state == "false_positive"


def test_its_report_may_be_large(desk: Desk) -> None:
    many = frozenset(f"/{number * 7919 % 10_000_019}/x" for number in range(40_000))
    done = desk.scan(coverage=Coverage(done=frozenset({"cookies"}), answered=many))
    assert done.scan is not None and report_of(done.scan) is not None


def test_turns_find_nothing_to_do(desk: Desk) -> None:
    assert (start_due(now()), start_changed(now()), tend_scans(now())) == (0, 0, 0)
