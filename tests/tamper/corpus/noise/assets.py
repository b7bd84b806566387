"""How pages load things: versions, hashes, shards, signatures, ads."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

import re
from random import Random

from tests.tamper.corpus.markup import Edit, Element, escape, set_attribute
from tests.tamper.corpus.noise.live import widget
from tests.tamper.corpus.noise.registry import edits
from tests.tamper.corpus.site import Moment, Render, Site, token

_ADS = (
    "adserver",
    "banner",
    "media",
    "promo",
    "werbung",
    "pub",
    "ads",
    "reklam",
    "img",
    "track",
    "go",
    "click",
)
_ENDINGS = ("com", "net", "de", "io", "co", "cn", "ru", "eu", "info")
_NETWORKS = (
    ("https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js", '<ins class="adsbygoogle" data-ad-client="ca-pub-{own}" data-ad-slot="{id}"></ins>'),
    ("https://securepubads.g.doubleclick.net/tag/js/gpt.js", '<div id="div-gpt-ad-{id}-0"></div>'),
    ("//cpro.baidustatic.com/cpro/ui/c.js", '<div class="_{id}" id="cpro_u{own}"></div>'),
    ("https://an.yandex.ru/system/context.js", '<div id="yandex_rtb_R-A-{own}-{id}"></div>'),
    ("https://cdn.taboola.com/libtrc/site/loader.js", '<div id="taboola-below-{id}"></div>'),
)  # fmt: skip


def _own_assets(site: Site, names: tuple[str, ...]) -> list[tuple[Element, str]]:
    found = []
    for element in site.doc.find(*names):
        if element.name == "link" and "stylesheet" not in element.attributes.get("rel", ""):
            continue
        key = "href" if element.name == "link" else "src"
        value = element.attributes.get(key, "").strip()
        if value and not value.startswith("data:") and site.is_own(value) and "://" not in value[8:]:
            found.append((element, key))
    return found


def rewrite_assets(site: Site, name: str, names: tuple[str, ...], most: int, change: str) -> Render | None:
    """Rewrite the addresses of own assets by a rule named by `change`, anew at each deploy."""
    rng = site.rng(name)
    chosen = [(e, k) for e, k in _own_assets(site, names) if site.take(e.start, e.inner)][:most]
    if not chosen:
        return None
    every = rng.randint(1, 3)

    def render(m: Moment) -> list[Edit]:
        edits_ = []
        for number, (element, key) in enumerate(chosen):
            r = Random(f"{site.seed}/{name}/{m.step // every}/{number}")
            value = _RULES[change](site, element.attributes[key].strip(), r, m)
            tag = set_attribute(site.doc.source[element.start : element.inner], key, value)
            edits_.append(Edit(element.start, element.inner, tag))
        return edits_

    return render


def _version(_: Site, value: str, r: Random, __: Moment) -> str:
    return f"{value.split('?')[0]}?v={token(r, 8)}"


def _hash(_: Site, value: str, r: Random, __: Moment) -> str:
    path = value.split("?")[0]
    stem, dot, ending = path.rpartition(".")
    return f"{stem}.{token(r, 8)}{dot}{ending}" if dot and "/" not in ending else f"{path}.{token(r, 8)}.js"


def _shard(site: Site, value: str, r: Random, _: Moment) -> str:
    path = value.split("://")[-1].lstrip("/")
    if "://" in value or value.startswith("//"):
        path = path.partition("/")[2]
    return f"https://cdn{r.randint(1, 9)}.{site.owner}/{path.lstrip('./')}"


def _signed(site: Site, value: str, r: Random, m: Moment) -> str:
    style = site.rng("signed style").randrange(3)
    path = value.split("?")[0]
    if style == 0:
        return f"{path}?Expires={m.at + 86400}&Signature={token(r, 40)}&Key-Pair-Id=APKA{token(r, 8)}"
    if style == 1:
        return (
            f"{path}?x-oss-process=image/resize,w_{r.choice([200, 320, 640])}&auth_key={m.at}-0-0-{token(r)}"
        )
    return f"{path}?itok={token(r, 8)}&t={m.at}"


_RULES = {"version": _version, "hash": _hash, "shard": _shard, "signed": _signed}


@edits("cache_bust", odds=1.5)
def cache_bust(site: Site) -> Render | None:
    return rewrite_assets(site, "cache_bust", ("script", "link"), 12, "version")


@edits("build_hash")
def build_hash(site: Site) -> Render | None:
    return rewrite_assets(site, "build_hash", ("script", "link"), 5, "hash")


@edits("cdn_shards")
def cdn_shards(site: Site) -> Render | None:
    return rewrite_assets(site, "cdn_shards", ("img",), 10, "shard")


@edits("signed_images")
def signed_images(site: Site) -> Render | None:
    return rewrite_assets(site, "signed_images", ("img",), 10, "signed")


@edits("lazy_images")
def lazy_images(site: Site) -> Render | None:
    chosen = [(e, k) for e, k in _own_assets(site, ("img",)) if site.take(e.start, e.inner)][:8]
    if not chosen:
        return None
    blank = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="

    def render(m: Moment) -> list[Edit]:
        r = m.rng("lazy_images")
        edits_ = []
        for element, key in chosen:
            tag = site.doc.source[element.start : element.inner]
            if r.random() < 0.5:
                tag = set_attribute(set_attribute(tag, "data-src", element.attributes[key]), "src", blank)
            edits_.append(Edit(element.start, element.inner, tag))
        return edits_

    return render


@edits("webpack_chunks")
def webpack_chunks(site: Site) -> Render | None:
    rng = site.rng("webpack_chunks")
    spot = site.take_place(site.doc.body_end)
    base = rng.choice(
        ["/_next/static/chunks/", "/static/js/", "/assets/js/", "/dist/", f"https://static.{site.owner}/js/"]
    )

    def render(m: Moment) -> list[Edit]:
        r = Random(f"{site.seed}/chunks/{m.step // 2}")
        names = [
            "main",
            "vendor",
            *r.sample(["home", "article", "search", "player", "login", "map", "feed"], 3),
        ]
        text = "".join(f'<script src="{base}{n}-{token(r, 16)}.js" defer></script>' for n in names)
        return [Edit(spot or 0, spot or 0, text)]

    return render if spot is not None else None


def ad_hosts(rng: Random, count: int) -> list[str]:
    """Hosts of advertisers and the servers of their pictures, as one page sees them over time."""
    hosts = []
    for _ in range(count):
        name = token(rng, rng.randint(4, 9), "aabcdeeghiiklmnoprstuuvz")
        hosts.append(f"{rng.choice(_ADS)}{rng.choice(['', '1', '2'])}.{name}.{rng.choice(_ENDINGS)}")
    return hosts


@edits("rotating_ads", odds=1.5)
def rotating_ads(site: Site) -> Render | None:
    rng = site.rng("rotating_ads")
    hosts, slots = ad_hosts(rng, rng.randint(3, 8)), rng.randint(1, 3)
    size = rng.choice([(300, 250), (728, 90), (160, 600), (468, 60)])

    def write(_: Moment, r: Random) -> str:
        parts = []
        for _slot in range(slots):
            host = r.choice(hosts)
            shop = r.choice(hosts)
            parts.append(
                f'<a href="https://{shop}/c?{token(r, 12)}" target="_blank" rel="nofollow">'
                f'<img src="https://{host}/b/{r.randrange(10**6)}.jpg" width="{size[0]}" height="{size[1]}" '
                f'alt="{escape(site.words.headline(r))}"></a>'
            )
        return "".join(parts)

    return widget(site, "banner", write)


@edits("script_ads")
def script_ads(site: Site) -> Render | None:
    rng = site.rng("script_ads")
    address, box = rng.choice(_NETWORKS)
    own = rng.randrange(10**8, 10**9)

    def write(_: Moment, r: Random) -> str:
        filled = box.replace("{own}", str(own)).replace("{id}", str(r.randrange(10**9)))
        return f'<script async src="{address}"></script>{filled}'

    return widget(site, "ad", write)


@edits("hero_picture")
def hero_picture(site: Site) -> Render | None:
    images = [e for e, _ in _own_assets(site, ("img",)) if not re.search("logo|qr|icon", str(e.attributes))]
    rng = site.rng("hero_picture")
    image = site.pick(rng, images)
    if image is None:
        return None

    def render(m: Moment) -> list[Edit]:
        path = f"/uploads/{m.rng('hero').randrange(2020, 2027)}/{m.rng('hero').randrange(1, 60)}.jpg"
        tag = set_attribute(site.doc.source[image.start : image.inner], "src", path)
        return [Edit(image.start, image.inner, tag)]

    return render
