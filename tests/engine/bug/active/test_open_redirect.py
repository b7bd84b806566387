"""Addresses that lead off the site."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest

from app.engine.bug.checks.open_redirect import _target
from app.engine.bug.types import Request, Response
from tests.bug.serving import Answer, App, Asked
from tests.engine.bug.active.asking import NOT_FOUND, page, probed

LINK = '<a href="/go?url=/journal">the journal</a>'


def leading(given: Callable[[str], Answer], *, link: str = LINK, path: str = "/go", name: str = "url") -> App:
    def answer(asked: Asked) -> Answer:
        if asked.path == "/":
            return Answer(page("Tea", link))
        return given(asked.query.get(name, "/")) if asked.path == path else NOT_FOUND

    return answer


def to(place: str) -> Answer:
    return Answer("", 302, "", (("Location", place),))


def test_a_parameter_that_leads_anywhere_is_found() -> None:
    found = probed(leading(to), "open_redirect")
    assert [(hit.rule, hit.parameter) for hit in found.hits] == [("open_redirect.parameter", "url")]


@pytest.mark.parametrize("name", ["next", "return_to", "dest"])
def test_the_usual_names_are_tried_on_pages_that_redirect(name: str) -> None:
    found = probed(leading(to, link='<a href="/login">in</a>', path="/login", name=name), "open_redirect")
    assert [hit.parameter for hit in found.hits] == [name]


@pytest.mark.parametrize(
    "rejects",
    [
        lambda place: not place.startswith("/"),
        lambda place: not place.startswith("/") or place.startswith("//"),
    ],
)
def test_a_guard_with_a_gap_is_found(rejects: Callable[[str], bool]) -> None:
    assert probed(leading(lambda place: to("/" if rejects(place) else place)), "open_redirect").hits


@pytest.mark.parametrize(
    "given",
    [
        lambda place: to("/"),
        lambda place: to(f"/login?next={place}"),
        lambda place: to(f"https://tea.example/out/{place}"),
        lambda place: Answer(
            page("You are leaving", f'<a href="{html.escape(place)}">to {html.escape(place)}</a>')
        ),
        lambda place: Answer("no", 400),
        lambda place: Answer(place, 200, "text/plain"),
    ],
)
def test_a_guarded_one_is_none(given: Callable[[str], Answer]) -> None:
    assert probed(leading(given), "open_redirect").hits == []


@pytest.mark.parametrize(
    "shape",
    [
        '<meta http-equiv="refresh" content="0; url={}">',
        "<script>window.location.href = '{}';</script>",
    ],
)
def test_a_refresh_and_a_script_lead_off_too(shape: str) -> None:
    def given(place: str) -> Answer:
        return Answer(page("Go", shape.format(place)))

    assert probed(leading(given), "open_redirect").hits


def test_links_that_act_are_left_alone() -> None:
    found = probed(
        leading(to, link='<a href="/cart/delete?url=/bye">out</a>', path="/cart/delete"), "open_redirect"
    )
    assert all(asked.query.get("url") != "https://cloudeye.invalid/" for asked in found.asked)


def test_a_redirect_whose_place_only_holds_the_host_leads_nowhere() -> None:
    request = Request("https://tea.example/go")
    assert _target(Response(request, 302, (("Location", "/x?to=https://cloudeye.invalid/"),))).startswith(
        "https://tea.example/"
    )
