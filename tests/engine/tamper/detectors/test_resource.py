"""Pictures, icons and files that were exchanged, by address or by content."""

from __future__ import annotations

import pytest

from app.engine.tamper.inventory import Inventory
from app.engine.tamper.types import Asset
from tests.engine.tamper.pages import inventory, judged, page, told

LOGO = "https://www.shop.example/logo.png"
SCRIPT = "https://cdn.jsdelivr.net/npm/jquery@3.7.1/dist/jquery.min.js"


def with_asset(url: str, role: str, sha256: str, phash: str | None = None) -> Inventory:
    asset = Asset(url, role, 200, sha256 * 64, 100, phash=phash)
    html = page(head=f'<script src="{SCRIPT}"></script>')
    return inventory(html, assets=(asset,))


def test_a_logo_of_a_stranger_is_an_alert() -> None:
    now = page().replace('src="/logo.png"', 'src="https://evil.example/logo.png"')
    reason = told(judged(now), "picture_replaced")
    assert (reason.level, reason.cls, reason.detail["role"]) == ("alert", "resource_replaced", "logo")
    assert (reason.detail["before_host"], reason.detail["host"]) == ("www.shop.example", "evil.example")
    assert reason.after == "https://evil.example/logo.png"
    assert reason.where == "body>header.top>a.brand>img.logo"


def test_a_logo_written_in_its_address_is_an_alert() -> None:
    now = page().replace('src="/logo.png"', 'src="data:image/png;base64,AAAA"')
    assert told(judged(now), "picture_moved").level == "alert"


def test_a_logo_at_another_address_of_ours_is_a_notice() -> None:
    now = page().replace('src="/logo.png"', 'src="/new/emblem.png"')
    assert told(judged(now), "picture_moved").level == "notice"


def test_a_payment_code_at_another_address_is_an_alert() -> None:
    before = page('<img class="qrcode" alt="Pay here" src="/pay/code.png">')
    now = page('<img class="qrcode" alt="Pay here" src="/uploads/new.png">')
    assert told(judged(now, before), "picture_moved").detail["role"] == "qr"


def test_an_icon_of_a_stranger_is_an_alert() -> None:
    now = page().replace('href="/favicon.ico"', 'href="https://evil.example/f.ico"')
    assert told(judged(now), "icon_replaced").detail["host"] == "evil.example"


def test_a_shared_picture_of_a_stranger_is_a_notice() -> None:
    head = '<meta property="og:image" content="https://evil.example/p.png">'
    assert told(judged(page(head=head)), "social_picture_foreign").level == "notice"


def test_a_picture_that_looks_other_at_the_same_address_is_an_alert() -> None:
    before = [with_asset(LOGO, "image", "a", "0000000000000000")] * 3
    now = with_asset(LOGO, "image", "b", "ffffffffffffffff")
    reason = told(judged(now, before), "picture_looks_other")
    assert (reason.level, reason.where) == ("alert", LOGO)
    assert (reason.before, reason.after) == ("0000000000000000", "ffffffffffffffff")


def test_a_picture_packed_anew_looks_the_same() -> None:
    before = [with_asset(LOGO, "image", "a", "00000000000000ff")] * 3
    assert judged(with_asset(LOGO, "image", "b", "00000000000000fe"), before).verdict == "ok"


def test_a_public_packages_file_with_another_content_is_an_alert() -> None:
    before = [with_asset(SCRIPT, "script", "a")] * 3
    reason = told(judged(with_asset(SCRIPT, "script", "b"), before), "asset_changed")
    assert (reason.level, reason.before, reason.after) == ("alert", "a" * 64, "b" * 64)


def test_our_own_script_with_another_content_is_no_alert() -> None:
    url = "https://www.shop.example/site.js"
    before = [with_asset(url, "script", "a")] * 3
    assert judged(with_asset(url, "script", "b"), before).verdict != "alert"


def test_a_file_that_always_changed_may_change() -> None:
    before = [with_asset(SCRIPT, "script", letter) for letter in "abc"]
    assert judged(with_asset(SCRIPT, "script", "d"), before).verdict == "ok"


@pytest.mark.parametrize(
    ("integrity", "code"), [("", "integrity_removed"), (' integrity="sha384-BBBB"', "integrity_changed")]
)
def test_an_integrity_check_taken_away_or_changed_is_an_alert(integrity: str, code: str) -> None:
    tag = '<script src="' + SCRIPT + '"{}></script>'
    before = page(head=tag.format(' integrity="sha384-AAAA"'))
    assert told(judged(page(head=tag.format(integrity)), before), code).level == "alert"
