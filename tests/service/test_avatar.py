"""Pictures of people: what is kept is ours, and what is fetched goes through the guarded door."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.core.errors import InvalidError, NotFoundError, RateLimitedError
from app.core.settings import get_settings
from app.models import AuditEntry, Avatar, db
from app.service.actor import Actor
from app.service.profile import avatar as service
from app.service.profile.avatar import (
    avatar_of,
    avatars_of,
    fetch_avatar,
    read_avatar,
    remove_avatar,
    set_avatar,
)
from app.service.profile.picture import MOST_BYTES, PictureError, make_square
from tests.cast import API, Caller
from tests.engine.notify.receiver import Hook, running_hook

pytestmark = pytest.mark.faces


def picture(
    kind: str = "PNG", size: tuple[int, int] = (400, 300), color: Any = (200, 30, 30), **how: Any
) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA" if kind in ("PNG", "WEBP") else "RGB", size, color).save(out, kind, **how)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_kind_becomes_a_small_webp(kind: str) -> None:
    with opened(make_square(picture(kind))) as made:
        assert (made.format, made.size) == ("WEBP", (256, 256))


def test_nothing_but_the_pixels_is_left() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    made = make_square(picture("JPEG", exif=exif, comment=b"a comment") + b"<script>alert(1)</script>")
    assert b"secret place" not in made
    assert b"script" not in made
    with opened(made) as small:
        assert not small.getexif()


def test_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° clockwise
    out = io.BytesIO()
    whole = Image.new("RGB", (200, 200), "red")
    whole.paste("blue", (0, 0, 200, 100))
    whole.save(out, "JPEG", exif=exif)
    with opened(make_square(out.getvalue())) as made:
        red, _, blue = made.convert("RGB").getpixel((230, 128))  # type: ignore[misc]
    assert blue > red


def test_what_shines_through_goes_on_doing_so() -> None:
    with opened(make_square(picture(color=(0, 0, 0, 0)))) as made:
        assert made.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"GIF89a",
        picture()[:60],
        picture("JPEG")[:-200],
        b"%PDF-1.7",
        b"BM" + bytes(60),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(PictureError):
        make_square(data)


def test_a_picture_that_says_it_is_huge_is_refused_before_it_is_decoded() -> None:
    head = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (50_000).to_bytes(4, "big") * 2 + b"\x08\x06\0\0\0"
    head += zlib.crc32(head[12:29]).to_bytes(4, "big") + b"\0\0\0\0IEND\xaeB`\x82"
    with pytest.raises(PictureError, match="pixels"):
        make_square(head)


def test_a_small_file_of_many_pixels_is_refused() -> None:
    with pytest.raises(PictureError, match="25 million pixels"):
        make_square(picture(size=(6000, 5000)))


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(PictureError, match="5 MB"):
        make_square(bytes(MOST_BYTES + 1))


def test_it_is_kept_and_replaced_and_removed(owner: Actor) -> None:
    first = set_avatar(owner, picture())
    assert avatar_of(owner.user.id) == first
    second = set_avatar(owner, picture(color=(0, 0, 255)))
    assert first != second
    assert db.session.scalars(select(Avatar.sha256)).all() == [second]
    remove_avatar(owner)
    assert avatar_of(owner.user.id) is None
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["avatar.change", "avatar.change", "avatar.remove"]


def test_many_are_named_at_once(owner: Actor, viewer: Actor) -> None:
    name = set_avatar(owner, picture())
    assert avatars_of([owner.user.id, viewer.user.id]) == {owner.user.id: name}


def test_colleagues_see_it_and_strangers_do_not(owner: Actor, viewer: Actor, stranger: Actor) -> None:
    name = set_avatar(owner, picture())
    assert read_avatar(viewer, name).startswith(b"RIFF")
    with pytest.raises(NotFoundError):
        read_avatar(stranger, name)


def test_tries_are_limited(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "TRIES_A_MINUTE", 1)
    set_avatar(owner, picture())
    with pytest.raises(RateLimitedError):
        set_avatar(owner, picture())


@pytest.fixture
def hook() -> Iterator[Hook]:
    with running_hook() as running:
        yield running


def test_it_is_fetched_from_an_address(owner: Actor, hook: Hook) -> None:
    get_settings().ALLOW_PRIVATE_TARGETS = True
    hook.answer_body = picture("JPEG")
    assert fetch_avatar(owner, hook.url) == avatar_of(owner.user.id)
    assert hook.requests[0].method == "GET"


def test_a_private_address_is_refused(owner: Actor, hook: Hook) -> None:
    with pytest.raises(InvalidError) as caught:
        fetch_avatar(owner, hook.url)
    assert "loopback" in caught.value.fields["url"]
    assert hook.requests == []


def test_a_redirect_to_a_private_address_is_refused(owner: Actor, hook: Hook) -> None:
    owner.organization.allowed_networks = ["127.0.0.1/32"]
    hook.status, hook.answer_headers = 302, {"Location": "http://127.0.0.2:9/"}
    with pytest.raises(InvalidError) as caught:
        fetch_avatar(owner, hook.url)
    assert "127.0.0.2" in caught.value.fields["url"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://user:pass@example.org/",
        "http://[::ffff:127.0.0.1]/",
        "http://0x7f.1/",
        "x",
    ],
)
def test_tricks_are_refused(owner: Actor, url: str) -> None:
    with pytest.raises(InvalidError) as caught:
        fetch_avatar(owner, url)
    assert set(caught.value.fields) == {"url"}


@pytest.mark.parametrize(
    ("status", "body"), [(404, b"no"), (200, b"<html></html>"), (200, b"x" * (MOST_BYTES + 1))]
)
def test_what_comes_back_has_to_be_a_picture(owner: Actor, hook: Hook, status: int, body: bytes) -> None:
    get_settings().ALLOW_PRIVATE_TARGETS = True
    hook.status, hook.answer_body = status, body
    with pytest.raises(InvalidError):
        fetch_avatar(owner, hook.url)


def test_the_api_takes_it_and_serves_it_as_a_mere_picture(as_owner: Caller) -> None:
    sent = {"picture": (io.BytesIO(picture()), "../../me.svg", "image/svg+xml")}
    answer = as_owner.client.post(f"{API}/user/avatar", data=sent, headers={"X-CSRF-Token": as_owner.csrf})
    url = answer.get_json()["data"]["url"]
    assert as_owner.get("/user/avatar")["data"]["url"] == url
    image = as_owner.client.get(url)
    assert image.mimetype == "image/webp"
    assert image.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert image.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert image.headers["X-Content-Type-Options"] == "nosniff"
    as_owner.delete("/user/avatar")
    assert as_owner.client.get(url).status_code == 404


def test_a_request_without_a_picture_is_said_to_be_one(as_owner: Caller) -> None:
    headers = {"X-CSRF-Token": as_owner.csrf}
    for data in ({}, {"other": (io.BytesIO(b"x"), "x")}, {"picture": (io.BytesIO(b""), "x")}):
        answer = as_owner.client.post(f"{API}/user/avatar", data=data, headers=headers)
        assert answer.status_code == 400


def test_nobody_sees_a_picture(app: Flask, as_owner: Caller) -> None:
    sent = {"picture": (io.BytesIO(picture()), "me.png")}
    answer = as_owner.client.post(f"{API}/user/avatar", data=sent, headers={"X-CSRF-Token": as_owner.csrf})
    assert app.test_client().get(answer.get_json()["data"]["url"]).status_code == 401
