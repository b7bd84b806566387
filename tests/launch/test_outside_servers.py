"""CloudEye on servers of the operator's choice: MariaDB, a Redis of one's own, nginx."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from tests import servers
from tests.stack import Stack, running_behind_nginx, running_stack

pytestmark = pytest.mark.stack


def test_it_runs_on_mariadb_and_a_redis_of_ones_own(
    mariadb_url: str, redis_server: servers.RedisServer
) -> None:
    with running_stack(DATABASE_URL=mariadb_url, REDIS_URL=redis_server.url) as stack:
        assert "redis" not in stack.pids()
        assert requests.get(f"{stack.base_url}/readyz", timeout=30).status_code == 200


def test_a_database_that_is_away_is_named_without_its_password(folder: Path) -> None:
    url = f"mysql://somebody:hidden-word@localhost/cloudeye?unix_socket={folder}/none.sock"
    stack = Stack(folder, {"DATABASE_URL": url})
    with pytest.raises(servers.ServerError, match="The database of DATABASE_URL cannot be used"):
        stack.start()
    assert "hidden-word" not in stack.output()
    assert "Traceback" not in stack.output()


def test_it_runs_behind_nginx_on_a_unix_socket() -> None:
    with running_behind_nginx() as stack:
        assert requests.get(f"{stack.base_url}/readyz", timeout=30).status_code == 200
        assert requests.get(f"{stack.base_url}/static/vendor/htmx.min.js", timeout=30).status_code == 200
