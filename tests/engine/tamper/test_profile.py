"""What is ordinary on a page, learned from its approved copies."""

from __future__ import annotations

import pytest

from app.engine.tamper.names import line_key, stem, words_of
from app.engine.tamper.profile import ENGINE_VERSION, Profile, learn
from tests.engine.tamper.pages import inventory, page


def news(host: str, text: str = "One") -> str:
    return page(f'<ul class="partners"><li><a href="http://{host}/">{text}</a></li></ul>')


def test_it_survives_being_stored() -> None:
    profile = learn([inventory(news(host)) for host in ("a.example", "b.example", "c.example")])
    assert Profile.from_bytes(profile.to_bytes()) == profile


def test_one_of_another_version_is_refused() -> None:
    raw = Profile().to_bytes().replace(f'"version":{ENGINE_VERSION}'.encode(), b'"version":0')
    with pytest.raises(ValueError, match="another version"):
        Profile.from_bytes(raw)


def test_failed_fetches_teach_nothing() -> None:
    assert learn([inventory(b"", error="timeout")]).baselines == 0


def test_a_region_that_brings_other_hosts_is_volatile_for_links() -> None:
    profile = learn([inventory(news(host)) for host in ("a.example", "b.example", "c.example")])
    found = {(region.kind, region.label): region.seen for region in profile.regions()}
    assert found["links", "main.content>ul.partners>li>a"] == 3


def test_a_region_that_stays_the_same_is_not() -> None:
    assert learn([inventory(news("a.example"))] * 3).regions() == []


def test_what_all_copies_have_is_stable() -> None:
    profile = learn([inventory(page(f"<p>{word}</p>")) for word in ("apples", "pears", "plums")])
    assert "bakers" in profile.stable_words and "apples" not in profile.stable_words
    assert "apples" in profile.words


def test_a_token_that_changes_is_not_stable() -> None:
    copies = [inventory(page().replace("1234567", number)) for number in ("1234567", "7654321", "1111222")]
    assert not [key for key in learn(copies).stable_tokens if key.startswith("phone")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://shop.example/a.js?v=1", "https://shop.example/a.js?v=2"),
        ("https://shop.example/app.3f9a2c71.js", "https://shop.example/app.77b1e0d4.js"),
        ("https://cdn1.example/2024/a.png", "https://cdn2.example/2025/a.png"),
        ("http://shop.example/a", "https://shop.example/a#top"),
    ],
)
def test_the_stem_of_an_address_survives_a_release(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://shop.example/a.js", "https://shop.example/b.js"),
        ("https://shop.example/a.js", "https://evil.example/a.js"),
    ],
)
def test_another_file_has_another_stem(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_numbers_and_case_make_no_other_line() -> None:
    assert line_key("Updated 12:30, 5 Visitors") == line_key("updated 9:05, 17 visitors")


@pytest.mark.parametrize(
    ("text", "words"),
    [("Bread and 2 rolls, a B", {"bread", "and", "rolls"}), ("烤面包", {"烤面", "面包"}), ("", set())],
)
def test_words_are_taken_as_their_script_is_written(text: str, words: set[str]) -> None:
    assert words_of(text) == words
