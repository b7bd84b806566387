"""What a scan's report makes of findings: made, seen again, fixed, opened again, told of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.engine.bug.types import Coverage, Location, Skip
from app.models import Delivery, Scan, db
from app.service.actor import Actor
from app.service.bug.decide import decide
from app.service.bug.finding import history_of, locations_of
from app.service.bug.recording import record_report
from app.service.bug.report import report_of
from app.service.channel.manage import create_channel
from tests.service.bug.desk import Desk, report, seen


def test_a_second_scan_makes_no_second_finding(desk: Desk) -> None:
    desk.scan(seen())
    desk.scan(seen())
    assert desk.only().state == "open"


def test_it_is_fixed_after_two_complete_scans_without_it(desk: Desk) -> None:
    desk.scan(seen())
    desk.scan()
    assert (desk.only().state, desk.only().missed) == ("open", 1)
    done = desk.scan()
    assert desk.only().state == "fixed"
    assert done.scan is not None and done.scan.fixed_findings == 1
    assert "finding_fixed" in desk.events()


def test_it_is_open_again_when_it_comes_back(desk: Desk) -> None:
    desk.scan(seen())
    desk.scan()
    desk.scan()
    desk.scan(seen())
    row = desk.only()
    assert (row.state, row.reopened, row.fixed_at) == ("open", 1, None)
    assert desk.events().count("finding_reopened") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"is_complete": False, "ended": "time"},
        {"coverage": Coverage(done=frozenset({"leaks"}), answered=frozenset({"/login"}))},
        {"coverage": Coverage(done=frozenset({"cookies"}), answered=frozenset({"/"}))},
        {
            "coverage": Coverage(
                done=frozenset({"cookies"}), answered=frozenset({"/login"}), unknown=frozenset({"/login"})
            )
        },
    ],
    ids=["cut short", "another check", "another place", "no answer"],
)
def test_a_scan_that_did_not_really_look_fixes_nothing(desk: Desk, change: dict[str, object]) -> None:
    desk.scan(seen())
    for _ in range(3):
        desk.scan(**change)
    assert (desk.only().state, desk.only().missed) == ("open", 0)


def test_a_false_positive_stays_silent(desk: Desk) -> None:
    desk.scan(seen())
    decide(desk.actor, desk.only().id, "false_positive", {"note": "a test cookie"})
    before = desk.events()
    done = desk.scan(seen())
    assert desk.only().state == "false_positive"
    assert desk.events() == [*before, "scan_done"]
    assert done.scan is not None and done.scan.open_by_severity == {}


def test_an_acceptance_holds_through_scans_until_it_is_over(desk: Desk) -> None:
    desk.scan(seen())
    until = now() + timedelta(days=10)
    decide(desk.actor, desk.only().id, "accept", {"note": "until the new shop", "until": until})
    desk.scan(seen())
    assert desk.only().state == "accepted"


def test_its_due_date_comes_from_its_severity(desk: Desk) -> None:
    desk.scan(seen(severity="critical"))
    row = desk.only()
    assert row.due_at is not None
    assert (row.due_at - row.first_seen_at).days == 7


def test_a_graver_severity_brings_the_due_date_forward(desk: Desk) -> None:
    desk.scan(seen(severity="low"))
    first = desk.only().due_at
    desk.scan(seen(severity="critical"))
    second = desk.only().due_at
    assert first is not None and second is not None and second < first


def test_it_keeps_its_places_up_to_a_hundred(desk: Desk) -> None:
    places = tuple(Location(f"https://shop.example/p{number}") for number in range(130))
    desk.scan(seen(locations=places))
    assert len(locations_of(desk.only())) == 100


def test_a_complete_scan_forgets_the_places_where_it_no_longer_is(desk: Desk) -> None:
    both = (Location("https://shop.example/a"), Location("https://shop.example/b"))
    desk.scan(seen(locations=both))
    desk.scan(seen(locations=both[:1]))
    assert [each.url for each in locations_of(desk.only())] == ["https://shop.example/a"]


def test_what_a_hostile_site_wrote_reaches_the_database_as_text(desk: Desk) -> None:
    hostile = seen(
        url="https://shop.example/\udcff" + "x" * 5000,
        detail={"name": "\ud800", "much": "y" * 90_000},
        component="\udfff" * 900,
        locations=(Location("https://shop.example/\udcff", "\udcff" * 20_000),),
    )
    desk.scan(hostile)
    assert desk.only().detail["name"] == "?"
    assert "much" not in desk.only().detail
    assert len(locations_of(desk.only())[0].evidence) == 8_000


def test_a_report_of_a_hostile_site_is_kept_too(desk: Desk) -> None:
    done = desk.scan(
        pages=("https://shop.example/\udcff",),
        skipped=(Skip("tls", "no_tls", {"error": "\ud800"}),),
        headers={"score": 0, "grade": "F", "tests": {"\udfff": {"result": "\udfff"}}},
        technologies={"\udfff": "\udfff"},
    )
    assert done.scan is not None and report_of(done.scan) is not None


def test_a_recorded_scan_is_not_recorded_again(desk: Desk) -> None:
    scan = desk.begin()
    record_report(scan.id, report(seen()))
    assert record_report(scan.id, report(seen("leaks.version", parameter=None))).scan is None
    assert len(desk.rows()) == 1


def test_its_report_is_kept(desk: Desk) -> None:
    skipped = (Skip("tls", "program_missing", {"program": "sslyze"}),)
    done = desk.scan(seen(), skipped=skipped, headers={"score": 55, "grade": "C", "tests": {}})
    assert done.scan is not None
    kept = report_of(done.scan)
    assert kept is not None
    assert kept["skipped"][0]["check"] == "tls"
    assert kept["coverage"]["answered"] == ["/", "/about", "/login", "/news"]
    assert list(kept["seen"]) == [str(desk.only().id)]
    assert (done.scan.grade, done.scan.score) == ("C", 55)


def test_a_report_of_a_huge_site_stays_bounded(desk: Desk) -> None:
    many = frozenset(f"/{number}/" + "z" * 400 for number in range(20_000))
    done = desk.scan(coverage=Coverage(done=frozenset({"cookies"}), answered=many))
    assert done.scan is not None
    kept = report_of(done.scan)
    assert kept is not None and len(kept["coverage"]["answered"]) <= 5_000


def test_its_history_names_what_happened(desk: Desk) -> None:
    desk.scan(seen())
    desk.scan()
    desk.scan()
    assert [(each.kind, each.after) for each in history_of(desk.only())] == [
        ("state", "fixed"),
        ("opened", "open"),
    ]


def told() -> list[str]:
    return list(db.session.scalars(select(Delivery.kind).order_by(Delivery.id)))


def hook(owner: Actor, *severities: str) -> None:
    values = {"type": "webhook", "name": "hook", "config": {"url": "https://hook.example/"}}
    create_channel(owner, {**values, "alert_severities": list(severities)})


def test_a_channel_hears_of_new_findings_it_wants_in_one_message(desk: Desk) -> None:
    hook(desk.actor, "high")
    done = desk.scan(seen(severity="high"), seen("leaks.version", parameter=None, severity="low"))
    assert (told(), done.deliveries) == (["bug.finding_opened"], 1)


def test_a_channel_hears_nothing_of_what_it_does_not_want(desk: Desk) -> None:
    hook(desk.actor, "critical")
    desk.scan(seen(severity="high"))
    assert told() == []


def test_what_is_informational_is_worth_no_message(desk: Desk) -> None:
    hook(desk.actor, "notice", "low", "medium", "high", "critical")
    desk.scan(seen(severity="info"))
    assert told() == []


def test_a_channel_hears_of_what_came_back_and_of_a_grade_that_fell(desk: Desk) -> None:
    hook(desk.actor, "medium", "high")
    desk.scan(seen(), headers={"score": 100, "grade": "A+"})
    desk.scan(headers={"score": 100, "grade": "A+"})
    desk.scan(headers={"score": 100, "grade": "A+"})
    desk.scan(seen(), headers={"score": 30, "grade": "D"})
    assert told() == ["bug.finding_opened", "bug.finding_reopened", "bug.grade_fell"]


def test_a_site_that_gave_no_answer_is_a_failed_scan_that_is_told(desk: Desk) -> None:
    hook(desk.actor, "high")
    done = desk.scan(is_complete=False, ended="errors", pages=())
    assert done.scan is not None and (done.scan.state, done.scan.reason) == ("failed", "unreachable")
    assert told() == ["bug.scan_failed"]


def test_a_scan_that_ran_out_of_budget_says_so(desk: Desk) -> None:
    done = desk.scan(is_complete=False, ended="budget")
    assert done.scan is not None and (done.scan.state, done.scan.reason) == ("done", "budget")


def test_the_keys_of_a_scan_that_is_over_are_free(desk: Desk) -> None:
    done = desk.scan()
    assert done.scan is not None
    scan = db.session.get_one(Scan, done.scan.id, populate_existing=True)
    assert (scan.waiting_key, scan.running_site_id, scan.running_host) == (None, None, None)


def test_a_moved_line_or_query_is_the_same_finding(desk: Desk) -> None:
    desk.scan(seen(path="/login?v=1"))
    desk.scan(replace(seen(path="/login?v=2"), detail={"line": 99}))
    assert len(desk.rows()) == 1
