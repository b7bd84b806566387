"""Probes that an owner must consent to by name."""

from __future__ import annotations

import html
from collections.abc import Callable
from urllib.parse import unquote

import pytest

from tests.bug.serving import Answer, App, Asked
from tests.engine.bug.active.asking import NOT_FOUND, page, probed

SEARCH = (
    '<a href="/search?q=green">green</a><form action="/search"><input name="q"><input name="page"></form>'
)


def searching(given: Callable[[str], Answer]) -> App:
    def answer(asked: Asked) -> Answer:
        if asked.path == "/":
            return Answer(page("Tea", SEARCH))
        return given(asked.query.get("q", "")) if asked.path == "/search" else NOT_FOUND

    return answer


def shown(text: str, status: int = 200) -> Answer:
    return Answer(page("Search", text), status)


@pytest.mark.parametrize(
    ("shape", "where"),
    [
        ("<p>Nothing for {}</p>", "markup"),
        ('<input value="{}">', "an attribute"),
        ("<input value='{}'>", "an attribute"),
        ("<script>var q = '{}';</script>", "a script"),
        ("<textarea>{}</textarea>", "markup"),
    ],
)
def test_a_value_that_comes_back_as_it_was_is_found(shape: str, where: str) -> None:
    found = probed(searching(lambda q: shown(shape.format(q))), "reflected")
    assert [(hit.parameter, hit.detail["where"]) for hit in found.hits] == [("q", where)]


@pytest.mark.parametrize(
    "given",
    [
        lambda q: shown(f"<p>{html.escape(q)}</p>"),
        lambda q: shown(f'<input value="{html.escape(q)}">'),
        lambda q: shown(f'<input value="{q.replace(chr(34), "").replace("<", "")}">'),
        lambda q: Answer(q, 200, "text/plain"),
        lambda q: Answer(f'{{"q": "{q}"}}', 200, "application/json"),
        lambda q: shown(f"<!-- {q.replace('<', '')} -->"),
    ],
)
def test_a_value_that_was_escaped_is_none(given: Callable[[str], Answer]) -> None:
    assert probed(searching(given), "reflected").hits == []


def test_a_missing_page_that_repeats_its_path_is_found() -> None:
    def answer(asked: Asked) -> Answer:
        return shown("home") if asked.path == "/" else shown(f"<p>{unquote(asked.path)}?</p>", 404)

    assert [hit.parameter for hit in probed(answer, "reflected").hits] == ["path"]


ERROR = "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version"


def test_an_error_of_the_database_is_found() -> None:
    found = probed(searching(lambda q: shown(f"<p>{ERROR}</p>", 500) if "'" in q else shown("tea")), "quote")
    assert {(hit.rule, hit.parameter) for hit in found.hits} == {("quote.error", "q")}


def test_an_article_on_such_errors_is_none() -> None:
    assert probed(searching(lambda q: shown(f"<p>{ERROR}</p>")), "quote").hits == []


def test_a_fault_by_one_mark_but_not_by_two_is_found() -> None:
    found = probed(searching(lambda q: shown("oops", 500) if q.count("'") % 2 else shown("tea")), "quote")
    assert {hit.rule for hit in found.hits} == {"quote.fault"}


def test_a_fault_by_any_mark_is_none() -> None:
    assert probed(searching(lambda q: shown("oops", 500) if "'" in q else shown("tea")), "quote").hits == []


def test_a_line_end_that_makes_a_header_is_found() -> None:
    def split(q: str) -> Answer:
        _, *lines = q.replace("\r", "").split("\n")
        pairs = (line.partition(": ") for line in lines)
        return Answer("", 302, "", (("Location", "/"), *((name, value) for name, _, value in pairs)))

    assert [hit.parameter for hit in probed(searching(split), "crlf").hits] == ["q"]


def test_a_line_end_in_the_page_is_none() -> None:
    assert probed(searching(lambda q: shown(f"<p>{html.escape(q)}</p>")), "crlf").hits == []


def hosted(make: Callable[[Asked], Answer]) -> App:
    return lambda asked: make(asked) if asked.path == "/" else NOT_FOUND


def test_a_forwarded_host_in_a_link_is_found() -> None:
    def page_of(asked: Asked) -> Answer:
        host = asked.headers.get("x-forwarded-host", "tea.example")
        return shown(f'<a href="https://{host}/reset">Reset</a>')

    assert [hit.parameter for hit in probed(hosted(page_of), "host_header").hits] == ["X-Forwarded-Host"]


def test_a_host_in_a_redirect_is_found() -> None:
    def page_of(asked: Asked) -> Answer:
        if asked.headers.get("host", "").startswith("127."):
            return shown("home")
        return Answer("", 301, "", (("Location", f"https://{asked.host}/"),))

    assert [hit.parameter for hit in probed(hosted(page_of), "host_header").hits] == ["Host"]


def test_a_host_that_is_only_told_is_none() -> None:
    def page_of(asked: Asked) -> Answer:
        return shown(
            f"<p>No site is called {html.escape(asked.headers.get('x-forwarded-host', asked.host))}.</p>"
        )

    assert probed(hosted(page_of), "host_header").hits == []


def test_answers_to_a_foreign_host_are_kept_by_no_cache() -> None:
    found = probed(hosted(lambda asked: shown("home")), "host_header")
    targets = [asked.target for asked in found.asked]
    assert len(set(targets)) == len(targets) > 0
