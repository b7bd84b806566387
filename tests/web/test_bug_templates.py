"""The pages of the operator's templates: taken in, refused by name, switched on and off."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import BugTemplate, db
from app.service.actor import Actor
from app.service.bug.template import get_template, list_templates, upload_template
from app.service.organization import change_settings
from tests.service.bug.test_template import FOREIGN, GOOD
from tests.web.test_pages import INLINE, enter, token

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def good(owner: Actor) -> BugTemplate:
    change_settings(owner, {"is_set_up": True})
    return upload_template(owner, GOOD.replace("Acme panel", f"Acme {HOSTILE}"), f"{HOSTILE}.yaml")


def upload(client: FlaskClient, *files: tuple[str, bytes]) -> str:
    """What the next page says."""
    data = {
        "csrf_token": token(client.get("/templates").text),
        "files": [(io.BytesIO(body), name) for name, body in files],
    }
    assert client.post("/templates", data=data, content_type="multipart/form-data").status_code == 303
    db.session.rollback()
    db.session.expire_all()
    return client.get("/templates").text


def post(client: FlaskClient, path: str) -> int:
    status = client.post(path, data={"csrf_token": token(client.get("/templates").text)}).status_code
    db.session.rollback()
    db.session.expire_all()
    return status


def test_several_are_taken_in_and_what_is_refused_says_why(app: Flask, owner: Actor) -> None:
    change_settings(owner, {"is_set_up": True})
    text = upload(enter(app, owner), ("acme.yaml", GOOD.encode()), ("mine.yaml", FOREIGN.encode()))
    assert "1 template was taken in." in text
    assert "1 is kept but will not run" in text
    assert "it speaks another protocol than HTTP" in text
    assert {each.name: each.is_refused for each in list_templates(owner).items} == {
        "acme-panel": False,
        "mine": True,
    }


@pytest.mark.parametrize("body", [b"", b"just: text", b"\xff\xfe\x00", b"[" * 5000])
def test_what_is_no_template_is_said_by_the_name_of_its_file(app: Flask, owner: Actor, body: bytes) -> None:
    change_settings(owner, {"is_set_up": True})
    text = upload(enter(app, owner), ("odd.yaml", body))
    assert "odd.yaml: " in text
    assert list_templates(owner).items == []


def test_no_file_at_all_is_said(app: Flask, owner: Actor) -> None:
    change_settings(owner, {"is_set_up": True})
    assert "Choose a file." in upload(enter(app, owner))


def test_what_a_template_says_is_text(app: Flask, owner: Actor, good: BugTemplate) -> None:
    client = enter(app, owner)
    for path in ("/templates", f"/templates/{good.id}"):
        text = client.get(path).text
        assert "&lt;script&gt;" in text
        assert HOSTILE not in text
        assert not INLINE.search(text)


def test_the_list_is_searched_and_filtered(app: Flask, owner: Actor, good: BugTemplate) -> None:
    upload_template(owner, FOREIGN, "mine.yaml")
    client = enter(app, owner)
    assert "acme-panel" in client.get("/templates?q=acme").text
    assert "acme-panel" not in client.get("/templates?refused=1").text
    assert "No template fits" in client.get("/templates?q=nothing").text


def test_it_is_switched_off_and_on(app: Flask, owner: Actor, good: BugTemplate) -> None:
    client = enter(app, owner)
    assert post(client, f"/templates/{good.id}/disable") == 303
    assert not get_template(owner, good.id).is_enabled
    post(client, f"/templates/{good.id}/enable")
    assert get_template(owner, good.id).is_enabled


def test_it_is_deleted(app: Flask, owner: Actor, good: BugTemplate) -> None:
    assert post(enter(app, owner), f"/templates/{good.id}/delete") == 303
    assert list_templates(owner).items == []


def test_a_viewer_reads_them_and_changes_none(app: Flask, viewer: Actor, good: BugTemplate) -> None:
    client = enter(app, viewer)
    for path in ("/templates", f"/templates/{good.id}"):
        acts = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]+)"', client.get(path).text)
        assert set(acts) <= {"/logout"}, path
    assert {post(client, f"/templates/{good.id}/{verb}") for verb in ("disable", "enable", "delete")} == {403}


def test_a_stranger_finds_nothing(app: Flask, stranger: Actor, good: BugTemplate) -> None:
    client = enter(app, stranger)
    assert client.get(f"/templates/{good.id}").status_code == 404
    assert post(client, f"/templates/{good.id}/delete") == 404
    assert "acme-panel" not in client.get("/templates").text
