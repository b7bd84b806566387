"""Evidence and restoring over the API: files to take away."""

from __future__ import annotations

import contextvars
import io
import zipfile

import pytest
from flask import Flask

from app.models import Alert, Watch
from app.service.access.tokens import issue_tokens
from app.service.actor import Actor
from tests.cast import API, Caller
from tests.service.tamper.kept import approve, make_watch, raise_alert, snap


@pytest.fixture
def watch(owner: Actor) -> Watch:
    return make_watch(owner.organization)


@pytest.fixture
def alert(watch: Watch) -> Alert:
    first, second = snap(watch, b"<p>before</p>"), snap(watch, b"<script>after()</script>")
    approve(first)
    return raise_alert(watch, first, second)


@pytest.mark.parametrize("path", ["/tamper/alerts/{alert}/evidence", "/tamper/watches/{watch}/restore"])
def test_it_is_sent_as_an_attachment_that_no_browser_shows(
    app: Flask, viewer: Actor, watch: Watch, alert: Alert, path: str
) -> None:
    headers = {"Authorization": f"Bearer {issue_tokens(viewer)['access_token']}"}
    answer = app.test_client().get(API + path.format(alert=alert.id, watch=watch.id), headers=headers)
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="cloudeye-')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.data) == int(answer.headers["Content-Length"])
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None


def test_the_chain_can_be_listed(as_owner: Caller, alert: Alert) -> None:
    answer = as_owner.client.get(f"{API}/tamper/alerts/{alert.id}/evidence")
    listed = as_owner.get("/tamper/evidence")["data"]["items"]
    assert [(row["number"], row["previous_head"], row["alert_id"]) for row in listed] == [
        (1, "", str(alert.id))
    ]
    assert listed[0]["size"] == len(answer.data)


def test_a_stranger_finds_nothing(as_stranger: Caller, alert: Alert, watch: Watch) -> None:
    as_stranger.get(f"/tamper/alerts/{alert.id}/evidence", status=404)
    as_stranger.get(f"/tamper/watches/{watch.id}/restore", status=404)
    assert as_stranger.get("/tamper/evidence")["data"]["items"] == []


def test_the_description_says_that_it_is_a_file(as_owner: Caller) -> None:
    document = contextvars.Context().run(as_owner.client.get, f"{API}/openapi.json").get_json()
    answer = document["paths"]["/tamper/alerts/{alert_id}/evidence"]["get"]["responses"]["200"]
    assert list(answer["content"]) == ["application/zip"]
