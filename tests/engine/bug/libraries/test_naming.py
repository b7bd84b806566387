"""Libraries by the usual names of packages and files, and by their banners."""

from __future__ import annotations

import pytest

from app.engine.bug.libraries.naming import in_address, in_banner, plain
from tests.bounded import within_cpu

NAMES = {plain(name): name for name in ("jquery", "jquery-ui", "chart.js", "tree", "@leaf/core")}
NAMES["elm"] = "tree"
CDN = "https://cdn.example"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"{CDN}/npm/elm@1.2.3/elm.js", ("tree", "1.2.3")),
        (f"{CDN}/npm/tree@1.2.3/dist/t.min.js", ("tree", "1.2.3")),
        (f"{CDN}/tree@1.2.3", ("tree", "1.2.3")),
        (f"{CDN}/npm/@leaf/core@17.0.0-rc.1/x.mjs", ("@leaf/core", "17.0.0-rc.1")),
        (f"{CDN}/ajax/libs/Chart.js/2.9.4/Chart.bundle.min.js", ("chart.js", "2.9.4")),
        (f"{CDN}/tree/1.2.3/js/tree.js?x", ("tree", "1.2.3")),
        (f"{CDN}/x/tree-1.2.3.slim.min.js", ("tree", "1.2.3")),
        (f"{CDN}/x/tree.v1.2.js", ("tree", "1.2")),
        (f"{CDN}/jquery-ui-1.12.1.min.js", ("jquery-ui", "1.12.1")),
    ],
)
def test_it_knows_usual_addresses(address: str, expected: tuple[str, str]) -> None:
    assert list(dict.fromkeys(in_address(address, NAMES))) == [expected]


@pytest.mark.parametrize(
    "address",
    [
        f"{CDN}/tree-house-1.2.3.js",
        f"{CDN}/my-tree-1.2.3.js",
        f"{CDN}/tree/1.2.3/plugin.js",
        f"{CDN}/tree.js?ver=1.2.3",
        f"{CDN}/tree/plugin-1.2.3.js",
        f"{CDN}/tree-1.js",
        f"{CDN}/tree@latest/tree.js",
        "http://[",
        "",
    ],
)
def test_it_guesses_nothing_of_other_addresses(address: str) -> None:
    assert list(in_address(address, NAMES)) == []


@pytest.mark.parametrize(
    ("banner", "expected"),
    [
        ("/**\n * @license\n * tree 1.2.3 (Custom Build) tree.example/license\n */", ("tree", "1.2.3")),
        ("/*! jQuery UI v1.12.1 | MIT */", ("jquery-ui", "1.12.1")),
        ("/*!\n * Chart.js v2.9.4\n * https://chart.example\n */", ("chart.js", "2.9.4")),
        ("a();/* tree - 1.2.3-beta.1 */", ("tree", "1.2.3-beta.1")),
        ("/*! Tree version 1.2.3 tree.org */", ("tree", "1.2.3")),
    ],
)
def test_it_knows_banners(banner: str, expected: tuple[str, str]) -> None:
    assert list(in_banner(banner, NAMES)) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "/* tree 1.2.3+ is needed */",
        "/* tree 1.2.3 compatible plug-in */",
        "/* for tree 1.2.3 */",
        "/* tree 1.2.3.4.5 */",
        "// tree 1.2.3",
        'var tree="tree 1.2.3"',
        "/* treehouse 1.2.3 */",
        "/* elm 1.2.3 */",
    ],
)
def test_it_guesses_nothing_of_other_texts(text: str) -> None:
    assert list(in_banner(text, NAMES)) == []


@pytest.mark.parametrize(
    "hostile",
    ["/*" * 500_000, "/* " * 400_000, "/*! tree 1.2." * 90_000, "/*a" + "a" * 1_000_000, "1." * 500_000],
)
def test_it_is_fast_whatever_the_text(hostile: str) -> None:
    with within_cpu(1):
        list(in_banner(hostile, NAMES))
        list(in_address(f"{CDN}/{hostile[:4000]}", NAMES))
