"""What docs/security.md says: every test that it names is there, and what no other test holds."""

from __future__ import annotations

import math
import re
from pathlib import Path

import jwt
import pytest
from flask import Flask

from app.core.errors import NotLoggedInError
from app.core.settings import get_settings
from app.models import User
from app.service.access.tokens import bearer_of, issue_tokens
from app.service.account.password import hash_password, password_fits
from app.service.actor import Actor
from app.service.factor.recovery import ALPHABET, LENGTH
from config.env import ROOT
from tests.cast import API, Caller

DOCUMENT = Path(ROOT, "docs", "security.md").read_text()
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \| [^|]+ \| (\w+) \| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
TEMPLATES = Path(ROOT, "app", "templates")
# ASVS 5.0.0: how many requirements of levels 1 and 2 each section has.
SECTIONS = {
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 11, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
}  # fmt: skip


def test_every_test_that_is_named_is_there() -> None:
    for path, name in NAMED.findall(DOCUMENT):
        assert f"def {name}(" in Path(ROOT, path).read_text(), (path, name)


def test_every_requirement_has_its_line() -> None:
    found = [number.rpartition(".")[0] for number, _verdict, _by in LINE.findall(DOCUMENT)]
    assert {section: found.count(section) for section in dict.fromkeys(found)} == SECTIONS


def test_what_holds_names_a_test_and_what_does_not_a_reason() -> None:
    for number, verdict, by in LINE.findall(DOCUMENT):
        assert verdict in ("holds", "partly", "document", "no", "none"), number
        assert NAMED.search(by) or verdict != "holds", number
        assert len(NAMED.sub("", by)) > 10 or verdict in ("holds", "document"), number
        assert verdict != "document" or f"{number}," in DOCUMENT or f"{number})" in DOCUMENT, number


def test_a_password_is_typed_into_a_field_that_hides_it() -> None:
    pages = {path: path.read_text() for path in TEMPLATES.rglob("*.html")}
    fields = [
        (path.name, field)
        for path, text in pages.items()
        for field in re.findall(r"<input[^>]*>|f\.text\(form,[^}]*", text)
        if re.search(r"""(name=|form, )"(current_|new_)?password""", field)
    ]
    assert len(fields) > 5
    for name, field in fields:
        assert 'type="password"' in field and re.search(r'autocomplete="(current|new)-password"', field), name
    assert not [path.name for path, text in pages.items() if "onpaste" in text]


def test_a_password_counts_to_its_last_character() -> None:
    password = "Grüner Tee " * 8 + " z"
    user = User(name="x", email="x@example.org", password_hash=hash_password(password))
    assert len(password) > 64 and password_fits(user, password)
    for other in (password[:-1], password.strip() + "Z", password.lower(), password + " "):
        assert not password_fits(user, other)


def test_a_recovery_code_is_too_long_to_be_found_from_its_hash() -> None:
    assert LENGTH * math.log2(len(ALPHABET)) >= 112


def test_a_session_s_id_cannot_be_guessed(app: Flask, as_owner: Caller) -> None:
    cookie = as_owner.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    # 22 characters of URL-safe base64 hold 128 bits.
    assert len(cookie.value) >= 22 and app.config["SESSION_ID_LENGTH"] >= 16


@pytest.mark.parametrize(
    "changes", [{"aud": "elsewhere"}, {"aud": None}, {"iss": "elsewhere"}, {"exp": 1}, {"nbf": 1 << 40}]
)
def test_a_token_counts_here_and_now_alone(owner: Actor, changes: dict[str, object]) -> None:
    claims = jwt.decode(issue_tokens(owner)["access_token"], options={"verify_signature": False}) | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    with pytest.raises(NotLoggedInError):
        bearer_of(jwt.encode(claims, get_settings().SECRET_KEY, algorithm="HS256"), ip="127.0.0.1")


@pytest.mark.parametrize("path", ["/login", "/sites", f"{API}/sites", f"{API}/nowhere", "/nowhere"])
def test_an_answer_says_its_type_and_character_set(as_owner: Caller, path: str) -> None:
    with as_owner.client.get(path, follow_redirects=True) as answer:
        kind = answer.headers["Content-Type"]
    # JSON is UTF-8 by itself (RFC 8259, 8.1) and has no such parameter.
    assert kind in ("text/html; charset=utf-8", "application/json")


@pytest.mark.parametrize("path", ["/", "/sites", "/incidents", "/account/security", "/settings/account"])
def test_every_page_lets_one_log_out(as_owner: Caller, path: str) -> None:
    with as_owner.client.get(path, follow_redirects=True) as page:
        assert 'action="/logout"' in page.get_data(as_text=True)
