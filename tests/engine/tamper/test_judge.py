"""Many detectors' reasons become one verdict."""

from __future__ import annotations

from app.engine.tamper.judge import MAX_REASONS, ViewCase, confirm, judge
from app.engine.tamper.profile import learn
from app.engine.tamper.types import Options, Verdict
from tests.engine.tamper.pages import inventory, judged, page

EVIL = '<script src="https://evil.example/x.js"></script>'
TAG = '<script src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>'
PROFILE = learn([inventory(page())] * 3)


def keys(verdict: Verdict) -> set[str]:
    return {reason.key for reason in verdict.reasons}


def test_an_approved_copy_is_ok() -> None:
    assert judged(page()) == Verdict("ok")


def test_one_alert_makes_it_an_alert_and_stands_first() -> None:
    verdict = judged(page(TAG + EVIL))
    assert [reason.level for reason in verdict.reasons] == ["alert", "notice"]
    assert verdict.verdict == "alert"


def test_notices_alone_make_a_notice() -> None:
    assert judged(page(TAG)).verdict == "notice"


def test_what_is_always_allowed_is_left_out() -> None:
    allowed = frozenset(keys(judged(page(EVIL))))
    assert judged(page(EVIL), options=Options(allowed=allowed)).verdict == "ok"


def test_the_same_change_has_the_same_key_on_another_page() -> None:
    other = page(main="<h1>Contact</h1><p>Write to us whenever you like, we answer.</p>")
    assert keys(judged(page(EVIL), page())) == keys(judged(other.replace("</main>", EVIL + "</main>"), other))


def test_it_says_no_more_than_fifty_things() -> None:
    many = "".join(
        f'<script src="https://evil{chr(97 + n % 26)}{n}.example/x.js"></script>' for n in range(90)
    )
    assert len(judged(page(many)).reasons) <= MAX_REASONS


def test_without_a_profile_or_with_an_error_it_says_nothing() -> None:
    assert judge(learn([]), inventory(page(EVIL))).verdict == "ok"
    assert judge(PROFILE, inventory(b"", error="timeout")).verdict == "ok"


def test_what_only_a_crawler_sees_is_cloaking() -> None:
    other = ViewCase("googlebot", PROFILE, inventory(page(EVIL), view="googlebot"))
    verdict = judge(PROFILE, inventory(page()), [other])
    assert [(reason.cls, reason.detail["view"]) for reason in verdict.reasons] == [("cloaking", "googlebot")]


def test_what_everybody_sees_is_no_cloaking() -> None:
    other = ViewCase("googlebot", PROFILE, inventory(page(EVIL), view="googlebot"))
    verdict = judge(PROFILE, inventory(page(EVIL)), [other])
    assert "cloaking" not in {reason.cls for reason in verdict.reasons}


def test_a_view_that_always_was_another_is_judged_by_its_own_past() -> None:
    mobile = page('<p class="app"><a href="http://store.example/">Our app</a></p>')
    other = ViewCase("mobile", learn([inventory(mobile)] * 3), inventory(mobile))
    assert judge(PROFILE, inventory(page()), [other]).verdict == "ok"


def test_two_looks_keep_what_both_say() -> None:
    first, second = judged(page(EVIL + TAG)), judged(page(TAG))
    assert confirm(first, second).verdict == "notice"
    assert confirm(first, Verdict("ok")).verdict == "ok"


def test_cloaking_needs_no_second_look() -> None:
    other = ViewCase("googlebot", PROFILE, inventory(page(EVIL), view="googlebot"))
    first = judge(PROFILE, inventory(page()), [other])
    assert confirm(first, Verdict("ok")).verdict == "alert"


def test_a_learned_region_that_was_taken_back_counts_again() -> None:
    def partner(host: str) -> str:
        return page(
            f'<p class="ad"><a href="http://ad.example/">Ad</a><img src="http://{host}/{host}.png"></p>'
        )

    before = [partner(f"{name}.example") for name in ("aa", "bb", "cc")]
    regions = learn([inventory(each) for each in before]).regions()
    assert any(region.kind == "pictures" for region in regions)
    assert judged(partner("dd.example"), before).verdict == "ok"


def test_what_came_while_the_views_were_fetched_is_no_cloaking() -> None:
    other = ViewCase("googlebot", PROFILE, inventory(page(EVIL), view="googlebot"))
    first = judge(PROFILE, inventory(page()), [other])
    assert confirm(first, judged(page(EVIL))).verdict == "ok"
    assert confirm(first, judged(page(TAG))).verdict == "alert"
