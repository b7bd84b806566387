"""Second factors by the API: a log-in's two steps, confirming it is oneself, what the organization asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask

from app.core import clock
from app.core.settings import get_settings
from app.models import Organization, db, write
from app.service.actor import Actor
from tests.cast import PASSWORD, Caller

START = datetime(2026, 11, 21, 12, 0, 15, tzinfo=UTC)


class Time:
    """A clock that stands until it is moved: for codes, and for how long a confirmation counts."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def now_ms(self) -> int:
        return clock.to_ms(self.at)

    def pass_by(self, **span: int) -> None:
        self.at += timedelta(**span)


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    for place in ("totp", "second"):
        monkeypatch.setattr(f"app.service.factor.{place}.now", time.now)
    for place in ("challenge", "entering", "proof"):
        monkeypatch.setattr(f"app.controller.common.{place}.now_ms", time.now_ms)
    return time


Code = Callable[[], str]


@pytest.fixture
def code(as_owner: Caller, time: Time) -> Code:
    """Gives a fresh code of the owner's app, each half a minute after the one before."""
    totp = pyotp.TOTP(as_owner.post("/user/totp", {})["data"]["secret"])
    as_owner.post("/user/totp/confirm", {"code": totp.at(time.at)})

    def fresh() -> str:
        time.pass_by(seconds=30)
        return str(totp.at(time.at))

    return fresh


def log_in(app: Flask, actor: Actor, **more: Any) -> tuple[Caller, dict[str, Any]]:
    caller = Caller(app.test_client())
    body = {"account": actor.user.account, "password": PASSWORD, **more}
    answer = caller.client.post("/api/cloudeye/v1/user/login", json=body)
    said = answer.get_json()
    caller.csrf = (said["data"] or {}).get("csrf_token", "")
    return caller, said


def test_a_password_alone_is_half_a_session_that_opens_nothing(app: Flask, owner: Actor, code: Code) -> None:
    caller, said = log_in(app, owner)
    assert (said["code"], said["data"]["ways"]) == (10009, ["totp", "recovery"])
    assert caller.get("/user/me", 401)["code"] == 10006
    assert caller.get("/user/factors", 401)["code"] == 10006


def test_the_second_step_makes_it_whole(app: Flask, owner: Actor, code: Code) -> None:
    caller, _said = log_in(app, owner)
    assert caller.post("/user/login/factor", {"code": code()}, 200)["data"]["role"] == "owner"
    assert caller.get("/user/me")["data"]["user"]["email"] == "owner@example.org"


def test_the_session_has_another_id_after_the_second_step(app: Flask, owner: Actor, code: Code) -> None:
    caller, _said = log_in(app, owner)
    before = caller.client.get_cookie("cloudeye")
    caller.post("/user/login/factor", {"code": code()})
    after = caller.client.get_cookie("cloudeye")
    assert before is not None and after is not None and before.value != after.value


def test_a_wrong_code_leaves_it_half(app: Flask, owner: Actor, code: Code) -> None:
    caller, _said = log_in(app, owner)
    caller.post("/user/login/factor", {"code": "000000x"}, 400)
    caller.get("/user/me", 401)


def test_half_a_session_is_over_after_ten_minutes(app: Flask, owner: Actor, time: Time, code: Code) -> None:
    caller, _said = log_in(app, owner)
    time.pass_by(minutes=11)
    assert caller.post("/user/login/factor", {"code": code()}, 401)["code"] == 10006


def test_without_a_first_step_there_is_no_second(app: Flask, owner: Actor, code: Code) -> None:
    caller = Caller(app.test_client())
    assert caller.post("/user/login/factor", {"code": code()}, 401)["code"] == 10006


def test_both_steps_can_be_one(app: Flask, owner: Actor, code: Code) -> None:
    caller, said = log_in(app, owner, code=code())
    assert said["code"] == 0
    caller.get("/user/me")


def test_a_token_takes_both_steps_too(app: Flask, owner: Actor, code: Code) -> None:
    caller = Caller(app.test_client())
    body = {"account": owner.user.account, "password": PASSWORD}
    assert caller.post("/user/token", body, 401)["code"] == 10009
    assert caller.post("/user/token", {**body, "code": "000000x"}, 400)["code"] == 11001
    assert caller.post("/user/token", {**body, "code": code()}, 200)["data"]["access_token"]


def test_a_recovery_code_stands_in(app: Flask, owner: Actor, as_owner: Caller, code: Code) -> None:
    first, second, *_others = as_owner.post("/user/recovery-codes", {})["data"]["recovery_codes"]
    assert log_in(app, owner, code=first)[1]["code"] == 0
    assert log_in(app, owner, code=first)[1]["code"] == 11001
    assert log_in(app, owner, code=second)[1]["code"] == 0
    assert as_owner.get("/user/factors")["data"]["recovery_codes_left"] == 8


def test_a_log_in_counts_as_proof_for_ten_minutes(as_owner: Caller, time: Time) -> None:
    assert as_owner.get("/user/factors")["data"]["is_proved"]
    time.pass_by(minutes=11)
    assert not as_owner.get("/user/factors")["data"]["is_proved"]
    said = as_owner.post("/user/totp", {}, 403)
    assert (said["code"], said["data"]["ways"]) == (10010, ["password"])


def test_the_password_proves_it_where_there_is_no_factor(as_owner: Caller, time: Time) -> None:
    time.pass_by(minutes=11)
    as_owner.post("/user/proof", {"password": "something else"}, 400)
    as_owner.post("/user/totp", {}, 403)
    as_owner.post("/user/proof", {"password": PASSWORD}, 200)
    as_owner.post("/user/totp", {}, 200)


def test_a_password_does_not_take_a_factor_away(as_owner: Caller, time: Time, code: Code) -> None:
    time.pass_by(minutes=11)
    assert as_owner.delete("/user/totp", 403)["data"]["ways"] == ["totp", "recovery"]
    as_owner.post("/user/proof", {"password": PASSWORD}, 400)
    as_owner.delete("/user/totp", 403)
    as_owner.post("/user/proof", {"code": code()}, 200)
    as_owner.delete("/user/totp", 200)
    assert not as_owner.get("/user/factors")["data"]["has_factor"]


@pytest.fixture
def strict(ours: Organization) -> Organization:
    with write() as session:
        session.get_one(Organization, ours.id).requires_factor = True
    return ours


def test_where_one_is_required_nothing_else_goes_without(as_viewer: Caller, strict: Organization) -> None:
    for path in ("/sites", "/user/members", "/settings"):
        assert as_viewer.get(path, 403)["code"] == 10011
    assert as_viewer.get("/user/factors")["data"]["is_required"]
    assert as_viewer.get("/user/me")["code"] == 0


def test_the_installation_may_require_one_of_everybody(app: Flask, as_viewer: Caller) -> None:
    vars(get_settings())["REQUIRE_FACTOR"] = True
    assert as_viewer.get("/sites", 403)["code"] == 10011
    assert as_viewer.get("/user/factors")["data"]["is_required"]


def test_setting_one_up_opens_the_rest(as_viewer: Caller, strict: Organization, time: Time) -> None:
    secret = as_viewer.post("/user/totp", {})["data"]["secret"]
    as_viewer.post("/user/totp/confirm", {"code": pyotp.TOTP(secret).at(time.at)}, 200)
    as_viewer.get("/sites")


def test_removing_the_last_one_closes_it_again(as_owner: Caller, strict: Organization, code: Code) -> None:
    as_owner.get("/sites")
    as_owner.delete("/user/totp", 200)
    assert as_owner.get("/sites", 403)["code"] == 10011


def test_a_code_nobody_asked_for_meets_no_requirement(
    app: Flask, viewer: Actor, strict: Organization
) -> None:
    caller, said = log_in(app, viewer, code="123456")
    assert said["code"] == 0
    assert caller.get("/sites", 403)["code"] == 10011


def test_a_token_is_of_no_use_where_one_is_required(app: Flask, viewer: Actor, strict: Organization) -> None:
    caller = Caller(app.test_client())
    body = {"account": viewer.user.account, "password": PASSWORD}
    token = caller.post("/user/token", body)["data"]["access_token"]
    answer = app.test_client().get("/api/cloudeye/v1/sites", headers={"Authorization": f"Bearer {token}"})
    assert answer.get_json()["code"] == 10011


def test_a_members_factors_are_reset_after_confirming(as_owner: Caller, viewer: Actor, time: Time) -> None:
    time.pass_by(minutes=11)
    members = as_owner.get("/user/members")["data"]["items"]
    (place,) = [each["id"] for each in members if each["email"] == viewer.user.email]
    assert as_owner.delete(f"/user/members/{place}/factors", 403)["code"] == 10010


def test_a_reset_ends_the_members_sessions(app: Flask, as_owner: Caller, viewer: Actor, time: Time) -> None:
    theirs = Caller(app.test_client()).log_in(viewer)
    secret = theirs.post("/user/totp", {})["data"]["secret"]
    theirs.post("/user/totp/confirm", {"code": pyotp.TOTP(secret).at(time.at)})
    members = as_owner.get("/user/members")["data"]["items"]
    (place,) = [each["id"] for each in members if each["email"] == viewer.user.email]
    as_owner.delete(f"/user/members/{place}/factors", 200)
    theirs.get("/user/me", 401)
    db.session.expire_all()
    assert log_in(app, viewer)[1]["code"] == 0
