from app.engine.bug.checks.content_types import look
from app.engine.bug.page import Page
from app.engine.bug.types import Request, Response
from tests.engine.bug.checks.sight import by_page, html, page, rules

HTML = "text/html"


def test_it_sees_an_answer_without_its_kind() -> None:
    bare = Page(Response(Request("https://shop.site.example/"), 200, (), b"<html>x</html>"))
    assert rules(by_page(look, bare)) == {"missing"}


def test_it_sees_json_that_is_read_as_a_page() -> None:
    assert rules(by_page(look, page('{"name": "x"}', "/api", kind=HTML))) == {"json-as-html"}
    assert not by_page(look, page('{"name": "x"}', "/api", kind="application/json"))
    assert not by_page(look, page("[not json]" + html(""), kind="text/html; charset=utf-8"))


def test_it_misses_the_character_set() -> None:
    assert rules(by_page(look, page(html(""), kind=HTML))) == {"without-charset"}
    assert not by_page(look, page(html("", '<meta charset="utf-8">'), kind=HTML))
    assert not by_page(look, page(html("")))


def test_it_sees_a_script_served_as_text() -> None:
    assert rules(by_page(look, page("x()", "/a.js", kind="text/plain"))) == {"script-as-text"}
