"""By what a weakness is known again."""

from __future__ import annotations

import pytest

from app.engine.bug.finding.fingerprint import fingerprint, place_of

SITE = "https://shop.example"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("/", "/"),
        ("", "/"),
        ("/a?x=1#y", "/a"),
        ("/item/4711/edit", "/item/*/edit"),
        ("/static/app.3f2a91bc.js?v=7", "/static/app.*.js"),
        ("/js/jquery-1.8.3.min.js", "/js/jquery-*.min.js"),
        ("/u/9b2d6f0e-8f7a-4d1c-9e53-0a1b2c3d4e5f", "/u/*"),
        ("/cart;jsessionid=ABC123", "/cart"),
        ("/2026-11-21/news", "/*/news"),
        ("/t/Zx81kQ_pL0aMv73bXc92Dd", "/t/*"),
        ("/.git/config", "/.git/config"),
        ("/backup.zip", "/backup.zip"),
        ("/deadbeef", "/deadbeef"),
        ("/%2e%67it", "/.git"),
    ],
)
def test_a_place_has_no_numbers_hashes_versions_or_queries(url: str, place: str) -> None:
    assert place_of(SITE + url) == place


def test_the_same_weakness_has_the_same_fingerprint() -> None:
    first = fingerprint("shop.example", "cookies.without-secure", place="/a", parameter="sid")
    assert first == fingerprint("SHOP.example", "cookies.without-secure", place="/a", parameter="sid")
    assert len(first) == 32


@pytest.mark.parametrize(
    "other",
    [
        {"place": "/b"},
        {"parameter": "other"},
        {"component": "jquery"},
        {"method": "POST"},
        {"rule": "forms.other"},
        {"site": "other.example"},
    ],
)
def test_what_differs_in_anything_that_counts_is_another(other: dict[str, str]) -> None:
    usual = {"site": "shop.example", "rule": "forms.csrf", "place": "/a"}

    def of(values: dict[str, str]) -> str:
        site, rule = values.pop("site"), values.pop("rule")
        return fingerprint(site, rule, **values)

    assert of(dict(usual)) != of({**usual, **other})


def test_half_a_character_is_no_obstacle() -> None:
    assert len(fingerprint("shop.example", "forms.csrf", parameter="\ud800")) == 32
