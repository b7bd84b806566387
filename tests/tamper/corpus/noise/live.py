"""Widgets whose words and numbers move: clocks, counters, weather, prices, comments."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

from tests.tamper.corpus.markup import Edit, escape
from tests.tamper.corpus.noise.registry import edits
from tests.tamper.corpus.site import Moment, Render, Site, link, token
from tests.tamper.corpus.words import phrase

Write = Callable[[Moment, Random], str]


def widget(site: Site, name: str, write: Write, tag: str = "div") -> Render | None:
    """A box at one place of the page, written anew at every step."""
    rng = site.rng(name)
    spot = site.place(rng)
    if spot is None:
        return None
    css = site.class_name(rng, name.replace("_", "-"))
    return lambda m: [Edit(spot, spot, f'<{tag} class="{css}">{write(m, m.rng(name))}</{tag}>')]


@edits("clock")
def clock(site: Site) -> Render | None:
    form = site.rng("clock").choice(
        ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y, %H:%M", "%a, %d %b %Y %H:%M:%S GMT", "%Y年%m月%d日 %H:%M"]
    )
    if site.language not in {"zh", "ja"}:
        form = form.replace("年", "/").replace("月", "/").replace("日", "")
    return widget(site, "clock", lambda m, _: time.strftime(form, time.gmtime(m.at)), "span")


@edits("visitor_counter")
def visitor_counter(site: Site) -> Render | None:
    rng = site.rng("visitor_counter")
    begin, digits = rng.randrange(1000, 9_000_000), rng.random() < 0.3

    def write(m: Moment, r: Random) -> str:
        count = begin + m.step * 1373 + r.randrange(900)
        if digits:
            return "".join(f'<img src="/images/counter/{d}.gif" alt="{d}" width="10">' for d in f"{count:07}")
        return f"<span>{count:,}</span>"

    return widget(site, "visitor_counter", write)


@edits("weather")
def weather(site: Site) -> Render | None:
    title, *kinds = phrase("weather", site.language)

    def write(m: Moment, r: Random) -> str:
        icon = r.randrange(1, 12)
        return f'<b>{title}</b> <img src="/img/w/{icon:02}.png" alt=""> {r.randrange(-5, 33)}°C, {r.choice(kinds)}'

    return widget(site, "weather", write)


@edits("ticker")
def ticker(site: Site) -> Render | None:
    rng = site.rng("ticker")
    codes = rng.sample(
        ["DAX", "DOW", "NASDAQ", "EUR/USD", "GOLD", "OIL", "NIKKEI", "SSE", "FTSE", "CAC 40", "MIB"], 5
    )

    def write(_: Moment, r: Random) -> str:
        return " ".join(
            f'<li><em>{code}</em> <span class="{"up" if r.random() < 0.5 else "down"}">'
            f"{r.uniform(1, 20000):,.2f} ({r.uniform(-3, 3):+.2f}%)</span></li>"
            for code in codes
        )

    return widget(site, "ticker", write, "ul")


@edits("poll")
def poll(site: Site) -> Render | None:
    rng = site.rng("poll")
    question = site.words.headline(rng)
    answers = [site.words.headline(rng) for _ in range(3)]

    def write(m: Moment, r: Random) -> str:
        bars = "".join(
            f'<li>{escape(a)} <span style="width:{(p := r.randrange(5, 90))}%">{p}%</span></li>'
            for a in answers
        )
        return (
            f"<h4>{escape(question)}</h4><ul>{bars}</ul><small>{300 + m.step * 17 + r.randrange(9)}</small>"
        )

    return widget(site, "poll", write)


@edits("captcha")
def captcha(site: Site) -> Render | None:
    path = site.rng("captcha").choice(
        ["/captcha.php?", "/securimage/show?sid=", "/validatecode?t=", "/captcha/image/"]
    )
    return widget(
        site,
        "captcha",
        lambda m, r: f'<img src="{path}{token(r, 20)}" alt="captcha" width="120" height="40">',
    )


@edits("greeting")
def greeting(site: Site) -> Render | None:
    words = phrase("greeting", site.language)
    return widget(site, "greeting", lambda m, _: words[min(2, time.gmtime(m.at).tm_hour // 8)], "span")


@edits("share_counts")
def share_counts(site: Site) -> Render | None:
    begin = site.rng("share_counts").randrange(2, 5000)

    def write(m: Moment, r: Random) -> str:
        names = ("facebook", "twitter", "whatsapp")
        counts = [begin + m.step * 7 + r.randrange(6) for _ in names]
        return " ".join(
            f'<a class="share-{n}" href="#">{n} <b>{c}</b></a>' for n, c in zip(names, counts, strict=True)
        )

    return widget(site, "share_counts", write)


@edits("price")
def price(site: Site) -> Render | None:
    rng = site.rng("price")
    sign = rng.choice(["€", "$", "£", "¥", "zł", "₽"])
    names = [site.words.headline(rng) for _ in range(rng.randint(1, 4))]
    base = [rng.uniform(3, 900) for _ in names]

    def write(_: Moment, r: Random) -> str:
        return "".join(
            f'<div class="item"><span class="name">{escape(n)}</span> <span class="price">{sign}'
            f'{b * r.uniform(0.8, 1.2):.2f}</span> <span class="stock">({r.randrange(0, 60)})</span></div>'
            for n, b in zip(names, base, strict=True)
        )

    return widget(site, "price", write)


@edits("comments", odds=1.2)
def comments(site: Site) -> Render | None:
    title, wrote, reply = phrase("comments", site.language)
    grows = site.rng("comments").randint(1, 3)

    def write(m: Moment, _: Random) -> str:
        shown = []
        for number in range(2 + m.step * grows):
            r = site.rng(f"comment {number}")
            author = escape(site.words.name(r))
            if r.random() < 0.2:
                own = f"https://{token(r, 7, 'abcdeilmnorst')}.{r.choice(['blogspot.com', 'wordpress.com', 'net', 'org'])}/"
                author = link(own, author, ' rel="external nofollow ugc"')
            shown.append(
                f'<li id="comment-{4000 + number}"><cite>{author}</cite> {wrote}: <p>'
                f'{escape(site.words.sentence(r))}</p><a href="#reply-{4000 + number}">{reply}</a></li>'
            )
        return f"<h3>{title} ({len(shown)})</h3><ol>{''.join(shown)}</ol>"

    return widget(site, "comments", write)


@edits("online_users")
def online_users(site: Site) -> Render | None:
    def write(m: Moment, r: Random) -> str:
        people = [site.words.name(r) for _ in range(r.randint(1, 5))]
        return f"{r.randrange(3, 400)} online: " + ", ".join(
            link(f"/user/{r.randrange(9999)}", n) for n in people
        )

    return widget(site, "online_users", write)


@edits("quote_of_the_day")
def quote_of_the_day(site: Site) -> Render | None:
    return widget(site, "quote", lambda _, r: escape(site.words.sentence(r)), "blockquote")


@edits("relative_times")
def relative_times(site: Site) -> Render | None:
    rng = site.rng("relative_times")
    titles = [site.words.headline(rng) for _ in range(5)]

    def write(_: Moment, r: Random) -> str:
        return "".join(
            f"<li>{link(site.slug(site.rng(t), t), t)} <time>{r.randrange(1, 59)} min</time></li>"
            for t in titles
        )

    return widget(site, "latest", write, "ul")
