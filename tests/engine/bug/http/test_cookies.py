"""Cookies that answers set, and what is sent back."""

from __future__ import annotations

from app.engine.bug.http.cookies import Jar
from app.engine.bug.types import Request, Response

URL = "https://shop.example/"


def answer(*lines: str) -> Response:
    return Response(Request(URL), 200, tuple(("Set-Cookie", line) for line in lines), at=1_700_000_000.0)


def test_what_is_set_is_sent_back_as_it_was() -> None:
    jar = Jar(answer("sid=a b; Path=/; HttpOnly", 'cart="{1:2}"', "no cookie"))
    assert jar.headers == (("Cookie", 'sid=a b; cart="{1:2}"'),)


def test_the_newest_value_counts() -> None:
    assert Jar(answer("sid=1"), answer("sid=2")).headers == (("Cookie", "sid=2"),)


def test_what_is_deleted_is_not_sent() -> None:
    gone = answer("a=; Path=/", "b=x; Max-Age=0", "c=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
    assert Jar(answer("a=1", "b=1", "c=1"), gone).headers == ()


def test_a_request_keeps_the_cookies_it_names_itself() -> None:
    asked = Jar(answer("sid=1", "lang=en")).added_to(Request(URL, headers=(("Cookie", "sid=mine"),)))
    assert asked.headers == (("Cookie", "sid=mine; lang=en"),)


def test_cookies_without_end_are_bounded() -> None:
    jar = Jar(answer(*(f"c{number}={'x' * 9_000}" for number in range(400))))
    assert len(jar.headers[0][1]) < 250_000
