import pytest

from app.engine.bug.checks.caching import look
from app.engine.bug.types import Headers
from tests.engine.bug.checks.sight import by_page, html, page, rules

LOGOUT = '<a href="/logout">leave</a>'
SESSION = ("Set-Cookie", "sid=a8f5c2d19e4b7036")


def seen(body: str, path: str, *headers: tuple[str, str]) -> set[str]:
    return rules(by_page(look, page(html(body), path, headers=headers)))


def test_it_sees_private_pages_that_are_kept() -> None:
    public: Headers = (("Cache-Control", "public, max-age=600"),)
    assert seen(LOGOUT, "/home", *public) == {"kept"}
    assert seen("", "/account", *public) == {"kept"}
    assert seen("", "/", SESSION, *public) == {"kept"}


def test_it_sees_private_pages_that_say_nothing() -> None:
    assert seen(LOGOUT, "/home") == {"unsaid-private"}
    assert seen("", "/", SESSION) == {"unsaid"}


@pytest.mark.parametrize("control", ["no-store", "private, max-age=60", "no-cache", "max-age=0"])
def test_it_is_content_with_private_answers(control: str) -> None:
    assert not seen(LOGOUT, "/account", SESSION, ("Cache-Control", control))


def test_public_pages_may_be_kept() -> None:
    assert not seen("<p>how to</p>", "/user/guide", ("Cache-Control", "public, max-age=600"))
    assert not seen("<p>news</p>", "/news", ("Cache-Control", "public, max-age=600"))
