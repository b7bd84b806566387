"""Sessions as their user sees and ends them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.clock import now_ms
from app.core.errors import NotFoundError
from app.core.redis import get_redis
from app.models import AuditEntry, db
from app.service.access import sessions
from app.service.access.logins import end_login, end_other_logins, list_logins
from app.service.access.sessions import (
    end_all_of,
    end_one,
    end_others,
    is_open,
    list_sessions,
    note_session,
    touch_session,
)
from app.service.access.tokens import issue_tokens
from app.service.actor import Actor

HOUR, DAY = 3_600_000, 86_400_000


def begin(actor: Actor, sid: str, *, agent: str = "Firefox") -> str:
    """A session as a log-in leaves it: what it holds, and its place on the list."""
    key = sessions.new_key()
    get_redis().set(f"session:{sid}", b"held", px=HOUR)
    note_session(actor, sid, key, now_ms(), how="password", agent=agent)
    return key


def test_a_session_is_on_its_user_s_list(owner: Actor, teammate: Actor) -> None:
    key = begin(owner, "one")
    (found,) = list_sessions(owner, key)
    assert (found.key, found.how, found.agent, found.is_current) == (key, "password", "Firefox", True)
    assert list_sessions(teammate) == []


def test_the_list_shows_no_session_id(owner: Actor) -> None:
    begin(owner, "very-secret-id")
    assert "very-secret-id" not in str(list_sessions(owner))


def test_an_ended_session_is_gone_with_what_it_held(owner: Actor) -> None:
    key = begin(owner, "one")
    end_one(owner, key)
    assert get_redis().get("session:one") is None
    assert list_sessions(owner) == []


def test_whoever_holds_a_line_open_learns_that_it_ended(owner: Actor) -> None:
    key = begin(owner, "one")
    assert is_open(key)
    end_one(owner, key)
    assert not is_open(key)


def test_nobody_ends_the_session_of_another(owner: Actor, teammate: Actor) -> None:
    key = begin(owner, "one")
    with pytest.raises(NotFoundError):
        end_one(teammate, key)
    assert get_redis().get("session:one") is not None


def test_all_others_end_together(owner: Actor) -> None:
    kept, *_ = (begin(owner, sid) for sid in ("one", "two", "three"))
    assert end_others(owner, kept) == 2
    assert [each.key for each in list_sessions(owner)] == [kept]
    assert get_redis().exists("session:one") == 1


def test_ending_is_audited(owner: Actor) -> None:
    end_one(owner, begin(owner, "one"))
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "session.end")).one()
    assert entry.user_id == owner.user.id


def test_somebody_s_sessions_can_all_be_ended_for_them(owner: Actor, teammate: Actor) -> None:
    begin(owner, "one"), begin(owner, "two"), begin(teammate, "three")
    assert end_all_of(owner.user.id) == 2
    assert get_redis().exists("session:three") == 1


def test_a_session_that_ran_out_is_taken_off_the_list(owner: Actor) -> None:
    begin(owner, "one")
    get_redis().delete("session:one")
    assert list_sessions(owner) == []
    assert get_redis().zcard(f"session.user:{owner.user.id}") == 0


def test_use_prolongs_a_session_to_its_idle_time(app: Flask, owner: Actor) -> None:
    key = begin(owner, "one")
    sessions._touched.clear()
    touch_session("one", key, now_ms(), "198.51.100.1")
    assert 11.9 * HOUR < get_redis().pttl("session:one") <= 12 * HOUR
    assert list_sessions(owner)[0].ip == "198.51.100.1"


def test_use_prolongs_no_session_beyond_its_age(app: Flask, owner: Actor) -> None:
    key = begin(owner, "one")
    sessions._touched.clear()
    touch_session("one", key, now_ms() - 7 * DAY + HOUR, "")
    assert get_redis().pttl("session:one") <= HOUR


def test_a_request_under_way_brings_no_ended_session_back(owner: Actor) -> None:
    key = begin(owner, "one")
    end_one(owner, key)
    sessions._touched.clear()
    touch_session("one", key, now_ms(), "")
    assert get_redis().keys("session*one*") == []
    assert list_sessions(owner) == []


def test_use_is_written_once_a_minute(owner: Actor) -> None:
    key = begin(owner, "one")
    sessions._touched.clear()
    touch_session("one", key, now_ms(), "198.51.100.1")
    touch_session("one", key, now_ms(), "198.51.100.2")
    assert list_sessions(owner)[0].ip == "198.51.100.1"


def test_log_ins_by_tokens_stand_on_the_same_list(owner: Actor) -> None:
    key = begin(owner, "one")
    issue_tokens(owner, agent="app/1")
    kinds = {(each.kind, each.agent, each.is_current) for each in list_logins(owner, key).items}
    assert kinds == {("session", "Firefox", True), ("jwt", "app/1", False)}


def test_each_kind_is_ended_by_its_key(owner: Actor) -> None:
    begin(owner, "one")
    issue_tokens(owner)
    for each in list_logins(owner, "").items:
        end_login(owner, each.key)
    assert list_logins(owner, "").items == []


def test_ending_the_others_ends_both_kinds(owner: Actor) -> None:
    key = begin(owner, "one")
    begin(owner, "two")
    issue_tokens(owner)
    assert end_other_logins(owner, key) == 2
    assert [each.key for each in list_logins(owner, key).items] == [key]


@pytest.mark.parametrize("key", ["", "x", "0" * 16, "9" * 19, "1" * 18, "../../x"])
def test_nonsense_names_no_log_in(owner: Actor, key: str) -> None:
    with pytest.raises(NotFoundError):
        end_login(owner, key)


def test_the_list_goes_on_by_cursor(owner: Actor) -> None:
    for sid in ("one", "two", "three"):
        begin(owner, sid)
    first = list_logins(owner, "", limit=2)
    second = list_logins(owner, "", cursor=first.next_cursor, limit=2)
    assert (len(first.items), len(second.items), second.next_cursor) == (2, 1, None)
