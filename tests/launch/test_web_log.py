"""What gunicorn logs goes where everything else goes."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from gunicorn.config import Config
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader
from gunicorn.http.wsgi import Response

from config.launch.web_log import WebLog


def test_what_gunicorn_answers_by_itself_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    request = Request(Config(), IterUnreader(iter([b"GET / HTTP/1.1\r\n\r\n"])), ("127.0.0.1", 9))
    said = Response(request, None, Config())
    said.status = "400 Bad Request"
    with caplog.at_level(logging.INFO, "app.access"):
        WebLog.access(object.__new__(WebLog), said, request, {"PATH_INFO": "/healthz"}, timedelta(0))
    (record,) = caplog.records
    assert vars(record)["status"] == 400
