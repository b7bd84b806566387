"""A reason as a sentence in English and Chinese."""

from __future__ import annotations

import re
import string

import pytest

from app.engine.tamper.registry import all_detectors
from app.engine.tamper.sentences import sentence

TEXTS = [(code, texts) for each in all_detectors() for code, texts in each.sentences.items()]


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(("code", "texts"), TEXTS, ids=[code for code, _ in TEXTS])
def test_both_languages_say_the_same_values(code: str, texts: dict[str, str]) -> None:
    assert set(texts) == {"en", "zh"}
    assert gaps(texts["en"]) == gaps(texts["zh"])


@pytest.mark.parametrize(("code", "texts"), TEXTS, ids=[code for code, _ in TEXTS])
def test_each_is_a_whole_sentence_of_its_language(code: str, texts: dict[str, str]) -> None:
    assert texts["en"].endswith(".") and texts["zh"].endswith("。")
    assert re.search("[一-鿿]", texts["zh"]) and not re.search("[一-鿿]", texts["en"])


def test_no_code_has_two_sentences() -> None:
    codes = [code for code, _ in TEXTS]
    assert len(codes) == len(set(codes))


def test_values_are_filled_in_and_lists_are_told() -> None:
    said = sentence("frame_hidden_new", {"host": ["a.example", "b.example"], "how": "display"}, "en")
    assert said == "The page loads a.example, b.example in a frame that cannot be seen (display)."


def test_a_value_that_is_missing_is_a_question_mark() -> None:
    assert "?" in sentence("frame_new", {})


def test_a_code_nobody_knows_stands_for_itself() -> None:
    assert sentence("of_another_release", {}) == "of_another_release"


def test_an_unknown_language_is_told_in_english() -> None:
    assert sentence("frame_new", {"host": "a.example"}, "xx") == sentence(
        "frame_new", {"host": "a.example"}, "en"
    )


def test_what_a_value_holds_is_never_read_as_a_format() -> None:
    assert "{0.__class__}" in sentence("frame_new", {"host": "{0.__class__}"})
