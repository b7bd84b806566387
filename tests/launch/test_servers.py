"""The throw-away servers themselves: what else is tested stands on them."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis
from playwright.sync_api import Page

from tests import servers


def test_redis_client_begins_empty(redis_client: redis.Redis) -> None:
    assert redis_client.dbsize() == 0


def test_mariadb_gives_an_empty_database(mariadb_server: servers.MariaDbServer, mariadb_url: str) -> None:
    assert mariadb_url.startswith("mysql://root@localhost/cloudeye_test?unix_socket=")
    with mariadb_server.connect() as connection, connection.cursor() as cursor:
        assert cursor.execute("SHOW TABLES IN cloudeye_test") == 0


def test_a_missing_program_skips_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "")
    with pytest.raises(pytest.skip.Exception, match="apt-get install nowhere"):
        servers.need("no-such-program", package="nowhere")


def test_a_missing_program_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception):
        servers.need("no-such-program", package="nowhere")


def test_nginx_answers(folder: Path) -> None:
    port = servers.free_port()
    configuration = f"pid nginx.pid; events {{}} http {{ server {{ listen 127.0.0.1:{port}; return 204; }} }}"
    with servers.nginx_server(folder, configuration, port):
        assert servers.is_listening(port)


@pytest.mark.browser
def test_chromium_shows_a_page(page: Page) -> None:
    page.goto("data:text/html,<title>hello</title>")
    assert page.title() == "hello"
