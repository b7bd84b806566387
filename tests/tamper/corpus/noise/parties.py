"""Well-known third parties: public CDNs, widgets, consent managers, pixels; and news with harsh words in them."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

from random import Random

from tests.tamper.corpus.markup import Edit, escape, set_attribute
from tests.tamper.corpus.noise.live import widget
from tests.tamper.corpus.noise.registry import edits
from tests.tamper.corpus.site import Moment, Render, Site, link, token

_WIDGETS = (
    '<script async defer src="https://connect.facebook.net/en_US/sdk.js#xfbml=1&version=v18.0"></script><div class="fb-page" data-href="https://www.facebook.com/{own}/"></div>',
    '<a class="twitter-timeline" href="https://twitter.com/{own}">Tweets</a><script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>',
    '<script src="https://www.google.com/recaptcha/api.js" async defer></script>',
    '<script src="https://consent.cookiebot.com/uc.js" data-cbid="{hex}" async></script>',
    '<script src="https://cdn.cookielaw.org/scripttemplates/otSDKStub.js" data-domain-script="{hex}"></script>',
    '<script async src="https://widget.trustpilot.com/bootstrap/v5/tp.widget.bootstrap.min.js"></script><div class="trustpilot-widget" data-businessunit-id="{hex}"></div>',
    '<script src="https://{own}.disqus.com/embed.js" async></script><div id="disqus_thread"></div>',
    '<script src="https://js.stripe.com/v3/"></script>',
    '<script src="https://s7.addthis.com/js/300/addthis_widget.js#pubid={own}"></script>',
    '<script>(function(d,s){{var j=d.createElement(s);j.async=true;j.src="https://plausible.io/js/script.js";d.head.appendChild(j)}})(document,"script");</script>',
)  # fmt: skip
_LIBRARIES = (
    "https://cdn.jsdelivr.net/npm/{n}@3.6.0/dist/{n}.min.js", "https://cdnjs.cloudflare.com/ajax/libs/{n}/3.6.0/{n}.min.js",
    "https://unpkg.com/{n}@3.6.0/dist/{n}.min.js", "https://code.jquery.com/{n}-3.6.0.min.js", "https://ajax.googleapis.com/ajax/libs/{n}/3.6.0/{n}.min.js",
    "https://cdn.bootcdn.net/ajax/libs/{n}/3.6.0/{n}.min.js", "https://lib.baomitu.com/{n}/3.6.0/{n}.min.js",
)  # fmt: skip
_HARSH = {
    "en": "Hackers steal data of two million customers|Police raid illegal casino downtown|Court rules on online betting tax|Ransomware gang arrested|Drug ring broken up at the port",
    "de": "Hacker erbeuten Daten von zwei Millionen Kunden|Polizei durchsucht illegales Casino|Gericht urteilt über Sportwetten-Steuer|Drogenring zerschlagen",
    "fr": "Des pirates volent les données de deux millions de clients|Un casino clandestin fermé par la police|Paris sportifs : le tribunal tranche",
    "es": "Hackers roban datos de dos millones de clientes|La policía cierra un casino clandestino|El tribunal decide sobre las apuestas deportivas",
    "zh": "警方破获特大网络赌博案|黑客攻击致两百万用户信息泄露|多部门联合整治色情低俗信息|法院审理一起诈骗案",
    "ru": "Хакеры похитили данные двух миллионов клиентов|Полиция закрыла подпольное казино|Суд рассмотрит дело о ставках",
    "pt": "Hackers roubam dados de dois milhões de clientes|Polícia fecha casino ilegal|Tribunal decide sobre apostas", "ja": "サイバー攻撃で顧客情報が流出|違法カジノを摘発|警察、詐欺グループを逮捕",
    "it": "Hacker rubano i dati di due milioni di clienti|La polizia chiude una bisca clandestina|Scommesse, decide il tribunale", "ko": "해커, 고객 정보 200만 건 유출|경찰, 불법 도박장 적발",
}  # fmt: skip


@edits("known_widget", kind="event", most="notice")
def known_widget(site: Site) -> Render | None:
    rng = site.rng("known_widget")
    filled = rng.choice(_WIDGETS).format(own=site.owner.split(".")[0], hex=token(rng))
    return widget(site, "embed", lambda _m, _r: filled)


@edits("public_cdn", kind="event", most="notice")
def public_cdn(site: Site) -> Render | None:
    """A library comes from a public CDN from now on, or web fonts do."""
    rng = site.rng("public_cdn")
    name = rng.choice(["jquery", "bootstrap", "lodash", "vue", "swiper", "axios"])
    source = rng.choice(_LIBRARIES).format(n=name)
    own = [s for s in site.doc.find("script") if site.is_own(s.attributes.get("src", "//x.y/"))]
    script = site.pick(rng, own) if rng.random() < 0.5 else None
    if script is not None:
        tag = set_attribute(site.doc.source[script.start : script.inner], "src", source)
        return lambda _: [Edit(script.start, script.inner, tag)]
    spot = site.take_place(site.doc.head_end)
    html = rng.choice([
        f'<script src="{source}"></script>', '<link href="https://fonts.googleapis.com/css2?family=Noto+Sans&display=swap" rel="stylesheet">',
        '<link rel="stylesheet" href="https://cdnjs.cloudflare.com/ajax/libs/font-awesome/6.4.0/css/all.min.css">',
        '<link rel="preconnect" href="https://fonts.gstatic.com" crossorigin>',
    ])  # fmt: skip
    return (lambda _: [Edit(spot, spot, html)]) if spot is not None else None


@edits("noscript_pixel")
def noscript_pixel(site: Site) -> Render | None:
    rng = site.rng("noscript_pixel")
    spot = site.take_place(site.doc.body_end)
    base = rng.choice(["https://www.facebook.com/tr?id={n}&ev=PageView&r={r}", "https://mc.yandex.ru/watch/{n}?r={r}", "https://sb.scorecardresearch.com/p?c1=2&c2={n}&cv=2.0&r={r}",
                       "https://b.stats.{own}/ss/{n}/1?r={r}", "https://pixel.quantserve.com/pixel/p-{n}.gif?{r}"])  # fmt: skip
    number = rng.randrange(10**6, 10**9)

    def render(m: Moment) -> list[Edit]:
        source = escape(base.format(n=number, r=token(m.rng("pixel"), 10), own=site.owner))
        html = f'<noscript><img height="1" width="1" style="display:none" src="{source}" alt=""></noscript>'
        return [Edit(spot or 0, spot or 0, html)]

    return render if spot is not None else None


@edits("crime_news", odds=0.2)
def crime_news(site: Site) -> Render | None:
    """News speak of hackers and gamblers, now and then."""
    harsh = _HARSH.get(site.language)
    if harsh is None:
        return None

    def write(_: Moment, r: Random) -> str:
        titles = [site.words.headline(r) for _ in range(3)] + r.sample(
            harsh.split("|"), r.choice([0, 1, 1, 2])
        )
        r.shuffle(titles)
        return "".join(f"<li>{link(site.slug(r, t), t)}</li>" for t in titles)

    return widget(site, "headlines", write, "ul")


@edits("vendor_tags")
def vendor_tags(site: Site) -> Render | None:
    """A tag manager's scripts: the same few vendors, not all of them on every view."""
    rng = site.rng("vendor_tags")
    spot = site.take_place(site.doc.body_end)
    vendors = rng.sample([
        "https://static.criteo.net/js/ld/ld.js", "https://cdn.segment.com/analytics.js/v1/{h}/analytics.min.js", "https://snap.licdn.com/li.lms-analytics/insight.min.js",
        "https://bat.bing.com/bat.js", "https://static.chartbeat.com/js/chartbeat.js", "https://cdn.optimizely.com/js/{h}.js", "https://js.hs-scripts.com/{h}.js",
    ], 4)  # fmt: skip

    def render(m: Moment) -> list[Edit]:
        r = m.rng("vendors")
        shown = [v for v in vendors if r.random() < 0.8]
        html = "".join(f'<script async src="{v.format(h=token(site.rng(v), 8))}"></script>' for v in shown)
        return [Edit(spot or 0, spot or 0, html)]

    return render if spot is not None else None
