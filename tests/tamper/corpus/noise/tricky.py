"""Harmless things that look like attacks: hidden frames of tag managers, challenge scripts, honeypots, walls."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

import re
from random import Random

from tests.tamper.corpus.markup import Edit, escape, set_attribute
from tests.tamper.corpus.noise.live import widget
from tests.tamper.corpus.noise.registry import Transform, edits, whole_page
from tests.tamper.corpus.site import Moment, Render, Site, link, token
from tests.tamper.corpus.words import phrase

_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_GTM = (
    "<script>(function(w,d,s,l,i){{w[l]=w[l]||[];w[l].push({{'gtm.start':new Date().getTime(),event:'gtm.js'}});var f=d.getElementsByTagName(s)[0],"
    "j=d.createElement(s),dl=l!='dataLayer'?'&l='+l:'';j.async=true;j.src='https://www.googletagmanager.com/gtm.js?id='+i+dl;"
    "f.parentNode.insertBefore(j,f);}})(window,document,'script','dataLayer','GTM-{id}');</script>",
    '<noscript><iframe src="https://www.googletagmanager.com/ns.html?id=GTM-{id}" height="0" width="0" style="display:none;visibility:hidden"></iframe></noscript>',
)
_CHALLENGE = (
    "(function(){{function c(){{var b=a.contentDocument||a.contentWindow.document;if(b){{var d=b.createElement('script');"
    "d.innerHTML=\"window.__CF$cv$params={{r:'{ray}',t:'{t}'}};var a=document.createElement('script');a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js';"
    "document.getElementsByTagName('head')[0].appendChild(a);\";b.getElementsByTagName('head')[0].appendChild(d)}}}}if(document.body){{var a=document.createElement('iframe');"
    "a.height=1;a.width=1;a.style.position='absolute';a.style.top=0;a.style.left=0;a.style.border='none';a.style.visibility='hidden';document.body.appendChild(a);"
    "if('loading'!==document.readyState)c();else document.addEventListener('DOMContentLoaded',c)}}}})();"
)


@edits("tag_manager", kind="event", most="notice")
def tag_manager(site: Site) -> Render | None:
    rng = site.rng("tag_manager")
    name = token(rng, 7, "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789")
    head, body = site.take_place(site.doc.head_end), site.take_place(site.doc.body_start)
    if head is None or body is None:
        return None
    return lambda _: [Edit(head, head, _GTM[0].format(id=name)), Edit(body, body, _GTM[1].format(id=name))]


@edits("challenge_script")
def challenge_script(site: Site) -> Render | None:
    """What a well-known guard writes into every page, with new numbers each time."""
    spot = site.take_place(site.doc.body_end)

    def render(m: Moment) -> list[Edit]:
        r = m.rng("challenge")
        code = _CHALLENGE.format(ray=token(r, 16), t=token(r, 16, _BASE64) + "==")
        return [Edit(spot or 0, spot or 0, f"<script>{code}</script>")]

    return render if spot is not None else None


@edits("protected_mail")
def protected_mail(site: Site) -> Render | None:
    """A mail address that the guard enciphers anew each time."""

    def write(_: Moment, r: Random) -> str:
        code = token(r, 38)
        return f'<a href="/cdn-cgi/l/email-protection#{code}"><span class="__cf_email__" data-cfemail="{code}">[email&#160;protected]</span></a>'

    return widget(site, "mail", write, "p")


@edits("ad_script_hosts")
def ad_script_hosts(site: Site) -> Render | None:
    """One advertising network whose servers have many names."""
    rng = site.rng("ad_script_hosts")
    network = token(rng, rng.randint(5, 8), "aabcdeegiiklmnoprst") + rng.choice([".com", ".net", "-ads.com"])

    def write(_: Moment, r: Random) -> str:
        node = rng.choice(["s{}", "cdn-{}", "node{}", "a{}.b"]).format(r.randrange(1, 400))
        zone = r.randrange(10**5, 10**6)
        return f'<script src="https://{node}.{network}/delivery/ajs.php?zoneid={zone}&cb={r.randrange(10**9)}"></script>'

    return widget(site, "adzone", write)


@edits("ad_frames")
def ad_frames(site: Site) -> Render | None:
    rng = site.rng("ad_frames")
    account = rng.randrange(10**6, 10**7)
    form = rng.choice([
        "https://tpc.googlesyndication.com/safeframe/1-0-{s}/html/container.html?n={n}", "https://ad.doubleclick.net/ddm/adi/N{a}/B{n};sz=300x250;ord={n}?",
        "https://{a}.fls.doubleclick.net/activityi;src={a};type=retar0;ord={n}?", "https://www.facebook.com/plugins/like.php?href=x&app_id={a}&r={n}",
    ])  # fmt: skip
    size = (
        'width="1" height="1" style="display:none"'
        if "fls" in form
        else 'width="300" height="250" scrolling="no"'
    )

    def write(_: Moment, r: Random) -> str:
        source = escape(form.format(a=account, n=r.randrange(10**9), s=r.randrange(30, 50)))
        return f'<iframe src="{source}" {size} frameborder="0"></iframe>'

    return widget(site, "adframe", write)


@edits("honeypot")
def honeypot(site: Site) -> Render | None:
    """A field and a link that only robots fill in and follow."""
    forms = [spot for form in site.doc.find("form")[:2] if (spot := site.take_place(form.inner)) is not None]
    spot = site.take_place(site.doc.body_end)
    if spot is None:
        return None

    def render(m: Moment) -> list[Edit]:
        r = m.rng("honeypot")
        field = f'<div style="position:absolute;left:-5000px" aria-hidden="true"><input type="text" name="hp_{token(r, 6)}" tabindex="-1"></div>'
        trap = f'<a href="/trap/{token(r, 8)}" rel="nofollow" style="display:none">.</a>'
        return [*(Edit(s, s, field) for s in forms), Edit(spot, spot, trap)]

    return render


@edits("tweets")
def tweets(site: Site) -> Render | None:
    def write(_: Moment, r: Random) -> str:
        rows = []
        for _row in range(3):
            address = f"https://{r.choice(['t.co', 'bit.ly', 'youtu.be', 'buff.ly', 't.cn'])}/{token(r, 9, _BASE64)}"
            rows.append(
                f"<li>@{site.words.name(r)}: {escape(site.words.sentence(r))} {link(address, address[8:])}</li>"
            )
        return f"<ul>{''.join(rows)}</ul>"

    return widget(site, "tweets", write)


@edits("classifieds")
def classifieds(site: Site) -> Render | None:
    """Small advertisements with their authors' telephone numbers."""

    def write(_: Moment, r: Random) -> str:
        rows = [
            f"<li>{escape(site.words.headline(r))} – +{r.randrange(1, 99)} {r.randrange(100, 999)} {r.randrange(100, 999)} {r.randrange(1000, 9999)}, {token(r, 6, 'abcdeiou')}@{r.choice(['gmail.com', 'web.de', 'mail.ru', 'qq.com'])}</li>"
            for _row in range(4)
        ]
        return "".join(rows)

    return widget(site, "classifieds", write, "ul")


@edits("form_session")
def form_session(site: Site) -> Render | None:
    forms = [
        f
        for f in site.doc.find("form")
        if site.is_own(f.attributes.get("action", "/")) and site.take(f.start, f.inner)
    ][:4]
    if not forms:
        return None
    key = site.rng("form_session").choice(["sid", "token", "t", "PHPSESSID"])

    def render(m: Moment) -> list[Edit]:
        value = token(m.rng("form_session"), 26)
        found = []
        for form in forms:
            action = form.attributes.get("action", "").split("?")[0]
            tag = set_attribute(site.doc.source[form.start : form.inner], "action", f"{action}?{key}={value}")
            found.append(Edit(form.start, form.inner, tag))
        return found

    return render


@whole_page("download_updated", kind="event", odds=0.6)
def download_updated(_: Site) -> Transform:
    """The next version of the files on offer, at the same host."""
    pattern = re.compile(r"(?<=\d\.)(\d+)(?=\.(?:zip|pdf|exe|tar\.gz|dmg|apk)\b)")
    return lambda source, _m: pattern.sub(lambda m: str(int(m[1]) + 1), source)


@edits("donate_button", kind="event", most="notice", odds=0.6)
def donate_button(site: Site) -> Render | None:
    number = token(site.rng("donate"), 13, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
    html = f'<form action="https://www.paypal.com/cgi-bin/webscr" method="post"><input type="hidden" name="cmd" value="_s-xclick"><input type="hidden" name="hosted_button_id" value="{number}"><input type="image" src="https://www.paypalobjects.com/en_US/i/btn/btn_donate_LG.gif" alt="PayPal"></form>'
    return widget(site, "donate", lambda _m, _r: html)


@edits("self_refresh", kind="event", most="notice", odds=0.6)
def self_refresh(site: Site) -> Render | None:
    rng = site.rng("self_refresh")
    spot = site.take_place(site.doc.head_end)
    target = rng.choice(["", "", f"; url={escape(site.url)}"])
    html = f'<meta http-equiv="refresh" content="{rng.choice([300, 600, 900])}{target}">'
    return (lambda _: [Edit(spot, spot, html)]) if spot is not None else None


@edits("sr_heading", kind="event")
def sr_heading(site: Site) -> Render | None:
    """A heading for screen readers only."""
    rng = site.rng("sr_heading")
    spot = site.place(rng)
    style = rng.choice(
        [
            "position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)",
            "position:absolute;left:-10000px",
        ]
    )
    text = escape(site.words.headline(rng))
    return (
        (lambda _: [Edit(spot, spot, f'<h2 class="visually-hidden" style="{style}">{text}</h2>')])
        if spot is not None
        else None
    )


@edits("noscript_hint", kind="event", odds=0.2)
def noscript_hint(site: Site) -> Render | None:
    spot = site.take_place(site.doc.body_start)
    html = '<noscript><p>JavaScript: <a href="https://www.enable-javascript.com/">enable-javascript.com</a></p></noscript>'
    return (lambda _: [Edit(spot, spot, html)]) if spot is not None else None


@whole_page("consent_wall", kind="moment", most="notice", odds=0.3)
def consent_wall(site: Site) -> Transform:
    """A page of its own that asks for consent before it shows anything."""
    text, accept, more = (escape(t) for t in phrase("cookies", site.language))
    html = (
        f'<!DOCTYPE html><html><head><meta charset=utf-8><title>{escape(site.owner)}</title><link rel="stylesheet" href="/consent.css"></head><body><h1>{escape(site.owner)}</h1><p>{text}</p>'
        f'<form action="/consent" method="post"><button>{accept}</button></form><a href="/privacy">{more}</a></body></html>'
    )
    return lambda _source, _m: html


@whole_page("bot_challenge", kind="moment", most="notice", odds=0.3)
def bot_challenge(site: Site) -> Transform:
    """The guard wants to see a browser first (status 403)."""

    def change(_: str, m: Moment) -> str:
        ray = token(m.rng("ray"), 16)
        return (
            '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title><meta http-equiv="refresh" content="390"><meta name="robots" content="noindex,nofollow"></head>'
            f"<body><h1>{escape(site.host)}</h1><p>Checking if the site connection is secure</p><noscript>Enable JavaScript and cookies to continue</noscript>"
            f"<script>window._cf_chl_opt={{cvId:'2',cRay:'{ray}'}};</script><script src=\"/cdn-cgi/challenge-platform/h/b/orchestrate/jsch/v1\"></script><p>Ray ID: {ray}</p></body></html>"
        )

    return change


@whole_page("gateway_error", kind="moment", most="notice", odds=0.3)
def gateway_error(_: Site) -> Transform:
    """The server behind is away for a moment (status 502)."""
    html = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>"
    return lambda _source, _m: html
