"""Lists that live: news, related articles, tags, sponsored links."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

from random import Random

from tests.tamper.corpus.markup import Edit, Element, escape
from tests.tamper.corpus.noise.assets import ad_hosts
from tests.tamper.corpus.noise.live import widget
from tests.tamper.corpus.noise.registry import edits
from tests.tamper.corpus.site import Moment, Render, Site, link


def _run(site: Site, rng: Random) -> list[Element] | None:
    """A free run of siblings alike, now taken as a whole."""
    for run in rng.sample(site.doc.lists, len(site.doc.lists))[:10]:
        if len(run) <= 40 and site.take(run[0].start, run[-1].end):
            return run
    return None


def _like(site: Site, item: Element, text: str, address: str) -> str:
    """A new item made as its sibling is: same markup, other words and address."""
    source = site.doc.outer(item)
    anchor = next((e for e in item.walk() if e.name == "a"), None)
    if anchor is None:
        return source
    opening = source[: item.inner - item.start] if anchor is not item else ""
    closing = source[item.inner_end - item.start :] if anchor is not item else ""
    return f"{opening}{link(address, text)}{closing}"


@edits("rotating_list", odds=1.6)
def rotating_list(site: Site) -> Render | None:
    rng = site.rng("rotating_list")
    run = _run(site, rng)
    if run is None:
        return None
    keep = rng.randint(0, len(run) // 2)

    def render(m: Moment) -> list[Edit]:
        r = m.rng("rotating_list")
        items = [site.doc.outer(e) for e in run[:keep]]
        for element in run[keep:]:
            text = site.words.headline(r)
            items.append(_like(site, element, text, site.slug(r, text)))
        if r.random() < 0.3:
            r.shuffle(items)
        return [Edit(run[0].start, run[-1].end, "\n".join(items))]

    return render


@edits("busy_lists", odds=0.8)
def busy_lists(site: Site) -> Render | None:
    """A portal's front page: several lists at once bring other items at every fetch."""
    rng = site.rng("busy_lists")
    runs = [run for _ in range(5) if (run := _run(site, rng)) is not None]
    if len(runs) < 2:
        return None

    def render(m: Moment) -> list[Edit]:
        r = m.rng("busy_lists")
        found = []
        for run in runs:
            titles = [site.words.headline(r) for _ in run]
            items = [_like(site, e, t, site.slug(r, t)) for e, t in zip(run, titles, strict=True)]
            found.append(Edit(run[0].start, run[-1].end, "\n".join(items)))
        return found

    return render


@edits("news_on_top", odds=1.6)
def news_on_top(site: Site) -> Render | None:
    rng = site.rng("news_on_top")
    run = _run(site, rng)
    if run is None:
        return None
    pace = rng.randint(1, 3)

    def render(m: Moment) -> list[Edit]:
        items = []
        for number in range(m.step * pace, 0, -1):
            r = site.rng(f"news {number}")
            text = site.words.headline(r)
            items.append(_like(site, run[0], text, site.slug(r, text)))
        items += [site.doc.outer(e) for e in run]
        return [Edit(run[0].start, run[-1].end, "\n".join(items[: len(run)]))]

    return render


@edits("tag_cloud")
def tag_cloud(site: Site) -> Render | None:
    rng = site.rng("tag_cloud")
    tags = [site.words.headline(rng).split(" ")[0][:20] for _ in range(16)]

    def write(_: Moment, r: Random) -> str:
        shown = r.sample(tags, 10)
        return " ".join(
            link(f"/tag/{tags.index(t)}", t, f' style="font-size:{r.randrange(10, 24)}px"') for t in shown
        )

    return widget(site, "tags", write)


@edits("related")
def related(site: Site) -> Render | None:
    def write(_: Moment, r: Random) -> str:
        rows = []
        for _row in range(4):
            text = site.words.headline(r)
            rows.append(
                f'<li><img src="/thumbs/{r.randrange(9**6)}.jpg" alt="">{link(site.slug(r, text), text)}'
                f"<p>{escape(site.words.sentence(r))}</p></li>"
            )
        return f"<ul>{''.join(rows)}</ul>"

    return widget(site, "related", write)


@edits("sponsored_links")
def sponsored_links(site: Site) -> Render | None:
    rng = site.rng("sponsored_links")
    hosts = ad_hosts(rng, 6)

    def write(_: Moment, r: Random) -> str:
        return "".join(
            f"<li>{link(f'https://{r.choice(hosts)}/lp/{r.randrange(999)}', site.words.headline(r), ' rel=sponsored')}</li>"
            for _ in range(3)
        )

    return widget(site, "sponsored", write, "ul")


@edits("press_review")
def press_review(site: Site) -> Render | None:
    """Headlines of other papers, other hosts each day."""
    hosts = ("www.reuters.com", "www.bbc.co.uk", "www.lemonde.fr", "www.spiegel.de", "elpais.com", "www.xinhuanet.com",
             "www.asahi.com", "www.corriere.it", "tass.com", "www.folha.uol.com.br", "apnews.com", "www.nytimes.com")  # fmt: skip

    def write(_: Moment, r: Random) -> str:
        rows = []
        for host in r.sample(hosts, 4):
            text = site.words.headline(r)
            rows.append(f"<li>{link(f'https://{host}{site.slug(r, text)}', text)} <i>{host}</i></li>")
        return "".join(rows)

    return widget(site, "press", write, "ul")
