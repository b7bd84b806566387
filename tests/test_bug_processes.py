"""Processes that scan: begun, killed, ended with their worker, and in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psutil
import pytest

from tests import servers
from tests.client import Api
from tests.service.bug.site import Shop, running_shop
from tests.service.tamper.site import web_site
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack(CLOUDEYE_CHROMIUM="no-such-browser") as started:
        yield started


@pytest.fixture
def shop() -> Iterator[Shop]:
    with running_shop() as shop:
        shop.weaken()
        yield shop


def begin(api: Api, shop: Shop) -> tuple[dict[str, Any], dict[str, Any]]:
    """A site, and a scan of it."""
    site = api.post("/sites", name="Shop", base_url=shop.base_url)
    scan = api.post("/bug/scans", site_id=site["id"], rate=20)
    return site, scan


def state_of(api: Api, scan: dict[str, Any]) -> str:
    state: str = api.get(f"/bug/scans/{scan['id']}")["state"]
    return state


def scanners(stack: Stack, scan: dict[str, Any]) -> list[psutil.Process]:
    """The processes that run a scan."""
    found = []
    for each in stack.family():
        with suppress(psutil.NoSuchProcess):  # A zombie is one that is no more.
            if "tasks.bug_scan" in each.cmdline() and scan["id"] in each.cmdline():
                found.append(each)
    return found


def scanner(stack: Stack, scan: dict[str, Any]) -> psutil.Process:
    """The process that runs a scan, once it is there."""
    found: list[psutil.Process] = []

    def is_there() -> bool:
        found[:] = scanners(stack, scan)
        return bool(found)

    servers.wait_for(is_there, "the scan's process")
    return found[0]


def test_a_scan_that_hangs_holds_up_no_page_check(stack: Stack, shop: Shop) -> None:
    shop.is_held = True
    api = stack.api()
    _, scan = begin(api, shop)
    servers.wait_for(lambda: state_of(api, scan) == "running", "the scan to begin")
    with web_site() as web:
        site = api.post("/sites", name="Library", base_url=web.base_url)
        watch = api.post("/tamper/watches", site_id=site["id"], url=web.base_url + "/", interval_seconds=60)
        servers.wait_for(
            lambda: api.get(f"/tamper/watches/{watch['id']}")["state"] == "OK", "the page to be learned"
        )
    assert shop.was_asked.wait(20)
    api.post(f"/bug/scans/{scan['id']}/stop")
    servers.wait_for(lambda: state_of(api, scan) == "stopped", "the scan to stop")
    servers.wait_for(lambda: scanners(stack, scan) == [], "the scan's process to be gone")


def test_a_killed_scan_has_failed_and_the_next_one_runs(stack: Stack, shop: Shop) -> None:
    shop.is_held = True
    api = stack.api()
    site, scan = begin(api, shop)
    scanner(stack, scan).kill()
    servers.wait_for(lambda: state_of(api, scan) == "failed", "the failure to be seen")
    shop.is_held = False
    shop.let_go.set()
    again = api.post("/bug/scans", site_id=site["id"], rate=20)
    servers.wait_for(lambda: state_of(api, again) == "done", "the next scan")


def test_a_scan_dies_with_its_worker(stack: Stack, shop: Shop) -> None:
    shop.is_held = True
    api = stack.api()
    _, scan = begin(api, shop)
    process = scanner(stack, scan)
    stack.supervisorctl("restart", "tamper")
    servers.wait_for(lambda: not process.is_running(), "the scan's process to end")


def test_idle_it_needs_no_process_of_its_own(stack: Stack) -> None:
    assert "bug" not in stack.pids()
