"""What owners do now and then: banners, new tags, edits, a new year in the footer, maintenance, a redesign."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

import re
from random import Random

from tests.tamper.corpus.markup import Edit, Element, escape, plain_text
from tests.tamper.corpus.noise.live import widget
from tests.tamper.corpus.noise.registry import Transform, edits, whole_page
from tests.tamper.corpus.site import Moment, Render, Site, link, token
from tests.tamper.corpus.words import phrase

KNOWN_TAGS = (
    '<script async src="https://www.googletagmanager.com/gtag/js?id=G-{ID}"></script><script>window.dataLayer=window.'
    "dataLayer||[];function gtag(){{dataLayer.push(arguments)}}gtag('js',new Date());gtag('config','G-{ID}');</script>",
    "<script>(function(i,s,o,g,r,a,m){{i['GoogleAnalyticsObject']=r;i[r]=i[r]||function(){{(i[r].q=i[r].q||[]).push("
    "arguments)}},i[r].l=1*new Date();a=s.createElement(o),m=s.getElementsByTagName(o)[0];a.async=1;a.src=g;m.parentNode."
    "insertBefore(a,m)}})(window,document,'script','https://www.google-analytics.com/analytics.js','ga');ga('create',"
    "'UA-{id}-1','auto');ga('send','pageview');</script>",
    '<script>var _hmt=_hmt||[];(function(){{var hm=document.createElement("script");hm.src="https://hm.baidu.com/hm.js?{hex}";'
    'var s=document.getElementsByTagName("script")[0];s.parentNode.insertBefore(hm,s)}})();</script>',
    "<script>(function(h,o,t,j,a,r){{h.hj=h.hj||function(){{(h.hj.q=h.hj.q||[]).push(arguments)}};h._hjSettings={{hjid:{id},"
    "hjsv:6}};a=o.getElementsByTagName('head')[0];r=o.createElement('script');r.async=1;r.src=t+h._hjSettings.hjid+j+"
    "h._hjSettings.hjsv;a.appendChild(r)}})(window,document,'https://static.hotjar.com/c/hotjar-','.js?sv=');</script>",
    "<script>!function(f,b,e,v,n,t,s){{if(f.fbq)return;n=f.fbq=function(){{n.callMethod?n.callMethod.apply(n,arguments):"
    "n.queue.push(arguments)}};t=b.createElement(e);t.async=!0;t.src=v;s=b.getElementsByTagName(e)[0];s.parentNode."
    "insertBefore(t,s)}}(window,document,'script','https://connect.facebook.net/en_US/fbevents.js');fbq('init','{id}');"
    'fbq("track","PageView");</script><noscript><img height="1" width="1" style="display:none" '
    'src="https://www.facebook.com/tr?id={id}&ev=PageView&noscript=1"></noscript>',
    "<script>(function(m,e,t,r,i,k,a){{m[i]=m[i]||function(){{(m[i].a=m[i].a||[]).push(arguments)}};k=e.createElement(t),"
    "a=e.getElementsByTagName(t)[0],k.async=1,k.src=r,a.parentNode.insertBefore(k,a)}})(window,document,'script',"
    "'https://mc.yandex.ru/metrika/tag.js','ym');ym({id},'init',{{clickmap:true}});</script>",
    '<script defer src="https://static.cloudflareinsights.com/beacon.min.js" data-cf-beacon=\'{{"token":"{hex}"}}\'></script>',
)


@edits("known_tag", kind="event", most="notice")
def known_tag(site: Site) -> Render | None:
    rng = site.rng("known_tag")
    spot = site.take_place(rng.choice([site.doc.head_end, site.doc.body_end]))
    filled = rng.choice(KNOWN_TAGS).format(
        ID=token(rng, 10, "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"),
        id=rng.randrange(10**6, 10**9),
        hex=token(rng),
    )
    return (lambda _: [Edit(spot, spot, filled)]) if spot is not None else None


@edits("season_banner", kind="event")
def season_banner(site: Site) -> Render | None:
    text = escape(phrase("season", site.language)[0])
    return widget(site, "notice", lambda _m, _r: f"<strong>{text}</strong> {link('/news/holidays', '»')}")


@edits("cookie_banner", kind="event")
def cookie_banner(site: Site) -> Render | None:
    text, accept, more = (escape(t) for t in phrase("cookies", site.language))
    spot = site.take_place(site.doc.body_end)
    if spot is None:
        return None
    html = (
        f'<div id="cookie-consent" class="cookie-bar" style="position:fixed;bottom:0;left:0;right:0;z-index:9999;background:#222;'
        f'color:#fff" role="dialog"><p>{text} <a href="/privacy">{more}</a></p><button type="button">{accept}</button></div>'
    )
    return lambda _: [Edit(spot, spot, html)]


@edits("footer_year", kind="event")
def footer_year(site: Site) -> Render | None:
    found = list(
        re.finditer(
            r"(?:©|&copy;|\(c\)|Copyright)[^<>]{0,30}?((?:19|20)\d\d)(?=[^<>\d]*<)", site.doc.source, re.I
        )
    )
    if not found or not site.take(*found[-1].span(1)):
        return None
    start, end = found[-1].span(1)
    return lambda _: [Edit(start, end, str(int(site.doc.source[start:end]) + 1))]


def _leaf(element: Element) -> bool:
    return not element.children and element.name in {"p", "li", "td", "dd", "h2", "h3"}


@edits("typo_fixed", kind="event")
def typo_fixed(site: Site) -> Render | None:
    rng = site.rng("typo_fixed")
    element = site.pick(rng, [p for p in site.doc.paragraphs if _leaf(p)])
    if element is None:
        return None
    words = site.doc.inner(element).split(" ")
    number = rng.randrange(len(words))
    if len(words[number]) > 3 and "&" not in words[number]:
        words[number] = words[number][:-2] + words[number][-1] + words[number][-2]
    return lambda _: [Edit(element.inner, element.inner_end, " ".join(words))]


@edits("paragraph_edited", kind="event", odds=1.5)
def paragraph_edited(site: Site) -> Render | None:
    rng = site.rng("paragraph_edited")
    element = site.pick(rng, [p for p in site.doc.paragraphs if _leaf(p)])
    if element is None:
        return None
    text = escape(site.words.paragraph(rng))
    both = f"{site.doc.inner(element)} {text}" if rng.random() < 0.5 else text
    return lambda _: [Edit(element.inner, element.inner_end, both)]


@edits("article_added", kind="event", odds=1.5)
def article_added(site: Site) -> Render | None:
    rng = site.rng("article_added")
    title = site.words.headline(rng)
    text = f"<h3>{link(site.slug(rng, title), title)}</h3><p>{escape(site.words.paragraph(rng))}</p>"
    return widget(site, "entry", lambda _m, _r: text, "article")


@edits("partner_link", kind="event")
def partner_link(site: Site) -> Render | None:
    """One link to another, ordinary site, where every visitor sees it."""
    rng = site.rng("partner_link")
    name = token(rng, rng.randint(5, 9), "aabcdeeghiiklmnoprstuu")
    address = f"https://www.{name}.{rng.choice(['org', 'com', 'eu', 'net'])}/"
    text = f"{escape(site.words.sentence(rng))} {link(address, name.title())}"
    return widget(site, "partner", lambda _m, _r: text, "p")


@edits("embedded_media", kind="event", most="notice")
def embedded_media(site: Site) -> Render | None:
    rng = site.rng("embedded_media")
    frames = (
        f"https://www.youtube.com/embed/{token(rng, 11, 'abcdefghijkABCDEFGHIJK0123456789-_')}",
        f"https://player.bilibili.com/player.html?bvid=BV1{token(rng, 9, 'abcdefgh123456789')}",
        f"https://www.google.com/maps/embed?pb=!1m18!1m12!1m3!1d{rng.randrange(9999)}.{rng.randrange(99)}",
        f"https://player.vimeo.com/video/{rng.randrange(10**8, 10**9)}",
        f"https://www.openstreetmap.org/export/embed.html?bbox={rng.uniform(0, 20):.3f}",
    )
    frame = f'<iframe src="{rng.choice(frames)}" width="560" height="315" frameborder="0" allowfullscreen></iframe>'
    return widget(site, "video", lambda _m, _r: frame)


@edits("chat_widget", kind="event", most="notice")
def chat_widget(site: Site) -> Render | None:
    rng = site.rng("chat_widget")
    source = rng.choice([
        f"https://embed.tawk.to/{token(rng, 24)}/default", "https://widget.intercom.io/widget/" + token(rng, 8),
        f"https://code.jivosite.com/widget/{token(rng, 10)}", "https://js.driftt.com/include/1/drift.js",
    ])  # fmt: skip
    spot = site.take_place(site.doc.body_end)
    html = (
        f'<div id="chat-widget" style="display:none"><a href="/contact">Chat</a><textarea name="m"></textarea></div>'
        f'<script async src="{source}"></script>'
    )
    return (lambda _: [Edit(spot, spot, html)]) if spot is not None else None


@edits("menu_item", kind="event")
def menu_item(site: Site) -> Render | None:
    rng = site.rng("menu_item")
    runs = [run for run in site.doc.lists if run[0].name == "li"]
    if not runs:
        return None
    last = rng.choice(runs)[-1]
    spot = site.take_place(last.end)
    title = " ".join(plain_text(site.words.headline(rng)).split(" ")[:3])
    css = last.attributes.get("class", "")
    html = f'<li class="{escape(css)}">{link(site.slug(rng, title), title)}</li>'
    return (lambda _: [Edit(spot, spot, html)]) if spot is not None else None


@edits("hidden_menu")
def hidden_menu(site: Site) -> Render | None:
    """A drop-down, a dialog or a skip link with own links, hidden until it is needed, now there and now not."""
    rng = site.rng("hidden_menu")
    spot = site.take_place(site.doc.body_start)
    if spot is None:
        return None
    style = rng.choice([
        'style="display:none"', 'class="sr-only" style="position:absolute;left:-9999px"', "hidden", 'style="visibility:hidden"',
        'style="position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0 0 0 0)"', 'aria-hidden="true" style="opacity:0"',
    ])  # fmt: skip

    def render(m: Moment) -> list[Edit]:
        r: Random = m.rng("hidden_menu")
        if r.random() < 0.3:
            return []
        titles = [site.words.headline(r) for _ in range(r.randint(1, 5))]
        rows = "".join(f"<li>{link(site.slug(r, t), t)}</li>" for t in titles)
        return [Edit(spot, spot, f"<div {style}><ul>{rows}</ul></div>")]

    return render


@edits("missing_fragment", kind="moment")
def missing_fragment(site: Site) -> Render | None:
    """A part of the page that its server did not get in time: a list is empty for a moment."""
    rng = site.rng("missing_fragment")
    small = [b for b in site.doc.blocks if b.inner_end - b.inner < len(site.doc.source) * 0.08]
    block = site.pick(rng, small)
    return (lambda _: [Edit(block.inner, block.inner_end, "")]) if block is not None else None


@whole_page("maintenance", kind="moment", most="notice", odds=0.4)
def maintenance(site: Site) -> Transform:
    title, text = (escape(t) for t in phrase("maintenance", site.language))
    html = (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title><style>body{{font-family:sans-serif;"
        f'text-align:center;padding:10%}}</style></head><body><img src="/images/logo.png" alt="{escape(site.owner)}">'
        f"<h1>{title}</h1><p>{text}</p></body></html>"
    )
    return lambda _source, _m: html
