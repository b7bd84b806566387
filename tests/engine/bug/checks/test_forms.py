# ruff: noqa: E501 — forms read best unbroken

import base64

import pytest

from app.engine.bug.checks.forms import look
from app.engine.bug.types import Headers
from tests.engine.bug.checks.sight import by_page, html, page, rules

PASSWORD = '<input type="password" name="p" autocomplete="current-password">'
TOKEN = '<input type="hidden" name="csrf_token" value="f3a9c1d27b6e4805">'
OPEN = base64.b64encode(b"\xff\x01\x0f\x0f\x05\n-1234567890dd").decode()
SIGNED = base64.b64encode(b"\xff\x01\x0f\x0f\x05\n-1234567890dd" + bytes(range(100, 120))).decode()
PLAIN = "http://shop.site.example"


def seen(body: str, *, site: str = "https://shop.site.example", headers: Headers = ()) -> set[str]:
    return rules(by_page(look, page(html(body), "/form", site=site, headers=headers), site=site))


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (f'<form action="{PLAIN}/in" method="post">{TOKEN}{PASSWORD}</form>', "password-over-http"),
        (f'<form action="/in" method="get">{PASSWORD}</form>', "password-by-get"),
        (f'<form action="{PLAIN}/in" method="post">{TOKEN}<input name="note"></form>', "insecure-action"),
        (f'<form action="/in" method="post">{TOKEN}<input type="file" name="f"></form>', "upload"),
        ('<form action="https://list.other.example/in" method="post"><input name="m"></form>', "foreign-action"),
        (f'<form action="https://other.example/in" method="post">{PASSWORD}</form>', "password-to-foreign-host"),
        ('<form method="post"><input type="password" name="p" value="hunter22" autocomplete="off"></form>', "prefilled-password"),
        ('<form method="post"><input type="password" name="p"></form>', "password-autocomplete"),
        (f'<form method="post">{TOKEN}<input name="card_number"></form>', "card-autocomplete"),
        ('<form action="/transfer" method="post"><input name="to"><input name="sum"></form>', "without-token"),
        ('<form action="/contact" method="post"><input name="words"><input name="more"></form>', "without-token-minor"),
        (f'<form action="/login" method="post"><input name="u">{PASSWORD}</form>', "login-without-token"),
        (f'<form action="/buy" method="post">{TOKEN}<input type="hidden" name="price" value="19.99"></form>', "hidden-price"),
        (f'<form action="/buy" method="post">{TOKEN}<input type="hidden" name="role" value="user"></form>', "hidden-role"),
        (f'<form action="/buy" method="post">{TOKEN}<input type="hidden" name="s" value="rO0ABXNyABFqYXZhLnV0aWw="></form>', "serialized-field"),
        (f'<form action="/x" method="post">{TOKEN}<input type="hidden" name="__VIEWSTATE" value="{OPEN}"></form>', "viewstate-without-mac"),
        (f'<form action="/x" method="post">{TOKEN}<input type="hidden" name="__VIEWSTATE" value="{SIGNED}"></form>', "viewstate-unencrypted"),
        (f'<form action="/x" method="post">{TOKEN}<input type="hidden" name="captcha_answer" value="7k2p"></form>', "captcha-answer"),
        (f'<form action="/x" method="post">{TOKEN}<input type="hidden" name="password" value="hunter22"></form>', "prefilled-password"),
        (f'<form action="/x" method="post">{TOKEN}<input type="password" name="p" maxlength="8" autocomplete="new-password"></form>', "weak-policy"),
        (f'<form action="/x" method="post">{TOKEN}<input type="password" name="p" minlength="4" autocomplete="new-password"></form>', "weak-policy"),
    ],
)  # fmt: skip
def test_it_sees_what_is_wrong_with_a_form(body: str, rule: str) -> None:
    assert rule in seen(body)


@pytest.mark.parametrize(
    "body",
    [
        f'<form action="/in" method="post">{TOKEN}{PASSWORD}</form>',
        '<form action="/search"><input name="q"></form>',
        f'<form action="/x" method="post">{TOKEN}<input type="password" name="p" minlength="12" maxlength="64" autocomplete="off"></form>',
        f'<form action="/x" method="post">{TOKEN}<input type="password" name="pin" maxlength="4" autocomplete="off"></form>',
        f'<form action="/x" method="post">{TOKEN}<input name="captcha" value=""><input type="hidden" name="captcha" value=""></form>',
        '<form action="/search" method="post"><input name="q"></form>',
        f'<form action="/in" method="post">{TOKEN}<input type="password" name="p" value="Mot de passe" autocomplete="off"></form>',
        f'<form action="/in" method="post">{TOKEN}<input type="password" name="p" value="Пароль" autocomplete="off"></form>',
        '<form action="/language" method="post"><select name="lang"></select></form>',
        f'<form action="/pay" method="post">{TOKEN}<input name="cc-number" autocomplete="cc-number"></form>',
        '<form action="/list"><input type="hidden" name="price" value="10"></form>',
        f'<form action="/buy" method="post">{TOKEN}<input type="hidden" name="price" value="1"><input type="hidden" name="signature" value="f3a9"></form>',
        '<script>fetch("/x", {headers: {"X-CSRF-Token": t}})</script><form action="/delete" method="post"></form>',
        '<form action="/x" method="post"><input type="hidden" name="k" value="q7Rz2LmX9vTb4KwY8sNc"></form>',
    ],
)
def test_it_is_content_with_a_good_form(body: str) -> None:
    assert not seen(body)


def test_it_sees_a_password_typed_on_a_plain_page() -> None:
    body = f'<form action="https://shop.site.example/in" method="post">{TOKEN}{PASSWORD}</form>'
    assert "password-over-http" in seen(body, site=PLAIN)


def test_a_cookie_that_other_sites_cannot_use_softens_a_missing_token() -> None:
    body = '<form action="/transfer" method="post"><input name="to"><input name="sum"></form>'
    assert seen(body, headers=(("Set-Cookie", "sid=a8f5c2d1; SameSite=Lax"),)) == {"without-token-minor"}
    assert seen(body, headers=(("Set-Cookie", "sid=a8f5c2d1"),)) == {"without-token"}


def test_a_meta_element_with_a_token_counts() -> None:
    body = html('<form action="/transfer" method="post"></form>', '<meta name="csrf-token" content="x">')
    assert not by_page(look, page(body))


def test_it_never_shows_a_password() -> None:
    body = '<form method="post"><input type="password" name="p" value="hunter22"></form>'
    assert all("hunter22" not in hit.evidence for hit in by_page(look, page(html(body))))


def test_a_script_file_that_sends_a_token_counts() -> None:
    form = page(html('<form action="/transfer" method="post"><input name="to"></form>'))
    script = page('send({headers: {"X-CSRF-Token": t}})', "/app.js", kind="text/javascript")
    assert by_page(look, form)
    assert not by_page(look, form, script)
