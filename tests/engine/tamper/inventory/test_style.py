"""How a page hides things."""

from __future__ import annotations

import pytest

from app.engine.tamper.inventory.style import hides, read_rules, urls_in
from tests.bounded import within_cpu


@pytest.mark.parametrize(
    ("style", "how"),
    [
        ("display:none", "display"),
        ("DISPLAY : NONE !important", "display"),
        ("visibility: hidden", "visibility"),
        ("position:absolute; left:-9999px", "off-screen"),
        ("position:fixed;top:-100em", "off-screen"),
        ("text-indent:-5000px", "off-screen"),
        ("margin-left:-2000px", "off-screen"),
        ("transform:translate(-9999px, 0)", "off-screen"),
        ("height:0;overflow:hidden", "zero-size"),
        ("max-width:1px;overflow:hidden", "zero-size"),
        ("opacity:0", "opacity"),
        ("opacity:.01", "opacity"),
        ("clip:rect(0,0,0,0)", "clip"),
        ("clip-path: inset(100%)", "clip"),
        ("font-size:0", "tiny-font"),
        ("font-size: 1px", "tiny-font"),
        ("transform: scale(0)", "scale"),
        ("position:absolute;z-index:-1", "behind"),
        ("filter: opacity(0%)", "filter"),
        ("color:#fff;background:#fff", "same-colour"),
        ("color: transparent", "same-colour"),
        ("content-visibility:hidden", "content-visibility"),
        ("/* */dis/* */play:none", "display"),
    ],
)
def test_it_says_how_declarations_hide(style: str, how: str) -> None:
    assert hides(style) == how


@pytest.mark.parametrize(
    "style",
    [
        "",
        "color:red",
        "display:block",
        "left:-5px;position:absolute",
        "height:0",
        "opacity:.9",
        "font-size:12px",
        "color:#fff;background:#000",
        "margin:-10px",
        "z-index:-1",
        "width:1px;height:20px",
        "height:abc;left:-px",
    ],
)
def test_ordinary_declarations_hide_nothing(style: str) -> None:
    assert hides(style) is None


def test_rules_hide_by_class_and_by_id() -> None:
    rules = read_rules(
        [".gone { display:none } #away, p.off{left:-9999px;position:absolute} .seen{color:red}"]
    )
    assert rules.classes == {"gone": "display", "off": "off-screen"}
    assert rules.ids == {"away": "off-screen"}


@pytest.mark.parametrize(
    "sheet",
    [
        "@media print { .gone { display:none } }",
        ".gone:hover { display:none }",
        ".gone::before { display:none }",
        "/* .gone { display:none } */",
    ],
)
def test_rules_for_print_states_and_remarks_hide_nothing(sheet: str) -> None:
    assert read_rules([sheet]).classes == {}


@pytest.mark.parametrize(
    ("css", "urls"),
    [
        ("a{background:url(/a.png)}", ("/a.png",)),
        ("a{background:url('https://x.example/b.png')}", ("https://x.example/b.png",)),
        ('@import "c.css"; @import url(d.css);', ("c.css", "d.css")),
        ("/* url(e.png) */", ()),
        ("a{color:red}", ()),
    ],
)
def test_it_finds_what_style_loads(css: str, urls: tuple[str, ...]) -> None:
    assert urls_in(css) == urls


@pytest.mark.parametrize(
    "css",
    [
        "{" * 200_000,
        "a" * 400_000,
        "/*" * 150_000,
        "a{b:" * 80_000,
        "@media print " * 20_000,
        "@media print{" * 20_000,
        ".a," * 100_000 + "{display:none}",
        ".x{display:none " + "a" * 300_000 + "}",
        "url(" * 100_000,
    ],
    ids=range(9),
)
def test_hostile_style_takes_bounded_time(css: str) -> None:
    with within_cpu(3):
        read_rules([css])
        hides(f"display:{css}")
        urls_in(css)
