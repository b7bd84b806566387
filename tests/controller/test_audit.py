"""The audit log through its doors: the API, the page, the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from app.models import write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.site import create_site
from tests.cast import API, Caller


@pytest.fixture
def told(owner: Actor) -> None:
    """A log of three entries of two kinds."""
    for name in ("one", "two"):
        create_site(owner, {"name": name, "base_url": f"http://{name}.test/"})
    with write() as session:
        record_change(session, owner, "settings.change", "organization", 1, before={"name": "a"})


@pytest.mark.usefixtures("told")
def test_the_list_gives_who_what_and_the_hashes(as_owner: Caller, owner: Actor) -> None:
    newest, *_rest, first = as_owner.get("/user/audit")["data"]["items"]
    assert (first["number"], first["previous_hash"], first["action"]) == (1, "", "site.create")
    assert len(newest["hash"]) == 64
    assert first["after"]["name"] == "one"
    assert first["user_email"] == owner.user.email


@pytest.mark.usefixtures("told")
def test_the_list_is_narrowed_by_its_filters(as_owner: Caller) -> None:
    def actions(query: str) -> list[str]:
        return [each["action"] for each in as_owner.get(f"/user/audit?{query}")["data"]["items"]]

    assert actions("action=site") == ["site.create", "site.create"]
    assert actions("way=cli") == []
    assert actions("who=owner&object_type=organization") == ["settings.change"]
    assert actions("to=2020-01-01T00:00:00Z") == []


def test_a_span_that_runs_backwards_is_refused(as_owner: Caller) -> None:
    said = as_owner.get("/user/audit?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 400)
    assert said["code"] == 11001


@pytest.mark.usefixtures("told")
def test_its_pages_are_cut_by_cursor(as_owner: Caller) -> None:
    first = as_owner.get("/user/audit?limit=2")["data"]
    second = as_owner.get(f"/user/audit?limit=2&cursor={first['next_cursor']}")["data"]
    numbers = [each["number"] for each in (*first["items"], *second["items"])]
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.usefixtures("told")
def test_the_chain_is_said_to_hold(as_owner: Caller) -> None:
    chain = as_owner.get("/user/audit/chain?whole=true")["data"]
    assert chain["is_whole"]
    assert chain["is_guarded"]
    assert chain["problem"] is None


@pytest.mark.usefixtures("told")
def test_an_export_is_checked_at_the_prompt(as_owner: Caller, app: Flask, tmp_path: Path) -> None:
    lines = as_owner.client.get(f"{API}/user/audit.jsonl").get_data()
    whole, torn = tmp_path / "whole.jsonl", tmp_path / "torn.jsonl"
    whole.write_bytes(lines)
    torn.write_bytes(b"".join(lines.splitlines(keepends=True)[:1] + lines.splitlines(keepends=True)[2:]))
    run = app.test_cli_runner().invoke
    assert run(args=["audit", "check", str(whole)]).exit_code == 0
    answer = run(args=["audit", "check", str(torn)])
    assert (answer.exit_code, "missing at entry 2" in answer.output) == (1, True)


@pytest.mark.usefixtures("told")
def test_the_prompt_verifies_every_chain(app: Flask, owner: Actor) -> None:
    answer = app.test_cli_runner().invoke(args=["audit", "verify", "--json"])
    assert answer.exit_code == 0
    documents = [json.loads(line) for line in answer.output.splitlines()]
    assert owner.organization_id in [each["chain"] for each in documents]


@pytest.mark.usefixtures("told")
def test_the_prompt_does_not_cut_off_what_is_young(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["audit", "cut", "--before", "2999-01-01"])
    assert answer.exit_code == 1


@pytest.mark.usefixtures("told")
def test_the_page_shows_that_nobody_has_been_at_the_log(as_owner: Caller) -> None:
    page = as_owner.client.get("/audit?action=site.create&way=session&from=2020-01-01").get_data(as_text=True)
    assert "The log is unbroken." in page
    assert "/audit.csv?action=site.create" in page
    assert "two" in page


@pytest.mark.usefixtures("told")
def test_the_page_gives_files_of_what_it_shows(as_owner: Caller) -> None:
    answer = as_owner.client.get("/audit.csv?action=settings")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert answer.get_data(as_text=True).count("\n") == 2
    assert as_owner.client.get("/audit.exe").status_code == 404


def test_an_operator_does_not_see_it(app: Flask, teammate: Actor) -> None:
    caller = Caller(app.test_client()).log_in(teammate)
    for path in ("/user/audit", "/user/audit.csv", "/user/audit.jsonl", "/user/audit/chain"):
        caller.get(path, 403)
