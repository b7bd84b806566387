"""How libraries are found: by address, file name, content and hash."""

from __future__ import annotations

import pytest

from app.engine.bug.libraries import Component
from app.engine.bug.libraries.search import MAX_SECONDS
from tests.bounded import within_cpu
from tests.engine.bug.libraries.data import V, repository

LIBRARY = "nothing tells what this is\n"


def find(**proof: str) -> list[tuple[str, str, str]]:
    return [(each.component, each.version, each.detection) for each in repository().find(**proof)]


def test_it_finds_by_the_whole_address() -> None:
    assert find(url="https://cdn.example/1.4.0/tree.min.js?x=1") == [("tree", "1.4.0", "uri")]


def test_it_finds_by_the_file_of_an_address() -> None:
    assert find(url="https://cdn.example/a/tree-1.4.0.min.js?v=2#top") == [("tree", "1.4.0", "filename")]


def test_it_finds_by_a_file_name_and_its_path() -> None:
    assert find(filename="C:\\site\\tree-1.4.0.js") == [("tree", "1.4.0", "filename")]
    assert find(filename="lib/1.4.0/tree.js") == [("tree", "1.4.0", "uri")]


def test_it_wants_the_whole_file_name() -> None:
    assert find(filename="my-tree-1.4.0.js") == []


def test_it_finds_by_content_every_library_of_a_bundle() -> None:
    content = "/*! Tree v1.4.0 */\r\n/*! Tree v1.4.0 */;/* Bush 2.0 */ /*! Tree v2.1.0-rc.1 */"
    assert find(content=content) == [
        ("tree", "1.4.0", "filecontent"),
        ("tree", "2.1.0-rc.1", "filecontent"),
        ("bush", "2.0", "filecontent"),
    ]


def test_it_takes_min_off_a_version() -> None:
    assert find(content="/*! Tree v1.4.0.min */") == [("tree", "1.4.0", "filecontent")]


def test_it_follows_back_references() -> None:
    assert find(content='var v="1.0.0",a=1;e.leaf=e;') == [("tree", "1.0.0", "filecontent")]
    assert find(content='var v="1.0.0",a=1;e.leaf=f;') == []


def test_it_counts_characters_as_javascript_does() -> None:
    assert find(content='="1.0.0",' + "😀" * 44 + "e.leaf=e;") == [("tree", "1.0.0", "filecontent")]
    assert find(content='="1.0.0",' + "😀" * 46 + "e.leaf=e;") == []


def test_it_makes_a_version_of_several_groups() -> None:
    assert find(content="var bush={major:3,minor:14};") == [("bush", "3.14.0", "filecontentreplace")]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_it_finds_by_the_hash_of_the_file(line_end: str) -> None:
    assert find(content=LIBRARY.replace("\n", line_end)) == [("tree", "0.9.0", "hash")]


def test_it_looks_no_further_than_the_first_kind_of_proof() -> None:
    found = find(url="https://cdn.example/1.4.0/tree.js", filename="tree-1.1.0.js", content="/* Bush 2.0")
    assert found == [("tree", "1.4.0", "uri")]


def test_it_looks_into_the_content_where_names_say_nothing() -> None:
    assert find(url="https://cdn.example/app.js", content="/* Bush 2.0") == [("bush", "2.0", "filecontent")]


@pytest.mark.parametrize(
    ("version", "advisories"),
    [
        ("1.1.9", ["GHSA-2"]),
        ("1.2.0", ["GHSA-1", "GHSA-2"]),
        ("1.5.0", ["GHSA-1"]),
        ("2.0.0-rc1", ["GHSA-1"]),
        ("1.9.9-fixed", []),
        ("2.0.0", []),
    ],
)
def test_it_names_the_advisories_of_the_version(version: str, advisories: list[str]) -> None:
    (found,) = repository().find(filename=f"tree-{version}.js")
    assert [each.github_id for each in found.vulnerabilities] == advisories


def test_it_gives_a_component_without_advisories() -> None:
    assert repository().find(content="/* Bush 2.0 */") == [Component("bush", "2.0", "filecontent")]


@pytest.mark.parametrize("proof", ["url", "filename", "content"])
@pytest.mark.parametrize("text", ["", "http://[", "\0\ud800😀", "%%%", "//", "a" * 100_000])
def test_it_bears_any_text(proof: str, text: str) -> None:
    assert repository().find(**{proof: text}) == []


NASTY = [
    rf"/\*[\s*]+[\s*]+moss ({V}) <",
    rf"/\* moss ({V})(.*\n)*.*[\s\S]*,[\s\S]*leaf\B!",
    rf"(({V})+)+leaf!",
]
WORDS = " /* moss <,leaf !leaf!"


@pytest.mark.parametrize(
    "hostile",
    [
        "/*" + "* " * 2_000_000,
        "/* moss 1\n" + "x,\n" * 1_000_000,
        "/* moss 1\n,leaf" * 200_000,
        "1.1" * 900_000,
    ],
)
def test_it_ends_in_time_whatever_the_script(hostile: str) -> None:
    read = repository(moss={"extractors": {"filecontent": NASTY}})
    with within_cpu(MAX_SECONDS + 1):
        read.find(content=hostile + WORDS)
