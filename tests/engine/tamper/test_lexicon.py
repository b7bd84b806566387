"""Many words looked for at once."""

from __future__ import annotations

import pytest

from app.engine.tamper.lexicon import entries, lexicon


def words(text: str, extra: tuple[str, ...] = ()) -> list[str]:
    return [found.word for found in lexicon(extra).find(text)]


def test_every_entry_is_in_lower_case_and_has_a_group() -> None:
    assert [entry for entry in entries() if entry.word != entry.word.lower() or not entry.group] == []


@pytest.mark.parametrize("group", ["gambling", "adult", "pharma", "hacked"])
def test_there_are_words_of_each_group(group: str) -> None:
    assert any(entry.group == group for entry in entries())


@pytest.mark.parametrize(
    ("text", "is_there"), [("our casino pays", True), ("occasinos", False), ("casino.", True)]
)
def test_a_word_has_boundaries_where_its_script_has(text: str, is_there: bool) -> None:
    assert bool(words(text, ("casino",))) is is_there


def test_a_word_of_a_script_without_blanks_is_found_within() -> None:
    assert "博彩" in words("最佳在线博彩平台", ("博彩",))


def test_where_two_overlap_the_longer_one_counts() -> None:
    assert words("rye bread roll", ("rye", "rye bread")) == ["rye bread"]


def test_the_owners_words_are_their_own_group() -> None:
    (found,) = lexicon((" Margarine ",)).find("try margarine now")
    assert (found.word, found.group, found.is_weak) == ("margarine", "own", False)
    assert (found.start, found.end) == (4, 13)


def test_blank_words_are_none() -> None:
    assert words("a b c", ("", "  ")) == []
