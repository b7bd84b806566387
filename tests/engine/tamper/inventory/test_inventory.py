"""From an observation to its inventory, whatever the bytes."""

from __future__ import annotations

import pytest

from app.engine.tamper.inventory import Inventory
from app.engine.tamper.inventory.model import INVENTORY_VERSION
from app.engine.tamper.types import Asset, Scope
from tests.bounded import within_cpu
from tests.engine.tamper.pages import inventory, page


def test_it_survives_being_stored() -> None:
    before = inventory(
        page('<script>go("https://x.example/")</script>'), assets=(Asset("/a.png", "image", 200, "a" * 64),)
    )
    assert Inventory.from_bytes(before.to_bytes()) == before


def test_one_of_another_version_is_refused() -> None:
    raw = inventory(page()).to_bytes()
    old = raw.replace(f'"version":{INVENTORY_VERSION}'.encode(), b'"version":0')
    with pytest.raises(ValueError, match="another version"):
        Inventory.from_bytes(old)


def test_the_same_bytes_give_the_same_inventory() -> None:
    assert inventory(page()) == inventory(page())


@pytest.mark.parametrize("content_type", ["image/png", "application/pdf", "text/css"])
def test_what_is_no_page_is_only_hashed(content_type: str) -> None:
    found = inventory(page(), content_type=content_type)
    assert not found.is_html and not found.lines and len(found.digest) == 64


def test_plain_text_is_lines() -> None:
    found = inventory("One\n\n Two \n", content_type="text/plain")
    assert [line.text for line in found.lines] == ["One", "Two"]


def test_what_is_left_out_does_not_count() -> None:
    html = page('<div class="ads"><a href="http://ad.example/">Advertisement</a></div>')
    found = inventory(html, Scope(ignore=(".ads",)))
    assert "Advertisement" not in found.text and "Bread from the old mill" in found.text


def test_only_what_is_watched_counts_and_code_always_does() -> None:
    found = inventory(page("<script>go()</script>"), Scope(watch=("main",)))
    assert "Call us" not in found.text and "Bread from the old mill" in found.text
    assert len(found.inlines) == 2


@pytest.mark.parametrize("selector", ["][", "a:no-such-thing(", ""])
def test_a_selector_that_is_none_selects_nothing(selector: str) -> None:
    assert inventory(page(), Scope(ignore=(selector,))).text == inventory(page()).text


def test_a_fetched_style_sheet_hides_too() -> None:
    sheet = Asset(
        "https://www.shop.example/site.css", "stylesheet", 200, "a" * 64, text=".lead{display:none}"
    )
    hidden = [line.hidden for line in inventory(page(), assets=(sheet,)).lines if "flour" in line.text]
    assert hidden == ["display"]


def test_it_asks_for_icon_and_logo_before_anything_else() -> None:
    wanted = inventory(page('<img class="hero" src="/hero.jpg"><img src="/loaf.jpg">')).wanted
    assert [each.url.rpartition("/")[2] for each in wanted[:2]] in (
        ["favicon.ico", "logo.png"],
        ["logo.png", "favicon.ico"],
    )
    assert "loaf.jpg" not in " ".join(each.url for each in wanted)


def test_it_asks_for_no_more_than_forty_files() -> None:
    html = "".join(f'<script src="/{number}.js"></script>' for number in range(100))
    assert len(inventory(html).wanted) == 40


def test_text_after_the_end_counts() -> None:
    assert any("Hacked" in line.text for line in inventory(page() + "<p>Hacked by Nobody</p>").lines)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0" * 1000,
        bytes(range(256)) * 100,
        b"<" * 100_000,
        b"<div>" * 100_000,
        b"<a href=x>" * 100_000,
        b"<p " + b"a=1 " * 100_000 + b">",
        b"<script>" * 10_000,
        b"<!--" * 50_000,
        b"&amp;" * 200_000,
        b"<table><tr><td>" * 20_000,
        b"<form><input>" * 30_000,
        b"<svg><math>" * 20_000,
        b"\xff\xfe" + b"<p>" * 10_000,
    ],
    ids=range(14),
)
def test_hostile_bytes_take_bounded_time(body: bytes) -> None:
    with within_cpu(8):
        inventory(body, content_type="text/html")


def test_more_than_five_megabytes_are_cut() -> None:
    assert inventory(b"<p>x</p>" * 1_000_000).is_cut


def test_what_stands_behind_a_left_out_element_stays() -> None:
    found = inventory("<p class=ad>Buy</p>\x01Behind it", scope=Scope(ignore=(".ad",)))
    assert found.text.strip("\x01") == "Behind it"


@pytest.mark.parametrize(
    "html",
    ["<div " + " ".join(f"a{n}=1" for n in range(9_000)) + ">x", "<!---->x" * 30_000, "<div>" * 100_000],
    ids=["attributes", "comments", "depth"],
)
def test_what_no_page_has_is_cut_and_said(html: str) -> None:
    assert inventory(html).is_cut
