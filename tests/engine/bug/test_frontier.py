"""Which address comes next."""

from __future__ import annotations

import pytest

from app.engine.bug.frontier import Frontier

SITE = "https://shop.example"


def order(*added: tuple[str, int, str], most: int = 100) -> list[str]:
    frontier = Frontier()
    for path, depth, via in added:
        frontier.add(SITE + path, depth, via)
    return [each.url.removeprefix(SITE) for each in frontier.next(most=most)]


def test_the_near_come_before_the_far() -> None:
    assert order(("/far", 3, "link"), ("/near", 1, "link")) == ["/near", "/far"]


def test_known_findings_come_first() -> None:
    assert order(("/a", 1, "link"), ("/old", 0, "revisit")) == ["/old", "/a"]


def test_each_address_comes_once() -> None:
    assert order(("/a", 1, "link"), ("/a#part", 2, "link")) == ["/a"]


def test_of_a_kind_only_a_few_come() -> None:
    many = [(f"/calendar/{number}", 1, "link") for number in range(50)]
    assert len(order(*many)) == 2


def test_parameters_with_other_names_are_another_kind() -> None:
    assert len(order(("/s?q=1", 1, "link"), ("/s?q=2", 1, "link"), ("/s?q=3", 1, "link"))) == 2
    assert len(order(("/s?q=1", 1, "link"), ("/s?page=2", 1, "link"), ("/s", 1, "link"))) == 3


@pytest.mark.parametrize("path", ["/logout", "/item/3/delete", "/?action=remove", "/photo.jpg", "/all.zip"])
def test_what_acts_or_is_no_page_is_left_alone(path: str) -> None:
    assert order((path, 1, "link")) == []


def test_what_is_known_never_comes() -> None:
    frontier = Frontier()
    frontier.know(f"{SITE}/a")
    frontier.add(f"{SITE}/a", 1, "link")
    assert not frontier.has_more


def test_a_stamp_against_caches_is_no_difference() -> None:
    assert order(("/a?v=17", 1, "link"), ("/a?utm_source=mail", 1, "link"), ("/a", 1, "link")) == ["/a"]
    assert order(("/watch?v=topic-of-the-day", 1, "link")) == ["/watch?v=topic-of-the-day"]


def test_new_paths_come_before_new_queries_of_known_ones() -> None:
    assert order(("/a", 1, "link"), ("/a?x=1", 1, "link"), ("/b", 2, "link")) == ["/a", "/b", "/a?x=1"]


def test_what_acts_is_left_alone_though_a_report_names_it() -> None:
    """A report of another scanner may name any address."""
    assert order(("/users/1/delete", 0, "revisit"), ("/logout", 0, "revisit"), ("/a", 0, "revisit")) == ["/a"]
