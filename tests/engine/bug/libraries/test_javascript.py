"""JavaScript's expressions mean in Python what they meant."""

from __future__ import annotations

import pytest

from app.engine.bug.libraries.javascript import MAX_SOURCE, PatternError, translate

# (expression, text, what it matches or None)
MEANINGS = [
    (r"a.c", "a\u2028c", None),
    (r"a.c", "a\rc", None),
    (r"a[^]c", "a\nc", "a\nc"),
    (r"a[]", "a", None),
    (r"a\sc", "a\ufeffc", "a\ufeffc"),
    (r"a\sc", "a\x1cc", None),
    (r"a[\s*]+c", "a\xa0*c", "a\xa0*c"),
    (r"a[\s\S]c", "a\u2029c", "a\u2029c"),
    (r"\d", "٣", None),
    (r"\w+", "aé", "a"),
    (r"[\d\-x]+", "1-x", "1-x"),
    (r"a$", "a\n", None),
    (r"a\/b\-c\:", "a/b-c:", "a/b-c:"),
    (r"a{b}", "a{b}", "a{b}"),
    (r"a{,2}", "a{,2}", "a{,2}"),
    (r"a{1,2}?", "aa", "a"),
    (r"]}", "]}", "]}"),
    (r"[[a]", "[", "["),
    (r"[--a]", "A", "A"),
    (r"[&&~~||]", "&", "&"),
    (r"\x41\u0042\cq", "ABcq", "ABcq"),
    (r"\Z\A\a", "ZAa", "ZAa"),
    (r"(?<year>2)\k<year>", "22", "22"),
    (r"(?:(a)|b)\1c", "bc", "bc"),
    (r"(?<=[0-9]{1,2}\.[0-9])x", "12.3x", "x"),
    (r"(?<!a{1,3})b", "aab", None),
    (r"(?=ab)a(?!c)", "ab", "a"),
    (r"[\b]", "\b", "\b"),
    (r"a\0", "a\0", "a\0"),
]


@pytest.mark.parametrize(("expression", "text", "matched"), MEANINGS)
def test_it_means_the_same(expression: str, text: str, matched: str | None) -> None:
    found = translate(expression).pattern.search(text)
    assert (found and found[0]) == matched


@pytest.mark.parametrize(
    "expression", ["(a", "a)", "[a", "a\\", "*a", "(?>a)", "a**", "x{2,1}", "[a--]", "\\8(", "(?i)a"]
)
def test_it_refuses_what_is_no_expression(expression: str) -> None:
    with pytest.raises(PatternError):
        translate(expression)


def test_it_refuses_what_is_too_long() -> None:
    with pytest.raises(PatternError):
        translate("a" * (MAX_SOURCE + 1))


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (r"/\*! Tree v([0-9]+)\.js", ("/*! Tree v", ".js")),
        (r"trees?", ("tree",)),
        (r"(leaf)tree", ("tree",)),
        (r"leaf|tree", ()),
        (r"a(leaf|tree)b", ("a", "b")),
        (r"ab{0,2}c", ("a", "c")),
    ],
)
def test_it_names_the_words_that_must_be_there(expression: str, words: tuple[str, ...]) -> None:
    assert translate(expression).literals == words


def test_it_knows_groups_that_repeat_without_end() -> None:
    assert translate(r"a(.*\n)*b").repeats_groups
    assert not translate(r"a(.*\n){1,3}[a-z]*b").repeats_groups
