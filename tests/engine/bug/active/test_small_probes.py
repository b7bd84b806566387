"""Source maps beside scripts, inside pages open to strangers, parameters of a site, and judges of bodies."""

from __future__ import annotations

import json

import pytest

from app.engine.bug.asking.inputs import inputs_of
from app.engine.bug.asking.judges import dotenv, secrets, users, users_with_passwords
from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.types import Login, Plan, Request, Response
from tests.bug.serving import Answer, App, Asked
from tests.engine.bug.active.asking import NOT_FOUND, page, plain, probed, site

MAP = json.dumps({"version": 3, "sources": ["../src/basket.ts"], "mappings": "AAAA"})
NONE = Response(Request("https://tea.example/"), 200)


def scripted(code: str, given: Answer) -> App:
    home = Answer(page("Tea", '<script src="/app.js"></script>'))
    return site({"/": home, "/app.js": plain(code, "text/javascript"), "/app.js.map": given})


def test_a_map_beside_a_script_is_found() -> None:
    found = probed(scripted("void 0;", plain(MAP, "application/json")), "source_map_guess")
    assert found.places == {("source_map_guess.map", "/app.js.map")}


def test_a_map_that_the_script_names_is_another_checks_find() -> None:
    code = "void 0;\n//# sourceMappingURL=app.js.map"
    assert probed(scripted(code, plain(MAP)), "source_map_guess").hits == []


def test_a_page_in_the_place_of_a_map_is_none() -> None:
    given = Answer(page("Tea", '<p>"version": 3, "sources": ["a"]</p>'))
    assert probed(scripted("void 0;", given), "source_map_guess").hits == []


LOGIN = Login(headers=(("Cookie", "sid=k2"),), logged_in="Log out, Anna")
INSIDE = page("Orders", "<p>Log out, Anna</p><p>Two tins of sencha, paid on Monday, sent on Tuesday.</p>")


def guarded(*open_paths: str) -> App:
    links = '<p>Log out, Anna</p><a href="/orders">Orders</a><a href="/invoices">Invoices</a>'

    def answer(asked: Asked) -> Answer:
        if asked.path not in ("/", "/orders", "/invoices"):
            return NOT_FOUND
        if asked.path not in open_paths and asked.cookies.get("sid") != "k2":
            return Answer(page("Log in", '<input type="password">'))
        return Answer(page("Home", links) if asked.path == "/" else INSIDE)

    return answer


def test_an_inside_page_that_opens_for_strangers_is_found() -> None:
    found = probed(guarded("/orders"), "unprotected", login=LOGIN)
    assert found.places == {("unprotected.page", "/orders")}


def test_inside_pages_that_ask_for_a_log_in_are_none() -> None:
    assert probed(guarded(), "unprotected", login=LOGIN).hits == []


def test_a_mark_that_strangers_see_everywhere_proves_nothing() -> None:
    assert probed(guarded("/", "/orders", "/invoices"), "unprotected", login=LOGIN).hits == []


def gathered_of(body: str) -> Gathered:
    response = Response(Request("https://tea.example/"), 200, (("Content-Type", "text/html"),), body.encode())
    held = Gathered(Plan("https://tea.example/"), "https://tea.example/")
    held.pages.append(Page(response, 0, "home"))
    return held


def test_parameters_come_from_links_and_forms() -> None:
    body = '<a href="/a?x=1&amp;y=2">a</a><form action="/b"><input name="q">'
    body += '<input type="submit" name="go"></form>'
    found = [(each.url, each.name, each.value) for each in inputs_of(gathered_of(body))]
    assert found == [
        ("https://tea.example/a", "x", "1"),
        ("https://tea.example/a", "y", "2"),
        ("https://tea.example/b", "q", "1"),
    ]


def test_the_other_parameters_keep_their_values() -> None:
    first = inputs_of(gathered_of('<a href="/a?x=1&amp;y=a%20b">a</a>'))[0]
    assert first.address("%27") == "https://tea.example/a?x=%27&y=a%20b"


@pytest.mark.parametrize("link", ["/logout?next=/", "/cart/delete?id=1", "https://other.example/a?x=1", "/a"])
def test_addresses_that_act_or_are_not_ours_are_left_out(link: str) -> None:
    assert inputs_of(gathered_of(f'<a href="{link}">a</a>')) == []


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("DB_PASSWORD=Tea4Two\n", True),
        ("AB=1\nCD=2\n", True),
        ("export API_TOKEN='x y'\n# why\n", True),
        ("hello\nworld\nA=1\n", False),
        ("# only words\n", False),
        ("MODE=dark\n", False),
        ("not found", False),
    ],
)
def test_an_environment_file_is_told_from_other_text(text: str, is_one: bool) -> None:
    assert bool(dotenv(text, NONE)) is is_one


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ([{"id": 1, "email": "a@b.example"}], True),
        ({"data": {"items": [{"username": "a", "mail": "a@b.example"}]}}, True),
        ([{"id": 1, "name": "Anna"}], False),
        ({"email": "info@tea.example", "id": 1}, False),
        ([{"id": 1, "email": "hidden"}], False),
        ({"error": "log in first"}, False),
    ],
)
def test_a_list_of_accounts_is_told_from_other_data(value: object, is_one: bool) -> None:
    assert bool(users(json.dumps(value), NONE)) is is_one


def test_a_list_that_was_cut_is_read_as_far_as_it_goes() -> None:
    whole = json.dumps([{"id": 1, "email": "a@b.example"}] * 50)
    assert users(whole[:-30], NONE)


@pytest.mark.parametrize(
    ("value", "is_one"), [("$2b$10$N9qo8", True), ("***", False), ("", False), (None, False)]
)
def test_masked_passwords_are_none(value: object, is_one: bool) -> None:
    text = json.dumps([{"id": 1, "email": "a@b.example", "password": value}])
    assert bool(users_with_passwords(text, NONE)) is is_one


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ({"db": {"password": "Tea4Two!2024"}}, True),
        ({"client_secret": "kd83jfn29djw02ks"}, True),
        ({"apiKey": "kd83jfn29djw02ks"}, True),
        ({"password": "your-password-here"}, False),
        ({"password": "${DB_PASSWORD}"}, False),
        ({"password": {"minLength": 8}}, False),
        ({"title": "Password"}, False),
    ],
)
def test_settings_with_secrets_are_told_from_others(value: object, is_one: bool) -> None:
    assert bool(secrets(json.dumps(value), NONE)) is is_one
