"""Things a page has had all along and that are worth stealing: telephone numbers, accounts, downloads, forms."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.tamper.corpus.markup import Edit, escape
from tests.tamper.corpus.site import Site, link, token

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _contact(site: Site, rng: Random) -> str:
    code, area = rng.choice(["+49", "+33", "+86", "+1", "+7", "+81", "+34", "+39"]), rng.randrange(20, 999)
    gap = rng.choice([" ", "-"])
    number = f"{code}{gap}{area}{gap}{rng.randrange(100, 999)}{gap}{rng.randrange(1000, 9999)}"
    mail = f"{rng.choice(['info', 'contact', 'office', 'service'])}@{site.owner}"
    dial = number.replace(" ", "").replace("-", "")
    return f'<p>☎ <a href="tel:{dial}">{number}</a> · ✉ <a href="mailto:{mail}">{mail}</a></p>'


def _donation(_: Site, rng: Random) -> str:
    groups = " ".join(str(rng.randrange(1000, 9999)) for _ in range(5))
    iban = f"{rng.choice(['DE', 'FR', 'IT', 'PL', 'AT'])}{rng.randrange(10, 98)} {groups}"
    return (
        f"<p>IBAN: {iban}</p><p>Bitcoin: <code>1{token(rng, 33, _BASE58)}</code></p>"
        f'<img class="qr" src="/images/qr-{rng.choice(["pay", "donate", "wechat"])}.png" alt="QR" width="120">'
    )


def _download(site: Site, rng: Random) -> str:
    name = f"{site.owner.split('.')[0]}-{rng.randrange(1, 9)}.{rng.randrange(20)}"
    ending = rng.choice(["zip", "exe", "apk", "dmg", "pdf", "tar.gz"])
    base = rng.choice(["/downloads", "/files", f"https://download.{site.owner}", "/uploads/2026"])
    return link(f"{base}/{name}.{ending}", f"Download {name}.{ending}", ' class="btn btn-download"')


def _login(site: Site, rng: Random) -> str:
    action = rng.choice(["/login", "/user/login.php", f"https://{site.host}/account/signin", "?do=login"])
    return (
        f'<form action="{action}" method="post" class="login"><input type="text" name="username">'
        '<input type="password" name="password"><button type="submit">OK</button></form>'
    )


def _checkout(site: Site, rng: Random) -> str:
    action = rng.choice(["/checkout/pay", "/cart/submit", f"https://{site.host}/order"])
    return (
        f'<form action="{action}" method="post" id="checkout"><input name="email" type="email"><input name="address">'
        '<input name="cardnumber" autocomplete="cc-number"><input name="exp"><input name="cvc" autocomplete="cc-csc">'
        '<button type="submit">»</button></form>'
    )


def _logo(site: Site, _: Random) -> str:
    return (
        f'<a href="/"><img id="site-logo" class="logo" src="/images/logo.png" alt="{escape(site.owner)}"></a>'
    )


def _favicon(_: Site, rng: Random) -> str:
    return rng.choice(
        [
            '<link rel="shortcut icon" href="/favicon.ico">',
            '<link rel="icon" type="image/png" href="/img/favicon.png">',
        ]
    )


def _video(_: Site, rng: Random) -> str:
    return f'<iframe src="https://www.youtube.com/embed/{token(rng, 11)}" width="480" height="270"></iframe>'


def _cdn_script(_: Site, rng: Random) -> str:
    name = rng.choice(
        [
            "jquery@3.6.0/dist/jquery.min.js",
            "bootstrap@5.3.0/dist/js/bootstrap.bundle.min.js",
            "vue@3.4.0/dist/vue.global.js",
        ]
    )
    digest = token(rng, 64, _BASE58)
    return f'<script src="https://cdn.jsdelivr.net/npm/{name}" integrity="sha384-{digest}" crossorigin="anonymous"></script>'


FIXTURES: dict[str, Callable[[Site, Random], str]] = {
    "contact": _contact, "donation": _donation, "download": _download, "login": _login, "checkout": _checkout,
    "logo": _logo, "favicon": _favicon, "video": _video, "cdn_script": _cdn_script,
}  # fmt: skip
_PLACES = {"favicon": "head", "cdn_script": "head", "logo": "top"}


def fixture(site: Site, name: str) -> Edit | None:
    """The fixture written into the page, or None where the page has no room for it."""
    rng = site.rng(f"fixture {name}")
    where = _PLACES.get(name)
    if where == "head":
        spot = site.take_place(site.doc.head_end)
    elif where == "top":
        spot = site.take_place(site.doc.body_start)
    else:
        spot = site.place(rng)
    return None if spot is None else Edit(spot, spot, FIXTURES[name](site, rng))
