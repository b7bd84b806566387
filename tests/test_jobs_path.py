"""Long work in a running CloudEye: a thousand sites in, followed, killed half way, and out again."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import requests

from tests import servers
from tests.client import Api
from tests.stack import ACCOUNT, PASSWORD, Stack, running_stack

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.stack

SECONDS = 90


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack(CLOUDEYE_CHROMIUM="no-such-browser") as started:
        yield started


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    client = stack.api()
    yield client
    client.close()


def table(name: str, count: int) -> str:
    """A file of sites, as the API takes it."""
    rows = "".join(f"{name} {i},https://{name}-{i}.example/,imported,,\n" for i in range(count))
    return base64.b64encode(f"name,base_url,tags,description,monitors\n{rows}".encode()).decode()


def ended(api: Api, job: dict[str, Any]) -> dict[str, Any]:
    """The job, once it is over."""
    found: list[dict[str, Any]] = []

    def is_over() -> bool:
        found.append(api.get(f"/jobs/{job['id']}"))
        return found[-1]["state"] not in ("queued", "running")

    servers.wait_for(is_over, "the job to end", SECONDS)
    return found[-1]


def runners(stack: Stack, job: dict[str, Any]) -> list[psutil.Process]:
    """The processes that run a job."""
    found = []
    for each in stack.family():
        with suppress(psutil.NoSuchProcess):
            if "tasks.job_run" in each.cmdline() and job["id"] in each.cmdline():
                found.append(each)
    return found


def events(api: Api, stack: Stack, job: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What the stream of a job says, to its end."""
    said: list[tuple[str, dict[str, Any]]] = []
    url = f"{stack.base_url}/api/cloudeye/v1/jobs/{job['id']}/events"
    with api._session.get(url, stream=True, timeout=SECONDS) as answer:
        name = ""
        for line in answer.iter_lines(decode_unicode=True):
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                said.append((name, json.loads(line.removeprefix("data: "))))
    return said


def test_a_thousand_sites_come_in_and_go_out_again(api: Api, stack: Stack) -> None:
    job = api.post("/sites/imports", data=table("many", 1_000), is_dry=False)
    said = events(api, stack, job)
    assert said[-1][0] == "end" and said[-1][1]["state"] == "done"
    assert any(0 < facts["done"] < 1_000 for _, facts in said), "progress was told as it came"
    assert ended(api, job)["outcome"]["added"] == 1_000

    out = ended(api, api.post("/sites/exports", format="csv", tag="imported"))
    assert out["outcome"] == {"rows": 1_000}
    url = f"{stack.base_url}/api/cloudeye/v1/jobs/{out['id']}/result"
    answer = api._session.get(url, timeout=30)
    assert len(answer.content.splitlines()) == 1_001
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_killed_job_goes_on_and_takes_no_row_twice(api: Api, stack: Stack) -> None:
    job = api.post("/sites/imports", data=table("killed", 3_000), is_dry=False)

    def is_under_way() -> bool:
        return bool(api.get(f"/jobs/{job['id']}")["done"] >= 100 and runners(stack, job))

    servers.wait_for(is_under_way, "the job to be under way", SECONDS)
    for process in runners(stack, job):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    over = ended(api, job)
    assert (over["state"], over["attempts"], over["outcome"]["added"]) == ("done", 2, 3_000)
    again = ended(api, api.post("/sites/imports", data=table("killed", 3_000), is_dry=False))
    assert (again["outcome"]["known"], again["outcome"]["added"]) == (3_000, 0)


def test_a_running_job_is_cancelled_within_a_moment(api: Api, stack: Stack) -> None:
    job = api.post("/sites/imports", data=table("stopped", 5_000), is_dry=False)
    servers.wait_for(lambda: bool(api.get(f"/jobs/{job['id']}")["done"] >= 100), "the job to run", SECONDS)
    api.post(f"/jobs/{job['id']}/cancel")
    over = ended(api, job)
    assert over["state"] == "cancelled"
    assert 0 < over["outcome"]["added"] < 5_000
    assert over["outcome"]["added"] + over["outcome"]["left"] == 5_000


@pytest.mark.browser
def test_somebody_imports_a_thousand_sites_by_page(
    page: Page, stack: Stack, api: Api, tmp_path: Path
) -> None:
    api.patch("/settings", is_set_up=True)
    file = tmp_path / "sites.csv"
    file.write_bytes(base64.b64decode(table("paged", 1_000)) + b",https://nameless.example/,,,\n")
    page.goto(f"{stack.base_url}/login")
    page.fill("[name=account]", ACCOUNT)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"{stack.base_url}/sites/import")
    page.set_input_files("#file", file)
    page.click("text=Try the import")
    page.wait_for_selector("text=Nothing was changed yet.", timeout=SECONDS * 1000)
    assert "1002" in page.inner_text("table.list") and "Must not be empty." in page.inner_text("table.list")
    page.click("text=Import 1000 sites")
    page.wait_for_selector("text=/of 1001 rows/", timeout=SECONDS * 1000)
    page.wait_for_selector("text=See the sites", timeout=SECONDS * 1000)
    with page.expect_download() as told:
        page.click("text=Download the report")
    assert len(Path(told.value.path()).read_text("utf-8-sig").splitlines()) == 1_002
    assert api.get("/sites", q="paged-999")["items"][0]["name"] == "paged 999"


def test_scheduled_jobs_tell_of_their_runs(api: Api) -> None:
    def has_run() -> bool:
        by_name = {each["name"]: each for each in api.get("/settings/jobs")["items"]}
        wanted = ("notify.decide", "rollup.turn", "bug.turn", "job.turn", "record.sweep")
        return all(by_name[name]["state"] == "ok" for name in wanted)

    servers.wait_for(has_run, "the first runs", SECONDS)
    api.post("/settings/jobs/job.tend/run")

    def has_tended() -> bool:
        return bool(api.get("/settings/jobs/job.tend")["result"] == {"deleted": 0})

    servers.wait_for(has_tended, "the run that was asked for", SECONDS)


def test_the_stream_needs_a_log_in(stack: Stack) -> None:
    answer = requests.get(f"{stack.base_url}/api/cloudeye/v1/jobs/1/events", timeout=10)
    assert answer.status_code == 401
