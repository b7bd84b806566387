"""Whole scans of a real local site: from the wish to the finding, and everything that may come between."""

from __future__ import annotations

import threading
from datetime import timedelta
from time import monotonic

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotFoundError
from app.engine.bug.finding.fingerprint import fingerprint
from app.engine.bug.types import Report
from app.models import Scan, db, write
from app.service.actor import Actor
from app.service.bug import running
from app.service.bug.compare import compare_scans
from app.service.bug.decide import decide
from app.service.bug.host import check_host, list_hosts
from app.service.bug.overview import grade_history, list_sites_security, site_security
from app.service.bug.recording import Recorded, record_report
from app.service.bug.report import report_of
from app.service.bug.retest import retest_finding
from app.service.bug.running import claim_scan, give_back, run_scan, sweep_lost
from app.service.bug.scan import get_scan, is_stopped, list_scans, progress_of, request_scan, stop_scan
from app.service.bug.settings import change_settings_of
from app.service.bug.template import upload_template
from app.service.site import archive_site, create_site
from tests.service.bug.desk import Desk, report, seen
from tests.service.bug.site import Shop
from tests.service.bug.test_template import GOOD


def cookie_findings(desk: Desk) -> dict[str, str]:
    return {row.rule: row.state for row in desk.rows() if row.rule.startswith("cookies.")}


def test_a_weak_cookie_is_found_fixed_and_found_again(at_shop: Desk, shop: Shop) -> None:
    shop.weaken()
    first = at_shop.run()
    assert (first.state, first.is_complete, first.reason) == ("done", True, None)
    found = cookie_findings(at_shop)
    assert found and set(found.values()) == {"open"}
    count = len(at_shop.rows())
    at_shop.run()
    assert len(at_shop.rows()) == count
    shop.mend()
    at_shop.run()
    last = at_shop.run()
    fixed = {rule for rule, state in cookie_findings(at_shop).items() if state == "fixed"}
    assert fixed and last.fixed_findings == len(fixed)
    shop.weaken()
    again = at_shop.run()
    assert again.reopened_findings == len(fixed)
    assert cookie_findings(at_shop).keys() >= found.keys()


def test_it_keeps_within_its_budget(at_shop: Desk, shop: Shop) -> None:
    scan = at_shop.run(budget=5)
    assert len(shop.asked) <= 5 and scan.requests <= 5


def test_its_report_names_pages_and_grade(at_shop: Desk, shop: Shop) -> None:
    scan = at_shop.run()
    kept = report_of(scan)
    assert kept is not None
    assert at_shop.base_url + "login" in kept["pages"]
    assert scan.grade is not None and scan.score is not None
    assert site_security(at_shop.actor, at_shop.site.id).grade == scan.grade
    assert [each["grade"] for each in grade_history(at_shop.actor, at_shop.site.id)] == [scan.grade]


def test_addresses_that_are_not_public_are_not_asked(owner: Actor, shop: Shop) -> None:
    scan = Desk(owner, shop.base_url).run()
    assert (scan.state, scan.reason) == ("failed", "unreachable")
    assert shop.asked == []


def test_a_site_that_is_down_gives_a_failed_scan(at_shop: Desk, shop: Shop) -> None:
    at_shop.site.base_url = shop.base_url
    with write() as session:
        session.merge(at_shop.site).base_url = "http://127.0.0.1:9/"
    assert at_shop.run().state == "failed"


def test_an_active_scan_needs_a_proof(at_shop: Desk, shop: Shop) -> None:
    with pytest.raises(ConflictError):
        request_scan(at_shop.actor, at_shop.site.id, {"profile": "standard"})


def prove(desk: Desk, shop: Shop) -> None:
    """Put the file there, and have it looked at."""
    (host,) = list_hosts(desk.actor, desk.site.id)
    shop.pages[f"/.well-known/cloudeye-{host.token}.txt"] = f"cloudeye-verification={host.token}"
    assert check_host(desk.actor, host.id, "file").state == "verified"


def test_a_proved_site_is_scanned_actively(at_shop: Desk, shop: Shop) -> None:
    prove(at_shop, shop)
    shop.pages["/.env"] = "APP_KEY=base64:c2VjcmV0c2VjcmV0c2VjcmV0\nDB_PASSWORD=hunter2hunter2\nDB_HOST=db\n"
    scan = at_shop.run(profile="standard", budget=120)
    assert scan.state == "done"
    assert any("/.env" in row.url for row in at_shop.rows())


def test_a_proof_that_is_gone_refuses_the_scan_and_takes_the_permission(at_shop: Desk, shop: Shop) -> None:
    prove(at_shop, shop)
    for path in [path for path in shop.pages if path.startswith("/.well-known/")]:
        del shop.pages[path]
    asked = len(shop.asked)
    scan = at_shop.run(profile="standard")
    assert (scan.state, scan.reason) == ("refused", "not_proved_again")
    assert all("/.well-known/" in path for path in shop.asked[asked:])
    assert list_hosts(at_shop.actor, at_shop.site.id)[0].state == "revoked"
    assert at_shop.events()[-2:] == ["host_revoked", "scan_refused"]


def test_a_site_has_one_scan_at_a_time(at_shop: Desk) -> None:
    request_scan(at_shop.actor, at_shop.site.id)
    with pytest.raises(ConflictError):
        request_scan(at_shop.actor, at_shop.site.id)
    assert claim_scan() is not None
    assert claim_scan() is None
    with pytest.raises(ConflictError):
        request_scan(at_shop.actor, at_shop.site.id)


def test_a_host_has_one_scan_at_a_time(at_shop: Desk, shop: Shop) -> None:
    other = create_site(at_shop.actor, {"name": "Same host", "base_url": shop.base_url + "other"})
    first = request_scan(at_shop.actor, at_shop.site.id)
    second = request_scan(at_shop.actor, other.id)
    assert claim_scan() == first.id
    assert claim_scan() is None
    run_scan(first.id)
    assert claim_scan() == second.id


def test_a_retest_waits_for_the_scan_of_its_site(desk: Desk) -> None:
    desk.scan(seen())
    running = desk.begin()
    retest = retest_finding(desk.actor, desk.only().id)
    with pytest.raises(ConflictError):
        retest_finding(desk.actor, desk.only().id)
    assert claim_scan() is None
    stop_scan(desk.actor, running.id)
    record_report(running.id, report())
    assert claim_scan() == retest.id


def test_a_waiting_scan_that_is_stopped_never_begins(at_shop: Desk, shop: Shop) -> None:
    scan = request_scan(at_shop.actor, at_shop.site.id)
    assert stop_scan(at_shop.actor, scan.id).state == "stopped"
    assert claim_scan() is None
    assert request_scan(at_shop.actor, at_shop.site.id).state == "queued"
    with pytest.raises(ConflictError):
        stop_scan(at_shop.actor, scan.id)


def test_a_running_scan_stops_within_a_second(app: Flask, at_shop: Desk, shop: Shop) -> None:
    shop.is_held = True
    scan = at_shop.begin(rate=20.0)

    def run() -> None:
        with app.app_context():
            run_scan(scan.id)

    worker = threading.Thread(target=run)
    worker.start()
    assert shop.was_asked.wait(10)
    begun = monotonic()
    assert stop_scan(at_shop.actor, scan.id).state == "running"
    worker.join(10)
    assert monotonic() - begun < 1.5
    db.session.commit()
    after = get_scan(at_shop.actor, scan.id)
    assert (after.state, after.stopped_by) == ("stopped", "owner@example.org")
    assert progress_of(after) is None


def test_it_waits_for_the_allowed_hours(at_shop: Desk) -> None:
    hour = (now() + timedelta(hours=3)).hour
    hours = {"timezone": "UTC", "from_hour": hour, "until_hour": (hour + 2) % 24}
    change_settings_of(at_shop.actor, at_shop.site.id, hours)
    scan = request_scan(at_shop.actor, at_shop.site.id)
    assert scan.starts_at > now() + timedelta(hours=1)
    assert claim_scan() is None
    assert claim_scan(scan.starts_at) == scan.id


def test_a_scan_whose_worker_died_has_failed(at_shop: Desk) -> None:
    scan = at_shop.begin()
    assert sweep_lost(now() + timedelta(minutes=1)) == []
    assert len(sweep_lost(now() + timedelta(minutes=6))) == 1
    after = get_scan(at_shop.actor, scan.id)
    assert (after.state, after.reason) == ("failed", "worker_lost")
    assert request_scan(at_shop.actor, at_shop.site.id).state == "queued"


def test_what_a_lost_worker_brings_later_does_not_count(at_shop: Desk) -> None:
    scan = at_shop.begin()
    sweep_lost(now() + timedelta(minutes=6))
    assert run_scan(scan.id).scan is None


def test_a_scan_that_was_taken_for_dead_stops_asking(at_shop: Desk) -> None:
    scan = at_shop.begin()
    assert running.beat(scan.id)
    sweep_lost(now() + timedelta(minutes=6))
    assert not running.beat(scan.id)


def test_a_scan_that_is_given_back_is_run_by_the_next(at_shop: Desk) -> None:
    scan = at_shop.begin()
    give_back(scan.id)
    assert claim_scan() == scan.id


def test_an_archived_site_is_not_scanned(at_shop: Desk) -> None:
    scan = at_shop.begin()
    archive_site(at_shop.actor, at_shop.site.id)
    run_scan(scan.id)
    assert get_scan(at_shop.actor, scan.id).reason == "site_archived"
    with pytest.raises(ConflictError):
        request_scan(at_shop.actor, at_shop.site.id)


def test_archiving_a_site_stops_its_scans(at_shop: Desk) -> None:
    running = at_shop.begin()
    archive_site(at_shop.actor, at_shop.site.id)
    assert get_scan(at_shop.actor, running.id).stopped_by == "owner@example.org"
    assert is_stopped(running.id)


def test_a_defect_of_ours_ends_the_scan_as_failed(at_shop: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("app.engine.bug.scan.scan", broken)
    scan = at_shop.run()
    assert (scan.state, scan.reason) == ("failed", "crashed")


def test_what_was_seen_outlives_a_restart_of_the_database(
    at_shop: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def record(scan_id: int, report: Report) -> Recorded:
        tries.append(scan_id)
        if len(tries) == 1:
            raise OperationalError("COMMIT", {}, Exception("gone away"))
        return record_report(scan_id, report)

    monkeypatch.setattr(running, "record_report", record)
    monkeypatch.setattr(running, "RECORD_PAUSES", (0, 0))
    assert at_shop.run().state == "done"
    assert len(tries) == 2


@pytest.mark.parametrize("wrong", [{"profile": "gentle"}, {"profile": "passive", "budget": 61}])
def test_wishes_are_checked(at_shop: Desk, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidError):
        request_scan(at_shop.actor, at_shop.site.id, wrong)


def test_a_stranger_neither_asks_nor_sees_nor_stops(at_shop: Desk, stranger: Actor) -> None:
    scan = request_scan(at_shop.actor, at_shop.site.id)
    for attempt in (
        lambda: request_scan(stranger, at_shop.site.id),
        lambda: get_scan(stranger, scan.id),
        lambda: stop_scan(stranger, scan.id),
        lambda: grade_history(stranger, at_shop.site.id),
    ):
        with pytest.raises(NotFoundError):
            attempt()
    assert list_scans(stranger).items == []
    assert list_sites_security(stranger).items == []


def test_a_retest_that_does_not_see_it_counts_as_one_of_two(at_shop: Desk, shop: Shop) -> None:
    shop.weaken()
    at_shop.run()
    row = next(row for row in at_shop.rows() if row.rule.startswith("cookies."))

    def retest() -> Scan:
        scan = retest_finding(at_shop.actor, row.id)
        assert claim_scan() == scan.id
        run_scan(scan.id)
        return get_scan(at_shop.actor, scan.id)

    assert retest().answer == "still_there"
    shop.mend()
    assert retest().answer == "not_seen"
    others = [each for each in at_shop.rows() if each.id != row.id]
    assert all(each.missed == 0 for each in others)
    assert retest().answer == "not_seen"
    assert next(each for each in at_shop.rows() if each.id == row.id).state == "fixed"


def test_a_retest_that_gets_no_answer_cannot_tell(at_shop: Desk, shop: Shop) -> None:
    shop.weaken()
    at_shop.run()
    row = next(row for row in at_shop.rows() if row.rule.startswith("cookies."))
    scan = retest_finding(at_shop.actor, row.id)
    shop.status, shop.headers = 403, {}
    assert claim_scan() == scan.id
    run_scan(scan.id)
    assert get_scan(at_shop.actor, scan.id).answer == "unknown"
    assert next(each for each in at_shop.rows() if each.id == row.id).missed == 0


def test_what_a_template_found_is_retested_with_that_template(at_shop: Desk, shop: Shop) -> None:
    prove(at_shop, shop)
    shop.pages["/acme"] = "<html><head><title>Acme</title></head><body>Acme control panel</body></html>"
    upload_template(at_shop.actor, GOOD)
    rule, url = "templates.acme-panel", shop.base_url + "acme"
    at_shop.scan(seen(rule, url=url, place="/acme", fingerprint=fingerprint(shop.host, rule, place="/acme")))
    answers = []
    for _ in range(2):
        scan = retest_finding(at_shop.actor, at_shop.only().id)
        assert claim_scan() == scan.id
        run_scan(scan.id)
        answers.append(get_scan(at_shop.actor, scan.id).answer)
        shop.pages.pop("/acme", None)
    assert answers == ["still_there", "not_seen"]


def test_two_scans_are_compared(at_shop: Desk, shop: Shop) -> None:
    first = at_shop.run()
    shop.weaken()
    second = at_shop.run()
    found = compare_scans(at_shop.actor, second.id)
    assert found.earlier.id == first.id
    assert any(row.rule.startswith("cookies.") for row in found.new)
    assert found.gone == [] and found.same > 0


def test_what_was_dismissed_is_not_counted_as_open(at_shop: Desk, shop: Shop) -> None:
    shop.weaken()
    at_shop.run()
    for row in at_shop.rows():
        decide(at_shop.actor, row.id, "false_positive", {"note": "a test shop"})
    assert at_shop.run().open_by_severity == {}
    assert site_security(at_shop.actor, at_shop.site.id).open_by_severity == {}
