"""`flask tamper judge --jsonl` and `flask tamper watch`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.engine.tamper.pages import URL, page
from tests.service.tamper.site import WebSite, article, tampered, web_site

EVIL = '<script src="https://evil.example/x.js"></script>'


@pytest.fixture
def prompt(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two pages, where the command is typed."""
    (tmp_path / "good.html").write_text(page())
    (tmp_path / "bad.html").write_text(page(EVIL))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def case(identifier: str, now: str, folder: str = "") -> str:
    shot: dict[str, Any] = {"status": 200, "at": 1_790_000_000, "content_type": "text/html"}
    document = {
        "id": identifier,
        "url": URL,
        "baselines": [{"path": f"{folder}good.html", **shot}] * 3,
        "current": {"path": f"{folder}{now}.html", **shot},
    }
    return json.dumps(document)


def judge(prompt: FlaskCliRunner, *lines: str) -> tuple[Result, list[dict[str, Any]]]:
    said = prompt.invoke(args=["tamper", "judge", "--jsonl"], input="\n".join(lines) + "\n")
    return said, [json.loads(line) for line in said.stdout.splitlines()]


def test_answers_come_in_order_with_their_ids(prompt: FlaskCliRunner, files: Path) -> None:
    said, answers = judge(prompt, case("b", "bad"), case("a", "good"), case("c", "bad"))
    assert [(each["id"], each["verdict"]) for each in answers] == [
        ("b", "alert"),
        ("a", "ok"),
        ("c", "alert"),
    ]
    assert said.exit_code == 0


def test_paths_may_be_whole_or_from_here(prompt: FlaskCliRunner, files: Path) -> None:
    _, answers = judge(prompt, case("here", "bad"), case("whole", "bad", f"{files}/"))
    assert [each["verdict"] for each in answers] == ["alert", "alert"]


@pytest.mark.parametrize("bad", ["{", "[1]", '{"id": "x"}', case("x", "not-there"), '"text"'])
def test_a_bad_line_is_an_error_and_the_next_is_read(prompt: FlaskCliRunner, files: Path, bad: str) -> None:
    said, answers = judge(prompt, case("a", "good"), bad, case("b", "bad"))
    assert [each.get("verdict") for each in answers] == ["ok", None, "alert"]
    assert answers[1]["error"]
    assert said.exit_code == 1


def test_an_error_repeats_the_id_where_there_is_one(prompt: FlaskCliRunner, files: Path) -> None:
    _, answers = judge(prompt, '{"id": "x"}')
    assert answers[0]["id"] == "x" and answers[0]["error"].startswith("url:")


def test_empty_lines_are_passed_over(prompt: FlaskCliRunner, files: Path) -> None:
    said, answers = judge(prompt, "", case("a", "good"), "  ")
    assert len(answers) == 1 and said.exit_code == 0


def watch(
    prompt: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch, site: WebSite, now: str, *words: str
) -> Result:
    """Learn the page, have it changed as soon as it is learned, and take one look."""
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            site.pages["/"] = now

    monkeypatch.setattr("app.cli.tamper.time.sleep", wait)
    arguments = ["tamper", "watch", site.base_url + "/", "--count", "1", "--allow-private", *words]
    return prompt.invoke(args=arguments)


def test_watch_says_what_was_changed(prompt: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    with web_site() as site:
        said = watch(prompt, monkeypatch, site, tampered(article()))
    assert said.exit_code == 1
    assert "alert" in said.stdout and "evil-cdn.example" in said.stdout
    assert "learning 3/3" in said.stderr


def test_watch_gives_a_document_a_look(prompt: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    with web_site() as site:
        said = watch(prompt, monkeypatch, site, tampered(article()), "--json")
    document = json.loads(said.stdout.splitlines()[-1])
    assert document["verdict"] == "alert" and document["alerts"][0]["sentence"]


def test_watch_is_silent_about_ordinary_changes(
    prompt: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with web_site() as site:
        said = watch(prompt, monkeypatch, site, article(note="Closed on Friday."))
    assert said.exit_code == 0
    assert said.stdout.split()[1:] == ["ok"]


def test_watch_tells_what_only_a_crawler_sees(
    prompt: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with web_site() as site:
        monkeypatch.setattr(site, "body", _cloaked_once_learned(site))
        said = watch(prompt, monkeypatch, site, article(), "--view", "googlebot")
    assert said.exit_code == 1 and "cloaking" in said.stdout


def _cloaked_once_learned(site: WebSite) -> Any:
    """Plain visitors see the page as it is; a crawler another one from the fourth visit on."""
    visits: list[str] = []

    def body(path: str, user_agent: str) -> str | None:
        if "Googlebot" not in user_agent:
            return site.pages.get(path)
        visits.append(path)
        return tampered(article()) if len(visits) > 3 else article()

    return body


def test_watch_refuses_private_addresses_unless_told(prompt: FlaskCliRunner) -> None:
    said = prompt.invoke(args=["tamper", "watch", "http://127.0.0.1:9/", "--count", "1"])
    assert said.exit_code == 1 and "http://127.0.0.1:9/" in said.stderr
