"""Pages of other origins at the API: the ones that are named, and no further than the API."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from config import ConfigError, load_settings
from config.env import origins
from tests import cast
from tests.servers import RedisServer

APP, OTHER = "https://app.example.org", "https://evil.example.net"
PATH = "/api/cloudeye/v1/sites"
Open = Callable[[str], FlaskClient]


@pytest.fixture
def client_with(tmp_path: Path, redis_server: RedisServer, redis_client: redis.Redis) -> Open:
    def make(allowed: str) -> FlaskClient:
        cast._forget()
        settings = {
            "CLOUDEYE_ENV": "testing",
            "CLOUDEYE_DATA_DIR": str(tmp_path / "data"),
            "REDIS_URL": redis_server.url,
            "CLOUDEYE_CORS_ORIGINS": allowed,
        }
        app: Flask = create_app(load_settings(settings))
        return app.test_client()

    return make


def preflight(client: FlaskClient, origin: str, path: str = PATH) -> dict[str, str]:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answer = client.options(path, headers={"Origin": origin, **asked})
    return {
        name.lower(): value
        for name, value in answer.headers.items()
        if name.lower().startswith("access-control")
    }


def test_a_named_origin_may_call_the_api(client_with: Open) -> None:
    said = preflight(client_with(APP), APP)
    assert said["access-control-allow-origin"] == APP and said["access-control-allow-credentials"] == "true"
    assert "PATCH" in said["access-control-allow-methods"]
    assert said["access-control-allow-headers"] == "authorization"


def test_another_origin_is_told_nothing(client_with: Open) -> None:
    assert preflight(client_with(APP), OTHER) == {}


@pytest.mark.parametrize("origin", ["null", f"{APP}.evil.net", "http://app.example.org"])
def test_an_origin_that_only_looks_like_it_is_another(client_with: Open, origin: str) -> None:
    said = preflight(client_with(APP), origin)
    assert said == {}


def test_everybody_may_come_without_cookies(client_with: Open) -> None:
    said = preflight(client_with("*"), OTHER)
    assert said["access-control-allow-origin"] == "*" and "access-control-allow-credentials" not in said


def test_an_error_can_be_read_too(client_with: Open) -> None:
    answer = client_with(f"{APP}, https://two.example.org").get(PATH, headers={"Origin": APP})
    assert answer.status_code == 401 and answer.headers["Access-Control-Allow-Origin"] == APP
    assert "Origin" in answer.headers["Vary"]
    assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("path", ["/login", "/healthz", "/metrics"])
def test_pages_are_for_nobody_else(client_with: Open, path: str) -> None:
    assert preflight(client_with("*"), OTHER, path) == {}


def test_nobody_may_come_unless_somebody_is_named(client_with: Open) -> None:
    assert preflight(client_with(""), APP) == {}


@pytest.mark.parametrize(
    "value", ["app.example.org", "https://a.example.org/", "https://*.a.org", "*, https://a.org"]
)
def test_what_is_no_origin_stops_the_start(value: str) -> None:
    with pytest.raises(ValueError, match="must be origins"):
        origins(value)
    with pytest.raises(ConfigError, match="CLOUDEYE_CORS_ORIGINS"):
        load_settings({"CLOUDEYE_CORS_ORIGINS": value, "CLOUDEYE_ENV": "testing"})
