"""Foreign origins that are let in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.bug.serving import Answer, App, Asked
from tests.engine.bug.active.asking import NOT_FOUND, page, plain, probed

OWN = ("https://tea.example", "https://www.tea.example")


def interface(
    permits: Callable[[str], str | None], *, credentials: bool = True, path: str = "/api/profile"
) -> App:
    """`permits` gives what Access-Control-Allow-Origin says to an origin."""

    def answer(asked: Asked) -> Answer:
        if asked.path == "/":
            return Answer(page("Tea", f'<a href="{path}">data</a>'))
        if asked.path != path:
            return NOT_FOUND
        allowed = permits(asked.headers.get("origin", ""))
        headers = (("Access-Control-Allow-Origin", allowed),) if allowed else ()
        more = (("Access-Control-Allow-Credentials", "true"),) if credentials and allowed else ()
        return Answer('{"name": "Anna"}', kind="application/json", headers=headers + more)

    return answer


def _prefix(origin: str) -> str | None:
    return origin if origin.startswith("https://127.0.0.1") else None


@pytest.mark.parametrize(
    ("permits", "rule"),
    [
        (lambda origin: origin, "cors.reflected"),
        (lambda origin: "null" if origin == "null" else None, "cors.null"),
        (_prefix, "cors.lookalike"),
        (lambda origin: "*", "cors.wildcard"),
    ],
)
def test_an_interface_that_lets_strangers_in_is_found(
    permits: Callable[[str], str | None], rule: str
) -> None:
    assert probed(interface(permits), "cors").rules == {rule}


def test_without_credentials_it_is_less() -> None:
    found = probed(interface(lambda origin: origin, credentials=False), "cors")
    assert found.rules == {"cors.reflected-without-credentials"}


@pytest.mark.parametrize(
    "permits", [lambda origin: None, lambda origin: origin if origin in OWN else None, lambda origin: OWN[0]]
)
def test_a_list_of_its_own_origins_is_right(permits: Callable[[str], str | None]) -> None:
    assert probed(interface(permits), "cors").hits == []


def test_the_home_page_is_judged_by_the_crawls_answer() -> None:
    def answer(asked: Asked) -> Answer:
        headers = (("Access-Control-Allow-Origin", asked.headers.get("origin", "none")),)
        return Answer(page("Tea", ""), headers=headers)

    assert probed(answer, "cors").rules == {"cors.reflected-without-credentials"}


def test_fonts_and_scripts_may_be_for_everybody() -> None:
    def answer(asked: Asked) -> Answer:
        if asked.path == "/":
            return Answer(page("Tea", '<script src="/a.js"></script>'))
        return plain("1", "text/javascript") if asked.path == "/a.js" else NOT_FOUND

    assert probed(answer, "cors").hits == []
