"""The page of scheduled jobs, and their API."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.service.actor import Actor
from app.service.scheduling import scheduled
from app.service.scheduling.runs import note_run
from tests.cast import Caller


@pytest.fixture
def sent(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(scheduled, "send", lambda task, queue, args, **_: names.append(task))
    scheduled.forget_times()
    return names


def token(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found is not None
    return found[1]


def test_it_shows_last_run_duration_and_result(as_owner: Caller) -> None:
    note_run("rollup.trim", begun_ms=1_790_000_000_000, took_ms=1_234, result={"rows": 77})
    page = as_owner.client.get("/settings/jobs").get_data(as_text=True)
    assert "Delete results that are kept no longer" in page and "rows: 77" in page and "1.23" in page
    assert "Overdue" in page and "Not yet run" in page


def test_an_owner_runs_one_now(as_owner: Caller, sent: list[str]) -> None:
    page = as_owner.client.get("/settings/jobs").get_data(as_text=True)
    answer = as_owner.client.post("/settings/jobs/rollup.trim/run", data={"csrf_token": token(page)})
    assert (answer.status_code, sent) == (303, ["rollup.trim"])


def test_an_owner_gives_a_daily_job_another_time(as_owner: Caller, sent: list[str]) -> None:
    page = as_owner.client.get("/settings/jobs/rollup.trim/time").get_data(as_text=True)
    form = {"csrf_token": token(page), "at": "04:15", "zone": "Asia/Shanghai"}
    assert as_owner.client.post("/settings/jobs/rollup.trim/time", data=form).status_code == 303
    assert "daily at 04:15, Asia/Shanghai" in as_owner.client.get("/settings/jobs").get_data(as_text=True)
    bad = as_owner.client.post("/settings/jobs/rollup.trim/time", data={**form, "at": "later"})
    assert bad.status_code == 400 and "must be a time such as 03:30" in bad.get_data(as_text=True)


def test_another_organization_finds_no_page(owner: Actor, as_stranger: Caller) -> None:
    assert as_stranger.client.get("/settings/jobs").status_code == 404
    as_stranger.get("/settings/jobs", 404)
    as_stranger.post("/settings/jobs/rollup.trim/run", status=404)


def test_a_viewer_may_not_look(as_viewer: Caller) -> None:
    as_viewer.get("/settings/jobs", 403)


def test_the_api_tells_and_steers_them(as_owner: Caller, sent: list[str]) -> None:
    names = [each["name"] for each in as_owner.get("/settings/jobs")["data"]["items"]]
    assert "bug.turn" in names
    job = as_owner.patch("/settings/jobs/rollup.trim", {"at": "05:00"})["data"]
    assert (job["at"], job["state"], job["is_changed"]) == ("05:00", "never", True)
    assert as_owner.patch("/settings/jobs/rollup.trim", {"at": None})["data"]["is_changed"] is False
    as_owner.patch("/settings/jobs/rollup.turn", {"at": "05:00"}, 409)
    as_owner.post("/settings/jobs/bug.turn/run", status=202)
    assert sent == ["bug.turn"]
    as_owner.get("/settings/jobs/nothing", 404)
