"""Jobs at the API."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import orjson
import pytest
from flask import Flask

from app.controller.common import event_stream
from app.core.errors import NotFoundError
from app.models import db
from app.service.actor import Actor
from app.service.job.live import Facts
from app.service.job.running import claim_job, run_job
from tests.cast import API, Caller

CSV = b"name,base_url\nShop,https://shop.example/\n,https://b.example/\n"


@pytest.fixture
def as_teammate(app: Flask, teammate: Actor) -> Caller:
    return Caller(app.test_client()).log_in(teammate)


def work() -> None:
    """What a worker would do now."""
    db.session.rollback()  # The test has read before: it would not see what was written since.
    job_id = claim_job("here")
    assert job_id is not None
    run_job(job_id, "here")


def test_sites_are_imported_and_exported(as_teammate: Caller) -> None:
    body = {"data": base64.b64encode(CSV).decode(), "is_dry": False}
    job = as_teammate.post("/sites/imports", body, 202)["data"]
    assert (job["state"], job["kind"], job["input_name"]) == ("queued", "sites.import", "sites.csv")
    work()
    done = as_teammate.get(f"/jobs/{job['id']}")["data"]
    assert (done["state"], done["outcome"]["added"], done["outcome"]["refused"]) == ("done", 1, 1)
    assert done["outcome"]["problems"] == [{"line": 3, "column": "name", "problem": "must not be empty"}]

    export = as_teammate.post("/sites/exports", {"format": "csv"}, 202)["data"]
    work()
    with as_teammate.client.get(f"{API}/jobs/{export['id']}/result") as answer:
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="sites.csv"')
        assert b"Shop,https://shop.example/" in answer.data


@pytest.mark.parametrize("what", ["/usability/uptime", "/user/audit"])
def test_a_span_that_ends_before_it_begins_is_refused_at_once(as_owner: Caller, what: str) -> None:
    span = {"from": "2026-11-02T00:00:00Z", "to": "2026-11-01T00:00:00Z"}
    answer = as_owner.post(f"{what}/exports", span, 400)
    assert list(answer["data"]["fields"]) == ["to"]


@pytest.mark.parametrize("body", [{}, {"data": "no base 64"}, {"data": "YQ==", "file_id": "1"}])
def test_what_is_handed_in_has_to_be_a_file(as_teammate: Caller, body: dict[str, str]) -> None:
    assert "data" in as_teammate.post("/sites/imports", body, 400)["data"]["fields"]


def test_a_job_is_cancelled_and_forgotten(as_teammate: Caller) -> None:
    job = as_teammate.post("/sites/exports", {}, 202)["data"]
    as_teammate.delete(f"/jobs/{job['id']}", 409)
    assert as_teammate.post(f"/jobs/{job['id']}/cancel")["data"]["state"] == "cancelled"
    as_teammate.post(f"/jobs/{job['id']}/cancel", status=409)
    as_teammate.delete(f"/jobs/{job['id']}", 200)
    as_teammate.get(f"/jobs/{job['id']}", 404)


def test_lists_are_narrowed_by_kind_and_state(as_teammate: Caller) -> None:
    as_teammate.post("/sites/exports", {}, 202)
    span = {"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z"}
    as_teammate.post("/usability/uptime/exports", span, 202)
    kinds = [each["kind"] for each in as_teammate.get("/jobs?kind=uptime.export")["data"]["items"]]
    assert kinds == ["uptime.export"]
    assert as_teammate.get("/jobs?state=done")["data"]["items"] == []


def test_the_stream_of_a_job_that_is_over_says_so_and_ends(as_teammate: Caller) -> None:
    job = as_teammate.post("/sites/exports", {}, 202)["data"]
    work()
    answer = as_teammate.client.get(f"{API}/jobs/{job['id']}/events")
    assert answer.mimetype == "text/event-stream"
    event, data = answer.get_data(as_text=True).strip().split("\n\n")[-1].split("\n")
    assert event == "event: end"
    told = orjson.loads(data.removeprefix("data: "))
    assert (told["id"], told["state"], told["percent"]) == (job["id"], "done", 100)


def test_a_stream_ends_with_a_job_that_is_deleted() -> None:
    def told() -> Iterator[Facts]:
        yield {"state": "running"}
        raise NotFoundError

    assert len(list(event_stream._events(told()))) == 2


def test_a_viewer_exports_and_does_not_import(as_viewer: Caller) -> None:
    as_viewer.post("/sites/exports", {}, 202)
    as_viewer.post("/bug/findings/exports", {"severity": "high"}, 202)
    as_viewer.post("/sites/imports", {"data": "YQ=="}, 403)
    as_viewer.post("/user/audit/exports", {}, 403)


def test_a_job_of_others_is_not_found(as_teammate: Caller, as_viewer: Caller, as_stranger: Caller) -> None:
    job = as_teammate.post("/sites/exports", {}, 202)["data"]
    for caller in (as_viewer, as_stranger):
        for path in ("", "/events", "/result"):
            caller.get(f"/jobs/{job['id']}{path}", 404)
        caller.post(f"/jobs/{job['id']}/cancel", status=404)


def test_an_admin_sees_it_and_has_no_use_of_its_result(as_teammate: Caller, as_owner: Caller) -> None:
    job = as_teammate.post("/sites/exports", {}, 202)["data"]
    work()
    assert as_owner.get(f"/jobs/{job['id']}")["data"]["asked_by"] == "teammate@example.org"
    as_owner.get(f"/jobs/{job['id']}/result", 404)
