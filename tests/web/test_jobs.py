"""Pages of jobs: importing, following, taking away."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import db
from app.service.actor import Actor
from app.service.job.running import claim_job, run_job
from app.service.site import create_site, list_sites
from app.web.family import findings_files, uptime_report
from tests.cast import PASSWORD

CSV = b"name,base_url\nShop,https://shop.example/\n,https://b.example/\n"


def logged_in(app: Flask, actor: Actor) -> FlaskClient:
    client = app.test_client()
    token = field(client.get("/login").get_data(as_text=True))
    client.post("/login", data={"csrf_token": token, "account": actor.user.email, "password": PASSWORD})
    return client


def field(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found is not None
    return found[1]


@pytest.fixture
def client(app: Flask, teammate: Actor) -> FlaskClient:
    return logged_in(app, teammate)


def work() -> None:
    db.session.rollback()  # The test has read before: it would not see what was written since.
    job_id = claim_job("here")
    assert job_id is not None
    run_job(job_id, "here")


def hand_in(client: FlaskClient, data: bytes, **fields: str) -> str:
    """The address of the job that tries a file."""
    token = field(client.get("/sites/import").get_data(as_text=True))
    form = {"csrf_token": token, "file": (io.BytesIO(data), "sites.csv"), "duplicates": "skip", **fields}
    answer = client.post("/sites/import", data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location)


def test_a_file_is_tried_shown_and_then_taken(client: FlaskClient, teammate: Actor) -> None:
    where = hand_in(client, CSV)
    assert "It begins in a moment." in client.get(where).get_data(as_text=True)
    work()
    tried = client.get(where).get_data(as_text=True)
    assert "Nothing was changed yet." in tried and "Must not be empty." in tried
    assert list_sites(teammate).items == []
    taking = client.post(f"{where}/take", data={"csrf_token": field(tried)})
    work()
    assert "Added" in client.get(taking.location).get_data(as_text=True)
    assert [site.name for site in list_sites(teammate).items] == ["Shop"]


def test_a_trial_that_fails_is_still_called_a_trial(client: FlaskClient) -> None:
    where = hand_in(client, b"\x00\xff no text")
    work()
    page = client.get(where).get_data(as_text=True)
    assert "Failed" in page and "tried only" in page
    assert "tried only" in client.get("/jobs").get_data(as_text=True)


def test_without_a_file_the_form_says_so(client: FlaskClient) -> None:
    token = field(client.get("/sites/import").get_data(as_text=True))
    answer = client.post("/sites/import", data={"csrf_token": token, "duplicates": "skip"})
    assert answer.status_code == 400 and "Choose a file." in answer.get_data(as_text=True)


def test_a_file_that_cannot_be_read_says_why_in_the_readers_language(client: FlaskClient) -> None:
    where = hand_in(client, b"nothing")
    work()
    page = client.get(where, headers={"Accept-Language": "zh"}).get_data(as_text=True)
    assert "首行缺少列 name" in page


def test_all_rows_or_none_cannot_be_taken_when_one_is_wrong(client: FlaskClient) -> None:
    where = hand_in(client, CSV, is_strict="1")
    work()
    assert f"{where}/take" not in client.get(where).get_data(as_text=True)


def test_a_list_is_exported_and_downloaded(client: FlaskClient, teammate: Actor) -> None:
    create_site(teammate, {"name": "Shop", "base_url": "https://shop.example/"})
    page = client.get("/exports/sites?q=shop").get_data(as_text=True)
    assert "shop" in page
    answer = client.post("/exports/sites?q=none", data={"csrf_token": field(page), "format": "csv"})
    work()
    assert "Download" in client.get(answer.location).get_data(as_text=True)
    with client.get(f"{answer.location}/result") as file:
        assert file.headers["Content-Disposition"].startswith("attachment")
        assert b"Shop" not in file.data


def test_a_job_is_cancelled_and_deleted(client: FlaskClient) -> None:
    where = hand_in(client, CSV)
    token = field(client.get(where).get_data(as_text=True))
    client.post(f"{where}/cancel", data={"csrf_token": token})
    assert "Cancelled" in client.get(where).get_data(as_text=True)
    assert client.post(f"{where}/forget", data={"csrf_token": token}).location == "/jobs"
    assert client.get(where).status_code == 404


def test_the_list_shows_them(client: FlaskClient) -> None:
    assert "Nothing was asked for yet" in client.get("/jobs").get_data(as_text=True)
    where = hand_in(client, CSV)
    assert where in client.get("/jobs").get_data(as_text=True)
    assert where not in client.get("/jobs?state=done").get_data(as_text=True)


def test_the_example_can_be_imported(client: FlaskClient) -> None:
    for language in ("en", "zh"):
        data = client.get("/sites/import/example.csv", headers={"Accept-Language": language}).data
        where = hand_in(client, data)
        work()
        page = client.get(where).get_data(as_text=True)
        assert "Import 2 sites" in page


def test_a_viewer_cannot_import_or_read_the_audit_log(app: Flask, viewer: Actor) -> None:
    client = logged_in(app, viewer)
    for path in ("/sites/import", "/exports/audit"):
        assert client.get(path).status_code == 403
    assert client.get("/exports/sites").status_code == 200


def test_a_report_of_many_monitors_is_made_by_a_job(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uptime_report, "MOST_AT_ONCE", -1)
    where = client.get("/reports/uptime.xlsx?from=2026-11-01&to=2026-11-02&by=tag").location
    assert where.startswith("/exports/uptime?from=2026-11-01")
    token = field(client.get(where).get_data(as_text=True))
    answer = client.post(where, data={"csrf_token": token, "format": "csv"})
    work()
    with client.get(f"{answer.location}/result") as file:
        assert 'filename="uptime-20261101-20261103.csv"' in file.headers["Content-Disposition"]


def test_a_long_list_of_findings_is_made_by_a_job(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings_files, "MAX_SHEET_ROWS", -1)
    answer = client.get("/findings/export.csv?severity=high")
    assert answer.location == "/exports/findings?severity=high"
    assert client.get("/findings/export.sarif").status_code == 200
