"""Links to strangers that nobody can see."""

from __future__ import annotations

import pytest

from tests.engine.tamper.pages import judged, page, told

STYLED = '<a style="color:inherit;text-decoration:none"'
LINK = '<a href="http://strange.example/a">good watches</a>'


@pytest.mark.parametrize(
    ("html", "how"),
    [
        (f'<p style="display:none">{LINK}</p>', "display"),
        (f'<div style="position:absolute;left:-9999px">{LINK}</div>', "off-screen"),
        (f'<div style="height:0;overflow:hidden">{LINK}</div>', "zero-size"),
        (f'<span style="font-size:0">{LINK}</span>', "tiny-font"),
        (f"<div hidden>{LINK}</div>", "hidden"),
        (f"<p>Our bread {LINK.replace('<a', STYLED)} is warm</p>", "like-text"),
        (f'<style>.zz{{visibility:hidden}}</style><div class="zz">{LINK}</div>', "visibility"),
    ],
)
def test_a_hidden_link_to_a_stranger_is_an_alert_that_says_how(html: str, how: str) -> None:
    reason = told(judged(page(html)), "hidden_link_new")
    assert (reason.level, reason.cls, reason.detail["how"]) == ("alert", "dark_link", how)
    assert reason.where.endswith(f"({how})")
    assert reason.after == "good watches → http://strange.example/a"


def test_several_in_one_place_are_one_reason_with_their_number() -> None:
    links = "".join(f'<a href="http://strange.example/{n}">watch {n}x</a>' for n in range(5))
    reason = told(judged(page(f'<p style="display:none">{links}</p>')), "hidden_links_new")
    assert reason.detail["count"] == 5


def test_a_link_without_anything_to_see_is_an_alert() -> None:
    reason = told(
        judged(page('<p>Warm <a href="http://strange.example/a"></a> bread</p>')), "hidden_link_new"
    )
    assert (reason.level, reason.detail["how"]) == ("alert", "empty")


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{LINK}</p>",
        '<p style="display:none"><a href="/terms">Our terms</a></p>',
        '<div hidden><a href="https://www.facebook.com/mill">Follow us</a></div>',
    ],
)
def test_a_link_in_sight_our_own_or_of_a_well_known_host_is_none(html: str) -> None:
    assert judged(page(html)).verdict != "alert"


def test_what_was_always_hidden_may_bring_another_link() -> None:
    menu = '<div class="folded" style="display:none"><a href="/about">About</a>{}</div>'
    more = menu.format('<a href="http://friend.example/">A friend of ours</a>')
    assert judged(page(more), page(menu.format(""))).verdict != "alert"
