"""Methods are read from what the server says of itself, never tried."""

from __future__ import annotations

import pytest

from tests.bug.serving import Answer, App, Asked
from tests.engine.bug.active.asking import HOME, page, probed


def allowing(methods: str, path: str = "/", status: int = 204, **headers: str) -> App:
    def answer(asked: Asked) -> Answer:
        if asked.method == "OPTIONS" and asked.path == path:
            return Answer("", status, "", (("Allow", methods), *headers.items()))
        if asked.path == "/":
            return Answer(page("Tea", f'<a href="{path}">A shelf</a>'))
        return HOME if asked.path == path else Answer("no", 404)

    return answer


@pytest.mark.parametrize(
    ("methods", "rules"),
    [
        ("GET, HEAD, POST, OPTIONS", set()),
        ("GET, PATCH", set()),
        ("GET, TRACE", {"methods.trace"}),
        ("get, put, delete", {"methods.dangerous"}),
        ("GET, PROPFIND, MOVE, LOCK", {"methods.webdav"}),
        ("OPTIONS, GET, CONNECT", {"methods.dangerous"}),
    ],
)
def test_the_allow_header_tells(methods: str, rules: set[str]) -> None:
    assert probed(allowing(methods), "methods").rules == rules


def test_folders_of_the_site_are_asked_too() -> None:
    found = probed(allowing("GET, PUT", "/shelf/"), "methods")
    assert found.places == {("methods.dangerous", "/shelf/")}


def test_what_holds_for_the_whole_server_is_told_once() -> None:
    def answer(asked: Asked) -> Answer:
        if asked.method == "OPTIONS":
            own = ", DELETE" if asked.path == "/desk/" else ""
            return Answer("", 204, "", (("Allow", f"GET, PUT{own}"),))
        return Answer(page("Tea", '<a href="/shelf/">A shelf</a><a href="/desk/">A desk</a>'))

    found = probed(answer, "methods")
    assert found.places == {("methods.dangerous", "/"), ("methods.dangerous", "/desk/")}


def test_a_refusal_at_the_root_hides_no_folder() -> None:
    def answer(asked: Asked) -> Answer:
        if asked.method == "OPTIONS":
            return Answer("", 403 if asked.path == "/" else 204, "", (("Allow", "GET, PUT"),))
        return Answer(page("Tea", '<a href="/shelf/">A shelf</a>'))

    assert ("methods.dangerous", "/shelf/") in probed(answer, "methods").places


def test_interfaces_may_take_what_they_need() -> None:
    assert probed(allowing("GET, PUT, DELETE", "/api/"), "methods").hits == []


def test_a_refusal_that_names_methods_counts() -> None:
    assert probed(allowing("GET, TRACE", status=405), "methods").rules == {"methods.trace"}


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_refusal_of_everything_says_nothing(status: int) -> None:
    headers = {"Retry-After": "0"}
    assert probed(allowing("GET, PUT, TRACE", status=status, **headers), "methods").hits == []


def test_nothing_but_options_is_sent() -> None:
    assert {asked.method for asked in probed(allowing("GET, PUT"), "methods").asked} == {"OPTIONS"}
