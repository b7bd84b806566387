"""What every test may use: a clean environment, and throw-away servers started once when first asked for."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
import redis

from config.env import VARIABLES
from tests import servers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Nothing of the developer's own environment or .env may reach a test: an empty value is the default, and it
# wins over the file. What a test needs it sets itself, by monkeypatch or in a mapping for load_settings.
if servers.has_quick_files():
    os.environ["TMPDIR"] = tempfile.tempdir = str(servers.MEMORY)
_scratch = tempfile.TemporaryDirectory(prefix="ce-test-", ignore_cleanup_errors=True)
for _variable in VARIABLES:
    os.environ[_variable.name] = ""
os.environ["CLOUDEYE_ENV"] = "testing"
os.environ["CLOUDEYE_DATA_DIR"] = f"{_scratch.name}/data"
os.environ["CLOUDEYE_LOG_DIR"] = f"{_scratch.name}/log"

# As Hypothesis itself does where CI is set: on a busy machine 200 ms on the wall say nothing of a property.
hypothesis.settings.register_profile("cloudeye", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "cloudeye")

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


pytest_plugins = ["tests.cast"]

_HERE = Path(__file__).parent
INSTALLATIONS = (_HERE, _HERE / "deploy", _HERE / "launch")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole installations, which take longest, begin first."""
    items.sort(key=lambda item: item.path.parent not in INSTALLATIONS)


def pytest_collection_finish() -> None:
    """What lives to the end, hundreds of thousands of objects, is not searched for garbage each time."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    _scratch.cleanup()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A temporary folder with a path short enough for sockets."""
    with servers.short_folder() as path:
        yield path


@pytest.fixture(scope="session")
def redis_server() -> Iterator[servers.RedisServer]:
    """One Redis for the whole run; take `redis_client` for a clean one."""
    with servers.short_folder() as folder, servers.redis_server(folder) as server:
        yield server


@pytest.fixture
def redis_client(redis_server: servers.RedisServer) -> Iterator[redis.Redis]:
    """A client of an emptied Redis; `app.core.redis.use_redis(redis_client)` gives it to the product."""
    with redis_server.client() as client:
        client.flushall()
        yield client


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[servers.MariaDbServer]:
    with servers.short_folder() as folder, servers.mariadb_server(folder) as server:
        yield server


@pytest.fixture
def mariadb_url(mariadb_server: servers.MariaDbServer) -> Iterator[str]:
    """DATABASE_URL of an empty MariaDB database."""
    with mariadb_server.database("cloudeye_test") as url:
        yield url


@pytest.fixture(scope="session")
def nginx_program() -> str:
    return servers.need("nginx", package="nginx")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    return servers.need("chromium", "chromium-browser", "google-chrome", package="chromium")


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One real Chromium for the whole run."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own, without anybody's cookies; what the page logs as an error fails the test."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, errors
