"""`/files` over HTTP: several at once, downloads whole and in parts, what browsers are told about them."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.core.settings import get_settings
from app.models import Site
from app.service.access.signed import APP, NONCE, SIGNATURE, TIMESTAMP, VENDOR, signature_of
from app.service.actor import Actor
from app.service.file.store import get_file_store
from app.service.site import create_site
from tests.cast import API, Caller
from tests.controller.test_access import Signer
from tests.service.file.kept import picture, take_one

TEXT = b"0123456789"


@pytest.fixture
def site(owner: Actor) -> Site:
    return create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})


def upload(caller: Caller, *files: tuple[str, bytes], query: str = "", field: str = "files") -> TestResponse:
    form: dict[str, Any] = {field: [FileStorage(io.BytesIO(data), name) for name, data in files]}
    boundary, body = encode_multipart(form)
    media = f"multipart/form-data; boundary={boundary}"
    headers = {"X-CSRF-Token": caller.csrf, "Content-Type": media}
    return caller.client.post(f"{API}/files{query}", data=body, headers=headers)


def download(caller: Caller, file_id: object, **headers: str) -> TestResponse:
    return caller.client.get(f"{API}/files/{file_id}/content", headers=headers, buffered=True)


def drafts() -> list[Path]:
    return list(get_file_store().folder.glob(".draft.*"))


@pytest.fixture
def kept(as_owner: Caller, owner: Actor) -> str:
    return str(take_one(owner, "notes.txt", TEXT).id)


def test_several_are_taken_with_a_result_each(as_owner: Caller, site: Site) -> None:
    answer = upload(
        as_owner,
        ("shot.png", picture()),
        ("bad.png", b"<html>"),
        ("a.log", TEXT),
        query=f"?site_id={site.id}",
    )
    results = answer.get_json()["data"]["results"]
    assert answer.status_code == 201
    assert [each["error"] for each in results] == [
        None,
        "its name ends in .png, but its content is text/html",
        None,
    ]
    assert results[0]["file"]["attachments"][0]["site_id"] == str(site.id)
    assert answer.get_json()["data"]["use"]["files"] == 2
    assert drafts() == []


def test_none_kept_is_an_error_with_the_results(as_owner: Caller) -> None:
    answer = upload(as_owner, ("empty.txt", b""))
    assert answer.status_code == 400
    assert answer.get_json()["data"]["results"][0]["error"] == "the file is empty"


def test_an_upload_without_files_is_refused(as_owner: Caller) -> None:
    assert upload(as_owner).status_code == 400
    assert as_owner.post("/files", {}, 400)["data"]["fields"].keys() == {"files"}


def test_a_field_of_another_name_is_refused(as_owner: Caller) -> None:
    answer = upload(as_owner, ("a.txt", TEXT), field="attachment")
    assert answer.get_json()["data"]["fields"] == {"attachment": "is not known here"}
    assert drafts() == []


def test_a_part_without_a_name_is_refused(as_owner: Caller) -> None:
    body = b'--x\r\nContent-Disposition: form-data; filename="a.txt"\r\n\r\n1\r\n--x--\r\n'
    headers = {"X-CSRF-Token": as_owner.csrf, "Content-Type": "multipart/form-data; boundary=x"}
    answer = as_owner.client.post(f"{API}/files", data=body, headers=headers)
    assert answer.get_json()["data"]["fields"] == {"": "is not known here"}


def test_nothing_is_written_for_who_may_not(as_viewer: Caller) -> None:
    assert upload(as_viewer, ("a.txt", TEXT)).status_code == 403
    assert not get_file_store().folder.exists()


def test_nothing_is_kept_without_the_csrf_token(as_owner: Caller) -> None:
    as_owner.csrf = ""
    assert upload(as_owner, ("a.txt", TEXT)).status_code == 403
    assert get_file_store().usage() == (0, 0)
    assert drafts() == []


def test_a_request_has_a_largest_size(app: Flask, as_owner: Caller) -> None:
    app.config["UPLOAD_MB"] = 1
    assert upload(as_owner, ("a.bin", bytes(3 * 2**20))).status_code == 413


def test_files_go_beyond_what_other_requests_may_have(as_owner: Caller) -> None:
    assert upload(as_owner, ("a.bin", bytes(3 * 2**20))).status_code == 201


def signed_upload(app: Flask, actor: Actor, data: bytes) -> TestResponse:
    """Upload a file as a program that signs what it sends."""
    signer = Signer(app, actor, "file.write")
    boundary, body = encode_multipart({"files": FileStorage(io.BytesIO(data), "dump.bin")})
    stamp, target = str(int(time.time())), f"{API}/files"
    headers = {
        VENDOR: str(signer.vendor),
        APP: str(signer.app),
        TIMESTAMP: stamp,
        NONCE: "nonce-of-an-upload",
        SIGNATURE: signature_of(signer.secret, "POST", target, stamp, "nonce-of-an-upload", body),
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    return signer.client.post(target, data=body, headers=headers)


def test_a_program_that_signs_uploads_what_its_signature_covers(app: Flask, owner: Actor) -> None:
    assert signed_upload(app, owner, b"measured").status_code == 201


def test_a_signed_upload_stays_below_what_is_held_in_memory(app: Flask, owner: Actor) -> None:
    assert signed_upload(app, owner, bytes(3 * 2**20)).status_code == 413
    assert drafts() == []


def test_a_download_is_an_attachment_and_nothing_else(as_owner: Caller, kept: str) -> None:
    answer = download(as_owner, kept)
    assert answer.data == TEXT
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="notes.txt"')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["Content-Length"] == "10"


@pytest.mark.parametrize(
    ("name", "data", "media"),
    [
        ("page.html", b"<html><script>alert(1)</script>", "application/octet-stream"),
        ("logo.svg", b"<svg onload='alert(1)'/>", "application/octet-stream"),
        ("feed.xml", b"<?xml version='1.0'?><feed/>", "application/octet-stream"),
        ("shot.png", picture(), "image/png"),
    ],
)
def test_what_a_browser_could_run_is_sent_as_bytes(
    as_owner: Caller, owner: Actor, name: str, data: bytes, media: str
) -> None:
    assert download(as_owner, take_one(owner, name, data).id).content_type == media


def test_a_chinese_name_arrives_whole(as_owner: Caller, owner: Actor) -> None:
    answer = download(as_owner, take_one(owner, "现场 截图.png", picture()).id)
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"file.png\"; filename*=UTF-8''%E7%8E%B0%E5%9C%BA%20%E6%88%AA%E5%9B%BE.png"
    )


RANGES = [
    ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
    ("bytes=7-", 206, b"789", "bytes 7-9/10"),
    ("bytes=-2", 206, b"89", "bytes 8-9/10"),
    ("bytes=5-99", 206, b"56789", "bytes 5-9/10"),
    ("bytes=-100", 206, TEXT, "bytes 0-9/10"),
    ("bytes=10-", 416, b"", "bytes */10"),
    ("bytes=0-1,4-5", 200, TEXT, None),
    ("lines=1-2", 200, TEXT, None),
    ("bytes=x", 200, TEXT, None),
]


@pytest.mark.parametrize(("asked", "status", "data", "told"), RANGES)
def test_a_range_is_sent(
    as_owner: Caller, kept: str, asked: str, status: int, data: bytes, told: str | None
) -> None:
    answer = download(as_owner, kept, Range=asked)
    assert (answer.status_code, answer.data, answer.headers.get("Content-Range")) == (status, data, told)


def test_what_the_client_has_is_not_sent_again(as_owner: Caller, kept: str) -> None:
    etag = download(as_owner, kept).headers["ETag"]
    again = download(as_owner, kept, **{"If-None-Match": etag, "Range": "bytes=0-1"})
    assert (again.status_code, again.data) == (304, b"")


def test_a_range_of_another_version_is_sent_whole(as_owner: Caller, kept: str) -> None:
    etag = download(as_owner, kept).headers["ETag"]
    for tag in ('"another"', f"W/{etag}"):
        answer = download(as_owner, kept, **{"If-Range": tag, "Range": "bytes=0-1"})
        assert (answer.status_code, answer.data) == (200, TEXT)


def test_a_head_tells_the_size_and_sends_nothing(as_owner: Caller, kept: str) -> None:
    answer = as_owner.client.head(f"{API}/files/{kept}/content")
    assert (answer.status_code, answer.headers["Content-Length"], answer.data) == (200, "10", b"")


def test_bytes_that_are_lost_are_said_to_be(as_owner: Caller, owner: Actor) -> None:
    file = take_one(owner)
    get_file_store().path(file.sha256).unlink()
    assert as_owner.get(f"/files/{file.id}/content", 404)["msg"] == "this file is no longer kept"


def test_nginx_is_told_where_it_lies(app: Flask, as_owner: Caller, owner: Actor) -> None:
    app.config["X_ACCEL"] = True
    file = take_one(owner)
    answer = download(as_owner, file.id, Range="bytes=0-1")
    assert answer.headers["X-Accel-Redirect"] == f"/_content/{file.sha256[:2]}/{file.sha256}"
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_thumbnail_is_shown_in_place(as_owner: Caller, owner: Actor) -> None:
    file = take_one(owner, "shot.png", picture())
    answer = as_owner.client.get(f"{API}/files/{file.id}/thumbnail", buffered=True)
    assert (answer.status_code, answer.content_type) == (200, "image/webp")
    assert answer.headers["Content-Disposition"] == "inline"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


def test_the_thing_it_hangs_on_is_changed(as_owner: Caller, kept: str, site: Site) -> None:
    hung = as_owner.post(f"/files/{kept}/attachments", {"kind": "site", "id": str(site.id)}, 201)["data"]
    (attachment,) = hung["attachments"]
    assert len(as_owner.get(f"/files?site_id={site.id}")["data"]["items"]) == 1
    left = as_owner.delete(f"/files/{kept}/attachments/{attachment['id']}", 200)["data"]
    assert left["attachments"] == []


def test_a_deleted_file_is_gone(as_owner: Caller, kept: str) -> None:
    as_owner.delete(f"/files/{kept}", 200)
    as_owner.get(f"/files/{kept}", 404)
    assert as_owner.get("/files/use")["data"]["used_bytes"] == 0


def test_the_list_is_paged(as_owner: Caller, owner: Actor) -> None:
    for number in range(3):
        take_one(owner, f"{number}.txt")
    first = as_owner.get("/files?limit=2")["data"]
    second = as_owner.get(f"/files?limit=2&cursor={first['next_cursor']}")["data"]
    assert [each["name"] for each in first["items"] + second["items"]] == ["2.txt", "1.txt", "0.txt"]


def test_the_store_is_nobodys_static_folder(as_owner: Caller, kept: str) -> None:
    assert get_settings().DATA_DIR not in Path(as_owner.client.application.static_folder or "").parents
    assert as_owner.client.get("/_content/").status_code == 404
