"""What is sent is compressed for whoever understands it, and only what gains by it."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask

from tests.cast import Caller

STYLE = "/static/css/parts.css"


@pytest.mark.parametrize("path", [STYLE, "/login", "/api/cloudeye/v1/openapi.json"])
def test_text_is_compressed(app: Flask, path: str) -> None:
    client = app.test_client()
    plain, packed = (
        client.get(path, buffered=True),
        client.get(path, buffered=True, headers={"Accept-Encoding": "gzip"}),
    )
    assert packed.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2
    if path == STYLE:
        assert gzip.decompress(packed.data) == plain.data


@pytest.mark.parametrize(
    ("accepts", "encoding"), [("gzip, br, zstd", "zstd"), ("gzip, br", "br"), ("", None)]
)
def test_the_best_that_is_understood_is_taken(app: Flask, accepts: str, encoding: str | None) -> None:
    answer = app.test_client().get(STYLE, buffered=True, headers={"Accept-Encoding": accepts})
    assert answer.headers.get("Content-Encoding") == encoding


def test_a_short_answer_is_left_as_it_is(as_owner: Caller) -> None:
    answer = as_owner.client.get("/healthz", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


def test_a_known_file_is_not_sent_again(app: Flask) -> None:
    client = app.test_client()
    first = client.get(STYLE, buffered=True, headers={"Accept-Encoding": "gzip"})
    again = client.get(
        STYLE, buffered=True, headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_a_range_counts_the_bytes_that_are_stored(app: Flask) -> None:
    client = app.test_client()
    whole = client.get(STYLE, buffered=True).data
    part = client.get(STYLE, buffered=True, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-9"})
    assert (part.status_code, part.data) == (206, whole[:10])
    assert "Content-Encoding" not in part.headers
