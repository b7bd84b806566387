"""What owners change in their own pages: texts, scripts, forms, addresses, the whole look."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

import re
from random import Random

from tests.tamper.corpus.markup import Document, Edit, apply, escape, set_attribute
from tests.tamper.corpus.noise.live import widget
from tests.tamper.corpus.noise.registry import Transform, edits, whole_page
from tests.tamper.corpus.site import Moment, Render, Site, link, token
from tests.tamper.corpus.words import phrase

_OWN_CODE = (
    "document.addEventListener('DOMContentLoaded',function(){{var t=document.querySelector('.nav-toggle');"
    "if(t)t.addEventListener('click',function(){{document.body.classList.toggle('nav-open')}})}});",
    "var y=document.getElementById('year-{n}');if(y)y.textContent=new Date().getFullYear();",
    "window.siteConfig=Object.assign(window.siteConfig||{{}},{{theme:'{id}',lazy:true,breakpoint:{n}}});",
    "(function(d){{d.className=d.className.replace('no-js','js')}})(document.documentElement);",
    "if(window.jQuery)jQuery(function($){{$('.slider-{n}').on('click','.next',function(){{$(this).parent().toggleClass('on')}})}});",
)


@edits("own_script_added", kind="event", most="notice", odds=0.7)
def own_script_added(site: Site) -> Render | None:
    rng = site.rng("own_script_added")
    spot = site.take_place(rng.choice([site.doc.head_end, site.doc.body_end]))
    path = rng.choice(
        [f"/js/{token(rng, 5)}.js", f"/assets/{token(rng, 8)}.min.js", f"https://static.{site.owner}/menu.js"]
    )
    return (lambda _: [Edit(spot, spot, f'<script src="{path}"></script>')]) if spot is not None else None


@edits("own_inline_added", kind="event", most="notice", odds=0.7)
def own_inline_added(site: Site) -> Render | None:
    rng = site.rng("own_inline_added")
    spot = site.take_place(rng.choice([site.doc.head_end, site.doc.body_end]))
    code = rng.choice(_OWN_CODE).format(n=rng.randrange(100, 1400), id=token(rng, 6))
    return (lambda _: [Edit(spot, spot, f"<script>{code}</script>")]) if spot is not None else None


@edits("own_style_added", kind="event")
def own_style_added(site: Site) -> Render | None:
    rng = site.rng("own_style_added")
    spot = site.take_place(site.doc.head_end)
    html = rng.choice([
        f'<link rel="stylesheet" href="/css/{token(rng, 5)}.css">',
        f"<style>.{token(rng, 4, 'abcdef')}-hero{{background:url(/img/{token(rng, 4)}.jpg);padding:{rng.randrange(60)}px}}</style>",
    ])  # fmt: skip
    return (lambda _: [Edit(spot, spot, html)]) if spot is not None else None


@edits("library_upgraded", kind="event")
def library_upgraded(site: Site) -> Render | None:
    """A library of the page's own, in its next version: another number in the same address."""
    pattern = re.compile(r"(\d+)\.(\d+)\.(\d+)")
    for element in site.doc.find("script"):
        source = element.attributes.get("src", "")
        if pattern.search(source) and site.is_own(source) and site.take(element.start, element.inner):
            newer = pattern.sub(lambda m: f"{m[1]}.{int(m[2]) + 1}.0", source)
            tag = set_attribute(site.doc.source[element.start : element.inner], "src", newer)
            return lambda _, start=element.start, end=element.inner: [Edit(start, end, tag)]  # type: ignore[misc]
    return None


@edits("newsletter_form", kind="event", most="notice", odds=0.7)
def newsletter_form(site: Site) -> Render | None:
    rng = site.rng("newsletter_form")
    own = f"/newsletter/subscribe?list={rng.randrange(9)}"
    lists = f"https://{site.owner.split('.')[0]}.us{rng.randrange(1, 20)}.list-manage.com/subscribe/post?u={token(rng, 25)}"
    action = escape(rng.choice([own, own, lists]))
    html = f'<form action="{action}" method="post"><input type="email" name="EMAIL" placeholder="E-mail"><button>OK</button></form>'
    return widget(site, "newsletter", lambda _m, _r: html)


@edits("block_removed", kind="event")
def block_removed(site: Site) -> Render | None:
    """The owner takes a small part of the page away."""
    small = [b for b in site.doc.blocks if b.inner_end - b.inner < len(site.doc.source) * 0.05]
    block = site.pick(site.rng("block_removed"), small)
    return (lambda _: [Edit(block.start, block.end, "")]) if block is not None else None


@edits("title_counter", odds=0.6)
def title_counter(site: Site) -> Render | None:
    title = site.doc.first("title")
    if title is None or not site.take(title.inner, title.inner):
        return None
    return lambda m: [Edit(title.inner, title.inner, f"({m.rng('title').randrange(1, 99)}) ")]


@edits("description_changed", kind="event")
def description_changed(site: Site) -> Render | None:
    rng = site.rng("description_changed")
    for element in site.doc.find("meta"):
        if element.attributes.get("name", "").lower() == "description" and site.take(
            element.start, element.inner
        ):
            tag = set_attribute(
                site.doc.source[element.start : element.inner], "content", site.words.paragraph(rng)
            )
            return lambda _, start=element.start, end=element.inner: [Edit(start, end, tag)]  # type: ignore[misc]
    return None


@edits("title_changed", kind="event")
def title_changed(site: Site) -> Render | None:
    rng = site.rng("title_changed")
    title = site.doc.first("title")
    if title is None or not site.take(title.inner, title.inner_end):
        return None
    text = f"{escape(site.words.headline(rng))} | {site.doc.inner(title)}"
    return lambda _: [Edit(title.inner, title.inner_end, text)]


@edits("picture_replaced", kind="event")
def picture_replaced(site: Site) -> Render | None:
    rng = site.rng("picture_replaced")
    images = [i for i in site.doc.find("img") if i.attributes.get("src") and site.is_own(i.attributes["src"])]
    image = site.pick(rng, [i for i in images if not re.search("logo|qr|icon", str(i.attributes), re.I)])
    if image is None:
        return None
    folder = image.attributes["src"].rpartition("/")[0]
    tag = set_attribute(site.doc.source[image.start : image.inner], "src", f"{folder}/{token(rng, 8)}.jpg")
    return lambda _: [Edit(image.start, image.inner, tag)]


@edits("breadcrumbs", kind="event")
def breadcrumbs(site: Site) -> Render | None:
    rng = site.rng("breadcrumbs")
    parts = " » ".join(link(site.slug(rng, t), t) for t in [site.words.headline(rng) for _ in range(3)])
    return widget(site, "breadcrumbs", lambda _m, _r: parts, "nav")


@edits("sale_banner", kind="event")
def sale_banner(site: Site) -> Render | None:
    rng = site.rng("sale_banner")
    text = f'<a href="/sale"><img src="/img/sale-{token(rng, 4)}.png" alt="-{rng.randrange(10, 70)}%"></a>'
    begin = rng.randrange(10**4, 10**6)
    return widget(
        site, "sale", lambda m, _r: f"{text} <span data-left='{begin - m.step}'>{begin // 3600:02}:59</span>"
    )


@edits("share_menu", kind="event")
def share_menu(site: Site) -> Render | None:
    """A menu hidden until it is asked for, with links to the well-known social sites."""
    rng = site.rng("share_menu")
    spot = site.place(rng)
    address = escape(site.url)
    rows = "".join(
        f'<li><a href="{href}{address}" rel="noopener">{name}</a></li>'
        for name, href in rng.sample([
            ("Facebook", "https://www.facebook.com/sharer/sharer.php?u="), ("X", "https://twitter.com/intent/tweet?url="),
            ("WhatsApp", "https://api.whatsapp.com/send?text="), ("LinkedIn", "https://www.linkedin.com/shareArticle?url="),
            ("微博", "https://service.weibo.com/share/share.php?url="), ("Telegram", "https://t.me/share/url?url="),
        ], 4)
    )  # fmt: skip
    style = rng.choice(['style="display:none"', 'aria-hidden="true" style="visibility:hidden"', "hidden"])
    return (
        (lambda _: [Edit(spot, spot, f'<ul class="share-menu" {style}>{rows}</ul>')])
        if spot is not None
        else None
    )


@edits("language_menu", kind="event")
def language_menu(site: Site) -> Render | None:
    rng = site.rng("language_menu")
    spot = site.take_place(site.doc.body_start)
    codes = rng.sample(["en", "de", "fr", "es", "zh", "ja", "ru", "ar"], 4)
    rows = "".join(link(f"https://{c}.{site.owner}/", c.upper()) for c in codes)
    return (
        (lambda _: [Edit(spot, spot, f'<div class="langs" style="display:none">{rows}</div>')])
        if spot is not None
        else None
    )


@edits("greeting_dialog", kind="event")
def greeting_dialog(site: Site) -> Render | None:
    text, accept, _ = phrase("cookies", site.language)
    spot = site.take_place(site.doc.body_end)
    html = (
        f'<div class="modal" id="welcome" style="display:none"><p>{escape(text)}</p><a href="/account">{escape(accept)}</a></div>'
        '<div class="modal-backdrop" style="position:fixed;top:0;left:0;opacity:0"></div>'
    )
    return (lambda _: [Edit(spot, spot, html)]) if spot is not None else None


def _renewed(site: Site, source: str, rng: Random, share: float) -> str:
    """Other headlines and teasers in the same frame."""
    document = Document(source)
    runs = {e.start for run in document.lists for e in run}
    found: list[Edit] = []
    for element in document.elements:
        if element.children or element.start < document.body_start or rng.random() > share:
            continue
        text = document.inner(element)
        if element.name == "p" and len(text) > 60:
            found.append(Edit(element.inner, element.inner_end, escape(site.words.sentence(rng))))
        elif element.name == "a" and len(text) > 20 and any(a.start in runs for a in element.ancestors()):
            title = site.words.headline(rng)
            if site.is_own(element.attributes.get("href", "")):
                found.append(Edit(element.start, element.end, link(site.slug(rng, title), title)))
    return apply(source, found)


@whole_page("front_page_renewed", kind="event", odds=0.8)
def front_page_renewed(site: Site) -> Transform:
    """A new day's front page: most headlines and teasers are others, the frame is the same."""
    share = site.rng("front_page_renewed").uniform(0.4, 0.8)
    return lambda source, _: _renewed(site, source, site.rng("renewed"), share)


@whole_page("article_of_the_day", odds=0.4)
def article_of_the_day(site: Site) -> Transform:
    """A page whose text is another at every fetch, all along."""
    return lambda source, m: _renewed(site, source, m.rng("article_of_the_day"), 0.9)


@whole_page("https_everywhere", kind="event", odds=0.5)
def https_everywhere(site: Site) -> Transform:
    own = re.escape(site.owner)
    pattern = re.compile(rf"http://((?:[\w-]+\.)*{own})(?=[/\"'?#])")
    return lambda source, _: pattern.sub(r"https://\1", source)


@whole_page("static_host", kind="event", odds=0.5)
def static_host(site: Site) -> Transform:
    """Own pictures move to a host of their own."""
    pattern = re.compile(r"(<img\b[^>]*?\ssrc=[\"'])/(?!/)", re.IGNORECASE)
    return lambda source, _: pattern.sub(rf"\1https://static.{site.owner}/", source)


@whole_page("phone_reformatted", kind="event", odds=0.6)
def phone_reformatted(site: Site) -> Transform:
    """The same telephone numbers, grouped otherwise."""
    pattern = re.compile(r"(?<=>)(\+\d{1,3})([ \-])(\d{2,4})\2(\d{3})\2(\d{4})(?=<)")
    form = site.rng("phone").choice([r"\1 (\3) \4-\5", r"\1.\3.\4.\5", r"\1 \3 \4\5", r"\1-\3-\4-\5"])
    return lambda source, _: pattern.sub(form, source)


@whole_page("redesign", kind="event", most="notice", odds=0.5)
def redesign(site: Site) -> Transform:
    """The same owner's new look: other classes, styles and order; the words and the hosts stay."""
    rng: Random = site.rng("redesign")
    prefix = token(rng, 3, "abcdefghkmnp")
    head = f'<link rel="stylesheet" href="/theme/{prefix}/main.css"><link rel="stylesheet" href="https://fonts.googleapis.com/css2?family=Inter">'
    tail = f'<script src="/theme/{prefix}/app.js"></script>'

    def change(source: str, _: Moment) -> str:
        source = re.sub(
            r"(\sclass=[\"'])([^\"']+)",
            lambda m: m[1] + " ".join(f"{prefix}-{c}" for c in m[2].split()),
            source,
        )
        source = re.sub(r"<(/?)(?:table|tbody|tr|td|center|font)\b[^>]*>", r"<\1div>", source, flags=re.I)
        source = re.sub(r"<link\b[^>]*stylesheet[^>]*>", "", source, flags=re.I)
        document = Document(source)
        return apply(
            source,
            [
                Edit(document.head_end, document.head_end, head),
                Edit(document.body_end, document.body_end, tail),
            ],
        )

    return change


@whole_page("charset_changed", kind="event", odds=0.5)
def charset_changed(_: Site) -> Transform:
    """The page is written in UTF-8 from now on; `Life.snapshot` follows what the page declares."""
    pattern = re.compile(r"(<meta[^>]+charset\s*=\s*[\"']?\s*)[\w-]+", re.IGNORECASE)
    return lambda source, _m: pattern.sub(r"\1utf-8", source, count=1)
