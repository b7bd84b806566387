"""Scripts of foreign hosts."""

from __future__ import annotations

import pytest

from app.engine.bug.observatory import sri
from app.engine.bug.observatory.markup import elements
from tests.bounded import within_cpu
from tests.engine.bug.observatory.sights import seen

NOT_SECURE = "not-implemented-and-external-scripts-not-loaded-securely"


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ("<p>hello</p>", "not-implemented-but-no-scripts-loaded"),
        ("<script>1</script>", "not-implemented-but-all-scripts-loaded-from-secure-origin"),
        ("<script src=/a.js></script>", "not-implemented-but-all-scripts-loaded-from-secure-origin"),
        ("<script src=/a.js integrity=sha384-x></script>", "implemented-and-all-scripts-loaded-securely"),
        (
            "<script src=https://static.site.example/a.js></script>",
            "not-implemented-but-all-scripts-loaded-from-secure-origin",
        ),
        (
            "<script src='https://cdn.example.net/a.js'></script>",
            "not-implemented-but-external-scripts-loaded-securely",
        ),
        (
            "<SCRIPT integrity='sha384-x' SRC='https://cdn.example.net/a.js'></SCRIPT>",
            "implemented-and-external-scripts-loaded-securely",
        ),
        (
            "<script src='http://cdn.example.net/a.js' integrity=sha384-x></script>",
            "implemented-but-external-scripts-not-loaded-securely",
        ),
        ("<script src='http://cdn.example.net/a.js'></script>", NOT_SECURE),
        ("<script src='//www.site.example/a.js'></script>", NOT_SECURE),
        ("<!-- <script src='//x.example/a.js'></script> -->", "not-implemented-but-no-scripts-loaded"),
        ("<title><script src='//x.example/a.js'></title>", "not-implemented-but-no-scripts-loaded"),
    ],
)
def test_it_names_the_worst_script(body: str, result: str) -> None:
    assert sri.judge(seen(body=body)) == f"sri-{result}"


def test_it_looks_at_html_only() -> None:
    sight = seen(body="<script src=//x.example/a.js>", kind=(("Content-Type", "application/json"),))
    assert sri.judge(sight) == "sri-not-implemented-response-not-html"


@pytest.mark.parametrize(
    ("markup", "attributes"),
    [
        ("<a x=1 x=2 y>", {"x": "1", "y": ""}),
        ("<a x='a>b' y=\"c'd\" z=/e>", {"x": "a>b", "y": "c'd", "z": "/e"}),
        ("<A HREF = q/>", {"href": "q/"}),
        ("<a x='&amp;&lt;&#65;&#x42;&copy=1&copyx;'>", {"x": "&<AB&copy=1&copyx;"}),
        ("<a =x=1>", {"=x": "1"}),
        ("<b><a x=1", None),
    ],
)
def test_it_reads_attributes_as_a_stream(markup: str, attributes: dict[str, str] | None) -> None:
    assert next((found for _, found in elements(markup, "a")), None) == attributes


@pytest.mark.parametrize(
    "page",
    [
        "<" * 500_000,
        "<!--" * 100_000,
        "<a " * 200_000,
        "<script>" * 50_000,
        "<a x='" * 100_000,
        "&" * 500_000,
    ],
    ids=["open", "comments", "tags", "scripts", "quotes", "entities"],
)
def test_it_reads_hostile_markup_at_once(page: str) -> None:
    with within_cpu(1.5):
        list(elements(page, "script"))
