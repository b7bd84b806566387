"""Visitors sent elsewhere."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

from random import Random

from tests.tamper.corpus.attacks.kit import address, attack, garble, host, insert, place, tagged
from tests.tamper.corpus.markup import Document, Edit, apply, set_attribute
from tests.tamper.corpus.site import Site


@attack("meta_refresh", "redirect")
def meta_refresh(site: Site, document: Document, rng: Random) -> str | None:
    target = address(rng, site, rng.choice(["", "?from=s", "index.html"]))
    html = rng.choice([
        f'<meta http-equiv="refresh" content="{rng.choice([0, 0, 1, 3, 5])};url={target}">', f"<META HTTP-EQUIV='Refresh' CONTENT='0; URL={target}'>",
        f'<noscript><meta http-equiv="refresh" content="0;url={target}"></noscript>', f'<meta content="1; url=\'{target}\'" http-equiv="refresh">',
    ])  # fmt: skip
    return insert(document, rng.choice([document.head_start, document.head_end, document.body_start]), html)


@attack("script_redirect", "redirect")
def script_redirect(site: Site, document: Document, rng: Random) -> str | None:
    target = address(rng, site)
    go = rng.choice([
        f"window.location='{target}';", f"top.location.replace('{target}');", f"document.location.href='{target}';", f"location.assign('{target}');",
        f"window['loca'+'tion']['hr'+'ef']='{target}';", f"setTimeout(function(){{self.location='{target}'}},{rng.randrange(50, 4000)});",
    ])  # fmt: skip
    when = rng.choice([
        "{}", "{}", "if(/baidu|google|sogou|so\\.com|bing/i.test(document.referrer)){{{}}}",
        "if(/Android|iPhone|iPad|Mobile/i.test(navigator.userAgent)){{{}}}", "if(document.cookie.indexOf('vst=')<0){{document.cookie='vst=1';{}}}",
        "document.addEventListener('click',function(){{{}}},{{once:true}});", "window.onload=function(){{{}}};",
    ]).replace("{{", "{").replace("}}", "}")  # fmt: skip
    code = when.replace("{}", go, 1)
    return insert(document, place(document, rng), tagged(garble(rng, code), rng))


@attack("base_hijack", "redirect")
def base_hijack(site: Site, document: Document, rng: Random) -> str | None:
    base = document.first("base")
    target = address(rng, site)
    if base is not None:
        tag = set_attribute(document.source[base.start : base.inner], "href", target)
        return apply(document.source, [Edit(base.start, base.inner, tag)])
    return insert(document, document.head_start, f'<base href="{target}">')


@attack("body_redirect", "redirect")
def body_redirect(site: Site, document: Document, rng: Random) -> str | None:
    body = document.first("body")
    if body is None or "onload" in body.attributes:
        return None
    tag = document.source[body.start : body.inner]
    name = rng.choice(["onload", "onclick", "onmousemove", "onpageshow"])
    changed = set_attribute(tag, name, f"window.location.href='{address(rng, site)}'")
    return apply(document.source, [Edit(body.start, body.inner, changed)])


@attack("canonical_hijack", "seo_spam")
def canonical_hijack(site: Site, document: Document, rng: Random) -> str | None:
    """Search engines are told that the page is really another's."""
    target = f"https://{host(rng, site)}/"
    for element in document.find("link"):
        if "canonical" in element.attributes.get("rel", ""):
            tag = set_attribute(document.source[element.start : element.inner], "href", target)
            return apply(document.source, [Edit(element.start, element.inner, tag)])
    return insert(document, document.head_end, f'<link rel="canonical" href="{target}">')
