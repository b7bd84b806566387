"""Files through a real nginx before the whole of CloudEye: uploads pass it, and downloads are nginx's own."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from tests.service.file.kept import picture
from tests.stack import ACCOUNT, PASSWORD, Stack, running_behind_nginx

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

MB = 2**20
MOST_GROWTH = 48 * MB
TEXT = b"0123456789" * 1000
ROOT = "/api/cloudeye/v1"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_behind_nginx(CLOUDEYE_X_ACCEL="1", CLOUDEYE_UPLOAD_MB="130") as stack:
        yield stack


@pytest.fixture(scope="module")
def client(stack: Stack) -> Iterator[requests.Session]:
    with requests.Session() as session:
        asked = {"account": ACCOUNT, "password": PASSWORD}
        answer = session.post(f"{stack.base_url}{ROOT}/user/login", json=asked, timeout=30).json()
        session.headers["X-CSRF-Token"] = answer["data"]["csrf_token"]
        yield session


def upload(stack: Stack, client: requests.Session, *files: tuple[str, bytes]) -> list[dict[str, Any]]:
    answer = client.post(
        f"{stack.base_url}{ROOT}/files", files=[("files", (name, data)) for name, data in files], timeout=30
    )
    assert answer.status_code == 201, answer.text
    results: list[dict[str, Any]] = answer.json()["data"]["results"]
    return results


@pytest.fixture(scope="module")
def url(stack: Stack, client: requests.Session) -> str:
    """The address of a file's bytes."""
    (result,) = upload(stack, client, ("现场.txt", TEXT))
    return f"{stack.base_url}{ROOT}/files/{result['file']['id']}/content"


def test_several_files_pass_it_at_once(stack: Stack, client: requests.Session) -> None:
    results = upload(stack, client, ("a.png", picture()), ("big.bin", bytes(5 * MB)), ("b.png", b"<html>"))
    assert [each["error"] is None for each in results] == [True, True, False]


def test_a_download_is_sent_by_nginx_with_our_headers(client: requests.Session, url: str) -> None:
    answer = client.get(url, timeout=30)
    assert answer.content == TEXT
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "%E7%8E%B0%E5%9C%BA.txt" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "X-Accel-Redirect" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "status", "data"),
    [("bytes=10-14", 206, b"01234"), ("bytes=-3", 206, b"789"), ("bytes=10000-", 416, None)],
)
def test_nginx_sends_ranges(
    client: requests.Session, url: str, asked: str, status: int, data: bytes | None
) -> None:
    answer = client.get(url, headers={"Range": asked}, timeout=30)
    assert answer.status_code == status
    assert data is None or answer.content == data


def test_a_broken_download_goes_on_where_it_stopped(client: requests.Session, url: str) -> None:
    etag = client.get(url, timeout=30).headers["ETag"]
    rest = client.get(url, headers={"Range": "bytes=9990-", "If-Range": etag}, timeout=30)
    assert (rest.status_code, rest.content) == (206, TEXT[9990:])
    other = client.get(url, headers={"Range": "bytes=9990-", "If-Range": '"another"'}, timeout=30)
    assert (other.status_code, other.content) == (200, TEXT)


def test_what_the_client_has_is_not_sent_again(client: requests.Session, url: str) -> None:
    etag = client.get(url, timeout=30).headers["ETag"]
    assert client.get(url, headers={"If-None-Match": etag}, timeout=30).status_code == 304


def test_nobody_reaches_the_store_itself(stack: Stack, client: requests.Session) -> None:
    (result,) = upload(stack, client, ("own.txt", b"own"))
    name = result["file"]["sha256"]
    answer = client.get(f"{stack.base_url}/_content/{name[:2]}/{name}", timeout=30)
    assert answer.status_code == 404


def test_nobody_gets_a_file_without_logging_in(url: str) -> None:
    assert requests.get(url, timeout=30).status_code == 401


def test_files_are_chosen_on_a_sites_page_and_shown_small(stack: Stack, page: Page) -> None:
    site = stack.api().post("/sites", name="Shop", base_url="http://127.0.0.1:9/")
    stack.api().patch("/settings", is_set_up=True)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{stack.base_url}/login")
    page.fill("#account", ACCOUNT)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.goto(f"{stack.base_url}/sites/{site['id']}")
    panel = page.locator("#files-panel")
    shot: FilePayload = {"name": "home page.png", "mimeType": "image/png", "buffer": picture(800, 600)}
    fake: FilePayload = {"name": "fake.png", "mimeType": "image/png", "buffer": b"<html>"}
    panel.locator("input[type=file]").set_input_files([shot, fake])
    panel.locator(".upload-results .is-bad", has_text="its content is text/html").wait_for()
    small = panel.locator(".file-list img")
    # decode() waits until it is there.
    assert small.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    with page.expect_download() as download:
        panel.get_by_role("link", name="Download home page.png").click()
    assert download.value.suggested_filename == "home page.png"
    assert complaints == []


def test_a_thumbnail_is_sent_by_nginx_too(stack: Stack, client: requests.Session) -> None:
    (result,) = upload(stack, client, ("shot.png", picture(900, 600)))
    answer = client.get(f"{stack.base_url}{ROOT}/files/{result['file']['id']}/thumbnail", timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert answer.content[:4] == b"RIFF"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


def send(stack: Stack, client: requests.Session, size: int) -> tuple[int, dict[str, Any]]:
    """Upload one file of so many bytes, a megabyte at a time."""
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="dump.bin"\r\n\r\n'
    tail = b"\r\n--x--\r\n"
    connection = http.client.HTTPConnection(urlsplit(stack.base_url).netloc, timeout=120)
    connection.putrequest("POST", f"{ROOT}/files")
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", str(len(head) + size + len(tail)))
    connection.putheader("X-CSRF-Token", str(client.headers["X-CSRF-Token"]))
    connection.putheader("Cookie", "; ".join(f"{each.name}={each.value}" for each in client.cookies))
    connection.endheaders(head)
    try:
        for _ in range(size // MB):
            connection.send(bytes(MB))
        connection.send(tail)
    except (BrokenPipeError, ConnectionResetError):
        pass  # It is refused by its length, before all of it is sent.
    answer = connection.getresponse()
    document = json.loads(answer.read())
    connection.close()
    return answer.status, document


def test_a_large_file_is_not_held_in_memory(stack: Stack, client: requests.Session) -> None:
    web = psutil.Process(stack.pids()["web"])
    (worker,) = web.children()
    before = worker.memory_info().rss
    status, document = send(stack, client, 128 * MB)
    assert (status, document["data"]["results"][0]["file"]["size"]) == (201, 128 * MB)
    assert worker.memory_info().rss - before < MOST_GROWTH


def test_more_than_a_request_may_have_is_refused(stack: Stack, client: requests.Session) -> None:
    status, document = send(stack, client, 132 * MB)
    assert (status, document["code"]) == (413, 11001)
