"""A page taken apart."""

from __future__ import annotations

from app.engine.bug.page import Page
from app.engine.bug.types import Request, Response
from tests.bounded import within_cpu

URL = "https://shop.example/dir/page"


def page(html: str, kind: str = "text/html; charset=utf-8") -> Page:
    return Page(Response(Request(URL), 200, (("Content-Type", kind),), html.encode()))


def test_links_are_absolute_and_know_what_they_are() -> None:
    (link,) = page('<a href="../x" rel="NoOpener" target="_blank">more <b>words</b></a>').links
    assert (link.url, link.tag, link.rel, link.target) == (
        "https://shop.example/x",
        "a",
        "noopener",
        "_blank",
    )
    assert link.text == "more words"


def test_the_base_element_counts() -> None:
    assert page('<base href="/other/"><a href="x">').links[0].url == "https://shop.example/other/x"


def test_forms_have_their_fields() -> None:
    (form,) = page(
        '<form method=post action="/in"><input name=u><input type=PASSWORD name=p value=x autocomplete=off>'
        "<textarea name=t></textarea><select name=s></select></form>"
    ).forms
    assert (form.action, form.method, form.has_password) == ("https://shop.example/in", "POST", True)
    assert [(each.name, each.type) for each in form.fields] == [
        ("u", "text"),
        ("p", "password"),
        ("t", "textarea"),
        ("s", "select"),
    ]


def test_scripts_are_inline_or_elsewhere() -> None:
    first, second = page('<script>let a=1</script><script src="/s.js" integrity=sha384-x></script>').scripts
    assert (first.url, first.text) == ("", "let a=1")
    assert (second.url, second.integrity) == ("https://shop.example/s.js", "sha384-x")


def test_comments_and_metas_and_title() -> None:
    seen = page('<title> A  b </title><meta name="Generator" content="X 1"><!-- note --><p>t</p>')
    assert (seen.title, seen.metas["generator"], seen.comments) == ("A b", "X 1", ("note",))


def test_what_is_no_html_has_no_tree() -> None:
    seen = page('{"a": 1}', "application/json")
    assert (seen.tree, seen.links, seen.forms) == (None, (), ())


def test_whatever_comes_is_a_page() -> None:
    for body in ("", "\0\0\0", "<" * 5000, "<a href='http://[::1'>x</a>", "<p>" * 5000):
        assert isinstance(page(body).links, tuple)


def test_attributes_by_the_ten_thousand_take_no_time() -> None:
    many = " ".join(f"a{number}=1" for number in range(100_000))
    with within_cpu(2):
        page = Page(Response(Request("https://a.example/"), 200, body=f"<a {many}>x</a><p>tea".encode()))
        assert page.visible_text == "x tea"


def test_long_values_of_attributes_stay() -> None:
    body = f'<img src="data:image/png;base64,{"QUJD" * 20_000}" alt=tea>'.encode()
    page = Page(Response(Request("https://a.example/"), 200, body=body))
    assert page.tree is not None and len(page.tree.xpath("string(//img/@src)")) > 80_000
