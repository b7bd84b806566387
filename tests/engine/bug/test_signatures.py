"""Signatures: whole, named in the definitions, quick whatever a site sends."""

from __future__ import annotations

from pathlib import Path

import pytest

import app.engine.bug.signatures as package
from app.engine.bug.asking.judges import JUDGES
from app.engine.bug.checks import backups, graphql, listing, open_redirect, panels, reflected
from app.engine.bug.definitions import definition_of
from app.engine.bug.mask import mask_text
from app.engine.bug.reading.excerpt import MAX_LINE, line_of
from app.engine.bug.registry import all_checks
from app.engine.bug.signatures import Exposure, exposures_of, names_for
from app.engine.bug.types import Request, Response
from tests.bounded import within_cpu

HERE = Path(package.__file__).parent
CHECKS = sorted(path.stem for path in HERE.glob("*.toml") if b"[[exposure]]" in path.read_bytes())
SIZE = 65_536
HOSTILE = {
    "nothing but blanks": " " * SIZE,
    "nothing but line ends": "\n" * SIZE,
    "one word": "a" * SIZE,
    "open elements": "<pre>" * (SIZE // 5),
    "open titles": "<title>" * (SIZE // 7),
    "open forms": '<form method="post"><input name="db' * (SIZE // 35),
    "open scripts": "<script>var a" * (SIZE // 13),
    "braces": '{"a":' * (SIZE // 5),
    "lists of objects": '[{"id":1,"details":{"' * (SIZE // 21),
    "assignments": "A_KEY=" * (SIZE // 6),
    "short lines": "import a\n" * (SIZE // 9),
    "services": "services:\n  image:\n" * (SIZE // 19),
    "commands": "cd /\n" * (SIZE // 5),
    "numbers": "1.2.3.4 - - [" * (SIZE // 13),
    "keys": "-----BEGIN RSA PRIVATE KEY-----\n" * (SIZE // 32),
    "headings": "<h1>Index of /" * (SIZE // 14),
    "settings": '"components": {"' * (SIZE // 16),
    "passwords": "password" * (SIZE // 8),
    "quotes": "'\"" * (SIZE // 2),
}


def answer(body: str | bytes, kind: str = "text/plain", status: int = 200) -> Response:
    raw = body.encode() if isinstance(body, str) else body
    return Response(Request("https://tea.example/x"), status, (("Content-Type", kind),), raw)


@pytest.mark.parametrize("check", CHECKS)
def test_every_exposure_belongs_to_a_check_and_a_rule(check: str) -> None:
    assert check in {each.name for each in all_checks()}
    for exposure in exposures_of(check):
        assert definition_of(f"{check}.{exposure.rule}")


@pytest.mark.parametrize("check", CHECKS)
def test_no_exposure_is_proved_by_a_status_alone(check: str) -> None:
    for each in exposures_of(check):
        assert each.all or each.any or each.magic or each.judge


@pytest.mark.parametrize("check", CHECKS)
def test_paths_are_below_the_folder(check: str) -> None:
    for each in exposures_of(check):
        assert not any(path.startswith("/") or " " in path for path in (*each.paths, *each.more))


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_a_site_sends_is_read_fast(body: str) -> None:
    exposures = [each for check in CHECKS for each in exposures_of(check)]
    for kind in ("text/plain", "text/html", "application/json"):
        response = answer(body, kind)
        for each in exposures:
            with within_cpu(2):
                each.proof_in(response)


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_pages_of_probes_are_read_fast(body: str) -> None:
    with within_cpu(2):
        for kind in ("text/plain", "text/html"):
            response = answer(body, kind)
            listing._seen_in(response)
            panels._seen_in(response, is_full=True)
            backups._proof(response, None)
            graphql._has_schema(response)
            open_redirect._target(answer(f"{body}cloudeye.invalid", kind))
            reflected._escape_of(body, SIZE // 2, "cq12345678")
            mask_text(body[:5_000])
            for judge in JUDGES.values():
                judge(body, response)


def test_a_refused_answer_proves_nothing() -> None:
    git = exposures_of("version_control")[0]
    assert git.proof_in(answer("ref: refs/heads/main\n"))
    assert git.proof_in(answer("ref: refs/heads/main\n", status=403)) is None


def test_html_is_not_taken_for_a_file() -> None:
    env = next(each for each in exposures_of("secret_files") if each.rule == "env")
    assert env.proof_in(answer("DB_HOST=a\nDB_PASSWORD=kd83jfn2\n", "text/html"))
    assert env.proof_in(answer("<!doctype html>\nDB_PASSWORD=kd83jfn2\n", "text/html")) is None


def test_what_a_page_quotes_as_code_is_not_the_page() -> None:
    title = "<h1>Apache Server Status for tea</h1>"
    status = next(each for each in exposures_of("status_pages") if each.product == "Apache server-status")
    assert status.proof_in(answer(f"<html><body>{title}", "text/html"))
    assert status.proof_in(answer(f"<html><body><textarea>{title}</textarea>", "text/html")) is None


def test_sizes_are_bounds() -> None:
    small = Exposure("x", ("a",), magic=(b"PK",), least=10, most=20)
    assert small.proof_in(answer(b"PK" + b"\x01" * 10, "application/zip"))
    assert small.proof_in(answer(b"PK", "application/zip")) is None
    assert small.proof_in(answer(b"PK" + b"\x01" * 30, "application/zip")) is None


def test_full_scans_know_more_names() -> None:
    assert set(names_for("listing")) < set(names_for("listing", full=True))


def test_an_excerpt_is_one_short_line() -> None:
    text = line_of("first\nDB_PASSWORD=Tea4Two!2024xyz and more\nthird", 6, 10)
    assert text.startswith("DB_PASSWORD=…") and "\n" not in text
    assert len(line_of("x" * 5_000, 10, 4_000)) <= MAX_LINE


@pytest.mark.parametrize(
    "text",
    [
        "password: Tea4Two!2024xyz",
        '"api_key": "Tea4Two!2024xyz"',
        "define('DB_PASSWORD', 'Tea4Two!2024xyz')",
        "mysql://anna:Tea4Two!2024xyz@db1/tea",
        "anna:$apr1$Tea4Two!$2024xyz",
        "-----BEGIN RSA PRIVATE KEY-----\nTea4Two2024xyz\n",
        "aws_secret_access_key = Tea4Two!2024xyz",
    ],
)
def test_secrets_are_mask_text(text: str) -> None:
    assert "Two!2024" not in mask_text(text) and "Tea4Two2024xyz" not in mask_text(text)
