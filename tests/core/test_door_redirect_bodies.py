"""Answers that redirect: their bodies are bounded, and their Location may be anything."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest

from app.core.http import Door, DoorError
from app.engine.net.guard import AllowList
from tests.engine.notify.receiver import running_hook

ODD = ["http://[::1", "//[", "http://\xe9.example/", "\\\\evil", "javascript:1"]


def test_the_body_of_a_redirect_is_bounded_as_well() -> None:
    with running_hook() as hook:
        hook.status, hook.answer_body = 302, gzip.compress(bytes(50_000_000))
        hook.answer_headers = {"Location": "/elsewhere", "Content-Encoding": "gzip"}
        tracemalloc.start()
        with pytest.raises(DoorError, match="larger"):
            Door(AllowList.everything(), max_bytes=100_000).post(hook.url, headers={}, data=b"")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.parametrize("location", [each for each in ODD if each.isascii()])
def test_a_location_that_is_no_url_is_not_followed(location: str) -> None:
    with running_hook() as hook:
        hook.status, hook.answer_headers = 302, {"Location": location}
        with pytest.raises(DoorError) as caught:
            Door(AllowList.everything()).request("GET", hook.url)
    assert caught.value.permanent


@pytest.mark.parametrize("location", ODD)
def test_a_location_that_is_no_url_does_not_hide_the_answer(location: str) -> None:
    with running_hook() as hook:
        hook.status, hook.answer_headers = 302, {"Location": location}
        assert Door(AllowList.everything()).post(hook.url, headers={}, data=b"").status == 302
