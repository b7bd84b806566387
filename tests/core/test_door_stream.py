"""The door as a stream: pieces go where they are wanted, within the same bounds."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.http import Door, DoorError
from app.engine.net.guard import AllowList
from tests.engine.notify.receiver import Hook, running_hook


@pytest.fixture
def hook() -> Iterator[Hook]:
    with running_hook() as hook:
        yield hook


def test_a_body_streams_into_a_file(hook: Hook, tmp_path: Path) -> None:
    hook.answer_body = b"x" * 500_000
    with (tmp_path / "file").open("wb") as file:
        response = Door(AllowList.everything()).request("GET", hook.url, into=file.write)
    assert response.body == b"" and (tmp_path / "file").stat().st_size == 500_000


def test_a_stream_comes_in_pieces(hook: Hook) -> None:
    hook.answer_body = b"x" * 500_000
    pieces: list[bytes] = []
    Door(AllowList.everything()).request("GET", hook.url, into=pieces.append)
    assert len(pieces) > 4 and sum(map(len, pieces)) == 500_000


def test_a_stream_is_bounded_after_decompression(hook: Hook) -> None:
    hook.answer_body, hook.answer_headers = gzip.compress(b"\0" * 5_000_000), {"Content-Encoding": "gzip"}
    taken: list[int] = []
    with pytest.raises(DoorError, match="larger"):
        Door(AllowList.everything(), max_bytes=100_000).request(
            "GET", hook.url, into=lambda piece: taken.append(len(piece))
        )
    assert sum(taken) <= 100_000


def test_an_error_pages_body_does_not_stream(hook: Hook) -> None:
    hook.status = 404
    pieces: list[bytes] = []
    response = Door(AllowList.everything()).request("GET", hook.url, into=pieces.append)
    assert (response.status, response.body, pieces) == (404, b"ok", [])


def test_a_full_disk_is_not_the_other_sides_doing(hook: Hook) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OSError, match="No space left"):
        Door(AllowList.everything()).request("GET", hook.url, into=full.write)
