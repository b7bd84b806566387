"""What servers and scripts write for themselves: tokens, sessions, blobs of state, analytics."""

from __future__ import annotations

import json
from random import Random

from tests.tamper.corpus.markup import Edit, set_attribute
from tests.tamper.corpus.noise.registry import edits
from tests.tamper.corpus.site import Moment, Render, Site, token

_ANALYTICS = (
    "var _gaq=_gaq||[];_gaq.push(['_setAccount','UA-{own}-1']);_gaq.push(['_setCustomVar',1,'sid','{id}',3]);"
    "_gaq.push(['_trackPageview']);",
    "window.dataLayer=window.dataLayer||[];dataLayer.push({{'pageId':'{id}','ts':{at},'visitor':'anonymous'}});",
    "var utag_data={{page_id:'{id}',generated:{at},site:'{own}'}};",
    "window.NREUM||(NREUM={{}});NREUM.info={{'beacon':'bam.nr-data.net','licenseKey':'{own}','transactionName':'{id}',"
    "'queueTime':{small},'applicationTime':{small}}};",
    "var _hmt=_hmt||[];_hmt.push(['_setCustomVar',1,'visitor','{id}',1]);",
    "window.__renderTime={at};window.__requestId='{id}';",
)


@edits("csrf_token", odds=1.3)
def csrf_token(site: Site) -> Render | None:
    rng = site.rng("csrf_token")
    name = rng.choice(
        ["_token", "csrfmiddlewaretoken", "authenticity_token", "__RequestVerificationToken", "formhash"]
    )
    spots = [s for form in site.doc.find("form")[:4] if (s := site.take_place(form.inner)) is not None]
    head = site.take_place(site.doc.head_end)
    if head is None and not spots:
        return None

    def render(m: Moment) -> list[Edit]:
        value = token(m.rng("csrf"), 40, "abcdefghijklmnopqrstuvwxyzABCDEF0123456789")
        found = [Edit(s, s, f'<input type="hidden" name="{name}" value="{value}">') for s in spots]
        if head is not None:
            found.append(Edit(head, head, f'<meta name="csrf-token" content="{value}">'))
        return found

    return render


@edits("viewstate")
def viewstate(site: Site) -> Render | None:
    form = site.doc.first("form")
    spot = site.take_place(form.inner) if form else None
    if spot is None:
        return None

    def render(m: Moment) -> list[Edit]:
        r = m.rng("viewstate")
        value = token(
            r, r.randrange(80, 900), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"
        )
        return [
            Edit(
                spot, spot, f'<input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="/wEP{value}==">'
            )
        ]

    return render


@edits("nonce")
def nonce(site: Site) -> Render | None:
    scripts = [s for s in site.doc.find("script", "style") if site.take(s.start, s.inner)]
    if not scripts:
        return None

    def render(m: Moment) -> list[Edit]:
        value = token(m.rng("nonce"), 22)
        source = site.doc.source
        return [
            Edit(s.start, s.inner, set_attribute(source[s.start : s.inner], "nonce", value)) for s in scripts
        ]

    return render


@edits("session_links")
def session_links(site: Site) -> Render | None:
    rng = site.rng("session_links")
    style = rng.choice(["?PHPSESSID=", ";jsessionid=", "?sid=", "?_t="])
    links = [
        a
        for a in site.doc.find("a")
        if (href := a.attributes.get("href", ""))
        and site.is_own(href)
        and not set("#?;:") & set(href.split("://")[-1])
    ]
    chosen = [a for a in links if site.take(a.start, a.inner)][:60]
    if not chosen:
        return None

    def render(m: Moment) -> list[Edit]:
        value = token(m.rng("session"), 26)
        source = site.doc.source
        return [
            Edit(
                a.start,
                a.inner,
                set_attribute(source[a.start : a.inner], "href", a.attributes["href"] + style + value),
            )
            for a in chosen
        ]

    return render


@edits("analytics_inline", odds=1.3)
def analytics_inline(site: Site) -> Render | None:
    rng = site.rng("analytics_inline")
    text, own = rng.choice(_ANALYTICS), rng.randrange(10**6, 10**8)
    spot = site.take_place(rng.choice([site.doc.head_end, site.doc.body_end]))
    if spot is None:
        return None

    def render(m: Moment) -> list[Edit]:
        r = m.rng("analytics")
        filled = text.format(
            own=own, id=token(r, 24), at=m.at * 1000 + r.randrange(999), small=r.randrange(300)
        )
        return [Edit(spot, spot, f"<script>{filled}</script>")]

    return render


@edits("state_blob", odds=1.3)
def state_blob(site: Site) -> Render | None:
    rng = site.rng("state_blob")
    style = rng.randrange(3)
    spot = site.take_place(site.doc.body_end)
    if spot is None:
        return None

    def render(m: Moment) -> list[Edit]:
        r = m.rng("state")
        items = [
            {
                "id": r.randrange(10**6),
                "title": (t := site.words.headline(r)),
                "url": site.slug(r, t),
                "views": r.randrange(9**6),
            }
            for _ in range(r.randint(2, 9))
        ]
        blob = {
            "props": {"pageProps": {"items": items, "now": m.at * 1000}},
            "buildId": token(r, 21),
            "query": {},
        }
        text = json.dumps(blob, ensure_ascii=style == 1).replace("</", "<\\/")
        shown = (
            f'<script id="__NEXT_DATA__" type="application/json">{text}</script>',
            f"<script>window.__INITIAL_STATE__={text};</script>",
            f"<script>window.__NUXT__=(function(a,b){{return {text}}}(null,{r.randrange(99)}));</script>",
        )
        return [Edit(spot, spot, shown[style])]

    return render


@edits("json_ld")
def json_ld(site: Site) -> Render | None:
    spot = site.take_place(site.doc.head_end)
    if spot is None:
        return None

    def render(m: Moment) -> list[Edit]:
        r = m.rng("json_ld")
        blob = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": site.words.headline(r),
            "dateModified": m.at,
            "mainEntityOfPage": site.url,
            "interactionCount": r.randrange(10**5),
        }
        text = json.dumps(blob, ensure_ascii=False).replace("</", "<\\/")
        return [Edit(spot, spot, f'<script type="application/ld+json">{text}</script>')]

    return render


@edits("server_comment")
def server_comment(site: Site) -> Render | None:
    text = site.rng("server_comment").choice(
        [
            "<!-- Page generated in {ms:.3f}s at {at} by web{n} -->",
            "<!-- cached {at} id:{n} -->",
            "<!-- {n}|{at} 0.{n}ms -->",
        ]
    )

    def render(m: Moment) -> list[Edit]:
        r = m.rng("comment")
        shown = text.format(ms=r.uniform(0.01, 3), at=m.at, n=r.randrange(99))
        end = len(site.doc.source)
        return [Edit(end, end, "\n" + shown)]

    return render


@edits("ab_test")
def ab_test(site: Site) -> Render | None:
    body = site.doc.first("body")
    if body is None or not site.take(body.start, body.inner):
        return None

    def render(m: Moment) -> list[Edit]:
        r = m.rng("ab_test")
        extra = f"exp-{r.randrange(100, 140)}-{r.choice('abc')} variant-{r.choice(['control', 'treatment'])}"
        tag = site.doc.source[body.start : body.inner]
        old = body.attributes.get("class", "")
        return [Edit(body.start, body.inner, set_attribute(tag, "class", f"{old} {extra}".strip()))]

    return render


@edits("css_hashes")
def css_hashes(site: Site) -> Render | None:
    """Generated class names (CSS in JS) of some blocks, new at every build, with their rules."""
    rng = site.rng("css_hashes")
    blocks = [
        b for b in rng.sample(site.doc.blocks, min(12, len(site.doc.blocks))) if site.take(b.start, b.inner)
    ]
    spot = site.take_place(site.doc.head_end)
    if not blocks or spot is None:
        return None
    prefix = rng.choice(["css-", "sc-", "jss", "_", "styles_box__"])

    def render(m: Moment) -> list[Edit]:
        r = Random(f"{site.seed}/css/{m.step}")
        names = [prefix + token(r, 6, "abcdefghijkmnpqrstuvwxyz0123456789") for _ in blocks]
        rules = "".join(f".{n}{{padding:{r.randrange(20)}px;color:#{token(r, 6)}}}" for n in names)
        found = [Edit(spot, spot, f'<style data-emotion="css">{rules}</style>')]
        for block, name in zip(blocks, names, strict=True):
            tag = site.doc.source[block.start : block.inner]
            classes = f"{block.attributes.get('class', '')} {name}".strip()
            found.append(Edit(block.start, block.inner, set_attribute(tag, "class", classes)))
        return found

    return render
