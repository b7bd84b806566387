"""What people say of findings, one by one and many at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotFoundError, NotPermittedError
from app.models import AuditEntry, db, write
from app.models import Finding as Row
from app.service.actor import Actor
from app.service.bug.decide import comment_finding, decide, decide_many, members_of
from app.service.bug.finding import count_findings, history_of, is_overdue, list_findings
from app.service.bug.lapse import lapse_accepted
from app.service.organization import change_settings
from tests.service.bug.desk import Desk, seen


@pytest.fixture
def row(desk: Desk) -> Row:
    desk.scan(seen())
    return desk.only()


def until(days: int) -> dict[str, Any]:
    return {"note": "known", "until": now() + timedelta(days=days)}


def test_an_operator_confirms(row: Row, teammate: Actor) -> None:
    assert decide(teammate, row.id, "confirm", {"note": "seen it"}).state == "confirmed"
    line = history_of(row)[0]
    assert (line.by, line.before, line.after, line.note) == (
        "teammate@example.org",
        "open",
        "confirmed",
        "seen it",
    )


def test_a_viewer_decides_nothing(row: Row, viewer: Actor) -> None:
    for act in ("confirm", "accept", "false_positive", "assign"):
        with pytest.raises(NotPermittedError):
            decide(viewer, row.id, act, until(3))
    with pytest.raises(NotPermittedError):
        decide_many(viewer, [row.id], "confirm")


def test_a_stranger_finds_none_of_ours(row: Row, stranger: Actor) -> None:
    with pytest.raises(NotFoundError):
        decide(stranger, row.id, "confirm")
    assert decide_many(stranger, [row.id], "confirm")[0]["ok"] is False
    assert list_findings(stranger, state="all").items == []


@pytest.mark.parametrize("act", ["accept", "false_positive"])
def test_silencing_must_say_why(desk: Desk, row: Row, act: str) -> None:
    with pytest.raises(InvalidError):
        decide(desk.actor, row.id, act, {"note": " ", "until": now() + timedelta(days=2)})


@pytest.mark.parametrize("days", [-1, 400])
def test_an_acceptance_ends_within_a_year(desk: Desk, row: Row, days: int) -> None:
    with pytest.raises(InvalidError):
        decide(desk.actor, row.id, "accept", until(days))


def test_an_acceptance_that_is_over_opens_it_again(desk: Desk, row: Row) -> None:
    decide(desk.actor, row.id, "accept", until(3))
    assert lapse_accepted(now()) == 0
    assert lapse_accepted(now() + timedelta(days=4)) == 1
    assert desk.only().state == "open"
    assert desk.events()[-1] == "finding_acceptance_over"


def test_reopening_forgets_the_acceptance(desk: Desk, row: Row) -> None:
    decide(desk.actor, row.id, "accept", until(3))
    again = decide(desk.actor, row.id, "reopen")
    assert (again.state, again.accepted_until, again.accepted_by) == ("open", None, "")


def test_what_scans_see_is_not_fixed_by_hand(desk: Desk, row: Row) -> None:
    with pytest.raises(ConflictError):
        decide(desk.actor, row.id, "fix")


def test_it_is_assigned_to_members_only(desk: Desk, row: Row, teammate: Actor, stranger: Actor) -> None:
    assert decide(desk.actor, row.id, "assign", {"assignee_id": teammate.user.id}).assignee_email
    with pytest.raises(InvalidError):
        decide(desk.actor, row.id, "assign", {"assignee_id": stranger.user.id})
    assert {user.email for user in members_of(desk.actor)} == {"owner@example.org", "teammate@example.org"}
    assert list_findings(desk.actor, assignee_id=0).items == []
    assert decide(desk.actor, row.id, "assign", {"assignee_id": None}).assignee_id is None
    assert len(list_findings(desk.actor, assignee_id=0).items) == 1


def test_a_date_that_has_passed_makes_it_overdue(desk: Desk, row: Row) -> None:
    decide(desk.actor, row.id, "due", {"due_at": now() - timedelta(hours=1)})
    assert is_overdue(desk.only())
    assert count_findings(desk.actor, overdue=True) == {"medium": 1}


def test_a_comment_stands_in_the_history(desk: Desk, row: Row) -> None:
    comment_finding(desk.actor, row.id, "the new shop has it too")
    assert history_of(row)[0].note == "the new shop has it too"


def test_many_are_done_at_once_with_an_answer_each(desk: Desk) -> None:
    desk.scan(seen(), seen(path="/about"))
    first, second = (row.id for row in desk.rows())
    decide(desk.actor, first, "false_positive", {"note": "no"})
    answers = decide_many(desk.actor, [first, second, 4711], "accept", until(3))
    assert [(each["id"], each["ok"]) for each in answers] == [(first, False), (second, True), (4711, False)]


def test_five_hundred_are_the_most(desk: Desk) -> None:
    with pytest.raises(InvalidError):
        decide_many(desk.actor, list(range(1, 502)), "confirm")


def test_every_decision_is_audited(desk: Desk, row: Row) -> None:
    decide(desk.actor, row.id, "confirm")
    comment_finding(desk.actor, row.id, "yes")
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == row.id)).all()
    assert actions == ["finding.confirmed", "finding.comment"]


def test_the_organization_sets_the_days_to_fix_in(desk: Desk) -> None:
    change_settings(desk.actor, {"fix_days": {"medium": 5}})
    desk.scan(seen())
    row = desk.only()
    assert row.due_at is not None and (row.due_at - row.first_seen_at).days == 5


def test_lists_are_sorted_and_paged(desk: Desk) -> None:
    grades = ("low", "critical", "medium", "high", "info")
    desk.scan(*(seen(path=f"/p{grade}", severity=grade) for grade in grades))
    with write() as session:
        for number, row in enumerate(desk.rows()):
            each = session.get_one(Row, row.id)
            each.due_at = now() + timedelta(days=number) if number != 4 else None
    for sort in ("-severity", "severity", "-last_seen", "last_seen", "due", "-due"):
        whole = [row.id for row in list_findings(desk.actor, sort=sort).items]
        paged: list[int] = []
        cursor = None
        while True:
            page = list_findings(desk.actor, sort=sort, cursor=cursor, limit=2)
            paged += [row.id for row in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert paged == whole and len(set(whole)) == 5
    gravest = list_findings(desk.actor, sort="-severity").items
    assert [row.severity for row in gravest] == ["critical", "high", "medium", "low", "info"]
    assert list_findings(desk.actor, sort="due").items[-1].due_at is None


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 2),
        ({"severity": "high"}, 1),
        ({"severity": ["high", "medium"]}, 2),
        ({"cls": "leaks_version"}, 1),
        ({"rule": "leaks.version"}, 1),
        ({"q": "leaks.version"}, 1),
        ({"q": "100%"}, 0),
        ({"state": "fixed"}, 0),
        ({"state": "all"}, 2),
        ({"source": "nuclei"}, 0),
        ({"overdue": True}, 0),
    ],
)
def test_lists_are_filtered(desk: Desk, filters: dict[str, Any], count: int) -> None:
    desk.scan(seen(), seen("leaks.version", "/about", parameter=None, severity="high"))
    assert len(list_findings(desk.actor, **filters).items) == count
    assert sum(count_findings(desk.actor, **filters).values()) == count


@pytest.mark.parametrize("wrong", [{"sort": "luck"}, {"cursor": "x"}, {"colour": "red"}])
def test_what_no_list_knows_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidError):
        list_findings(desk.actor, **wrong)
