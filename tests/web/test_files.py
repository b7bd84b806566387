"""The pages of files: panels at sites, incidents and findings, the list, a file's page, uploads with and
without script."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.models import Site, db
from app.service.actor import Actor
from app.service.file.manage import list_files
from app.service.organization import change_settings
from app.service.site import create_site
from tests.service.file.kept import picture, take, take_one
from tests.service.file.test_files import open_incident
from tests.web.test_pages import INLINE, enter, token

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def client(app: Flask, owner: Actor) -> FlaskClient:
    change_settings(owner, {"is_set_up": True})
    return enter(app, owner)


@pytest.fixture
def site(owner: Actor) -> Site:
    return create_site(owner, {"name": f"Shop {SCRIPT}", "base_url": "http://127.0.0.1:9/"})


def post(client: FlaskClient, path: str, *, htmx: bool = False, **form: Any) -> TestResponse:
    form["csrf_token"] = token(client.get("/settings/account").text)
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(path, data=form, headers=headers, follow_redirects=not htmx)


def chosen(*files: tuple[str, bytes]) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(data), name) for name, data in files]


def test_the_panel_is_on_the_pages_of_sites_and_incidents(
    client: FlaskClient, owner: Actor, site: Site
) -> None:
    incident = open_incident(site)
    take_one(owner, "call.log", site_id=site.id)
    take_one(owner, "shot.png", picture(), incident_id=incident.id)
    at_site = client.get(f"/sites/{site.id}").text
    assert "call.log" in at_site and "shot.png" in at_site
    at_incident = client.get(f"/incidents/{incident.id}").text
    assert "shot.png" in at_incident and "call.log" not in at_incident


def test_files_are_added_without_script(client: FlaskClient, owner: Actor, site: Site) -> None:
    files = chosen(("a.txt", b"one"), ("b.txt", b"two"), ("c.png", b"<html>"))
    html = post(client, f"/files?site={site.id}", files=files).text
    assert "2 files were uploaded." in html
    assert "c.png: its name ends in .png, but its content is text/html" in html
    assert len(list_files(owner, site_id=site.id).items) == 2


def test_the_panel_answers_with_a_line_a_file(client: FlaskClient, site: Site) -> None:
    files = chosen(("a.txt", b"one"), ("empty.txt", b""))
    answer = post(client, f"/files?site={site.id}", htmx=True, files=files)
    assert answer.status_code == 200
    assert answer.text.count("<li") == 3
    assert "the file is empty" in answer.text and "<html" not in answer.text


def test_results_are_told_in_chinese(client: FlaskClient, owner: Actor, site: Site) -> None:
    client.set_cookie("locale", "zh")
    html = post(client, f"/files?site={site.id}", files=chosen(("a.txt", b"one"), ("c.png", b"<html>"))).text
    assert "已上传 1 个文件。" in html
    assert "文件名以 .png 结尾，内容却是 text/html" in html


def test_nothing_chosen_is_said(client: FlaskClient, site: Site) -> None:
    assert "Choose a file." in post(client, f"/files?site={site.id}").text


def test_the_list_tells_where_each_hangs_and_how_full_it_is(
    client: FlaskClient, owner: Actor, site: Site
) -> None:
    take(owner, ("notes.txt", b"x" * 2000), ("other.txt", b"y"), site_id=site.id)
    html = client.get("/files").text
    assert "notes.txt" in html and "2 kB" in html and "2 kB of 2.1 GB used" in html
    assert SCRIPT not in html and f'href="/sites/{site.id}"' in html
    assert "notes.txt" not in client.get("/files?q=other").text


def test_a_file_has_a_page(client: FlaskClient, owner: Actor, site: Site) -> None:
    file = take_one(owner, "shot.png", picture(), site_id=site.id)
    html = client.get(f"/files/{file.id}").text
    assert file.sha256 in html and "60 × 40" in html and f"/files/{file.id}/thumbnail" in html
    assert INLINE.search(html) is None


def test_it_is_attached_taken_off_and_deleted(client: FlaskClient, owner: Actor, site: Site) -> None:
    file = take_one(owner)
    post(client, f"/files/{file.id}/attach", site=str(site.id))
    db.session.rollback()  # A transaction sees what was there when it began.
    (hung,) = list_files(owner, site_id=site.id).items
    post(client, f"/files/{file.id}/attachments/{hung.attachments[0].id}/detach")
    db.session.rollback()
    assert list_files(owner, site_id=site.id).items == []
    assert "Deleted." in post(client, f"/files/{file.id}/delete").text
    db.session.rollback()
    assert list_files(owner).items == []


def test_a_viewer_sees_and_adds_nothing(app: Flask, owner: Actor, viewer: Actor, site: Site) -> None:
    change_settings(owner, {"is_set_up": True})
    file = take_one(owner, site_id=site.id)
    html = enter(app, viewer).get(f"/sites/{site.id}").text
    assert "notes.txt" in html and "data-upload" not in html
    assert "Delete it" not in enter(app, viewer).get(f"/files/{file.id}").text


def test_a_download_from_a_page_is_an_attachment(client: FlaskClient, owner: Actor) -> None:
    file = take_one(owner, "page.html", b"<html>")
    answer = client.get(f"/files/{file.id}/content", buffered=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.content_type == "application/octet-stream"
