"""Labelled histories of pages: baselines with noise, then a harmless step, or an attack with its twin.

The same seed and pages give the same histories, byte for byte. A twin is the attacked step without the
attack: the same noise at the same moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import urlsplit

from lxml import html as lxml_html

from tests.tamper.corpus.attacks import ATTACKS, Attack
from tests.tamper.corpus.fixtures import FIXTURES, fixture
from tests.tamper.corpus.life import WALLS, Life, Snapshot
from tests.tamper.corpus.markup import Document
from tests.tamper.corpus.noise import NOISES
from tests.tamper.corpus.noise.whole import choice
from tests.tamper.corpus.site import Site
from tests.tamper.corpus.sources import Page, all_pages
from tests.tamper.corpus.words import Pool

EPOCH = 1_790_000_000
VIEWS = {
    "googlebot": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "baiduspider": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "mobile": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
    "baidu_referer": "",
}


@dataclass(frozen=True, slots=True)
class View:
    """The same moments seen with other request headers."""

    name: str
    headers: dict[str, str]
    baselines: tuple[Snapshot, ...]
    current: Snapshot
    twin: Snapshot | None


@dataclass(frozen=True, slots=True)
class Case:
    """A history with the step to judge. `kind` names the attack, or `benign`; `twin` belongs to attacks."""

    id: str
    url: str
    page: str
    language: str
    kind: str
    cls: str
    noises: tuple[str, ...]
    last: tuple[str, ...]
    most: str
    baselines: tuple[Snapshot, ...]
    current: Snapshot
    twin: Snapshot | None
    views: tuple[View, ...] = ()


def generate(
    count: int,
    seed: int,
    pages: Sequence[Page] | None = None,
    *,
    held_out: bool = False,
    only: str | None = None,
) -> Iterator[Case]:
    """`count` histories, of `pages` or of all that can be had: a third of all sites is kept for `held_out`.

    `only` names one kind of attack, for every history.
    """
    chosen = [page for page in all_pages() if page.is_held_out == held_out] if pages is None else pages
    by_language: dict[str, list[Page]] = {}
    for page in chosen:
        by_language.setdefault(page.language, []).append(page)
    languages = sorted(by_language)
    # Rare languages come oftener than their pages would have it, common ones still most.
    weights = [len(by_language[code]) ** 0.5 for code in languages]
    pool = Pool(chosen)
    for number in range(count):
        rng = Random(f"{seed}/{number}")
        wanted = ATTACKS[only] if only else _attack(rng) if rng.random() < 0.55 else None
        case = None
        while case is None:
            page = rng.choice(by_language[rng.choices(languages, weights)[0]])
            case = _case(f"c{number:05}", page, rng, wanted, pool)
        yield case


def _case(name: str, page: Page, rng: Random, wanted: Attack | None, pool: Pool) -> Case | None:
    """None where no attack of the kind's class holds on the page: another page is taken then."""
    life = _life(page, rng, pool)
    if wanted is not None:
        _furnish(life, rng, wanted.needs)
    _happen(life, rng, wanted)
    views = _views(rng, wanted)
    sources = {view: [life.show(step, view) for step in range(life.last + 1)] for view in ["", *views]}
    struck: dict[str, str] = {}
    if wanted is not None:
        found = _struck(life, rng, wanted, sources)
        if found is None:
            return None
        wanted, struck = found
    return _made(name, life, sources, struck, wanted)


def _made(
    name: str, life: Life, sources: dict[str, list[str]], struck: dict[str, str], wanted: Attack | None
) -> Case:
    shown = {view: [life.snapshot(s, n) for n, s in enumerate(steps)] for view, steps in sources.items()}
    after = {view: life.snapshot(source, life.last) for view, source in struck.items()}
    views = tuple(
        View(
            view, _headers(view), tuple(shots[:-1]), after.get(view, shots[-1]), shots[-1] if wanted else None
        )
        for view, shots in shown.items()
        if view
    )
    last = life.names(begun_at=life.last)
    return Case(
        id=name,
        url=life.site.url,
        page=life.site.page.id,
        language=life.site.language,
        kind=wanted.name if wanted else "benign",
        cls=wanted.cls if wanted else "",
        noises=tuple(life.names()),
        last=tuple(last),
        most="notice" if any(NOISES[n].most == "notice" for n in last) else "ok",
        baselines=tuple(shown[""][:-1]),
        current=after.get("", shown[""][-1]),
        twin=shown[""][-1] if wanted else None,
        views=views,
    )


def _headers(view: str) -> dict[str, str]:
    if view == "baidu_referer":
        return {"Referer": "https://www.baidu.com/s?wd=site"}
    return {"User-Agent": VIEWS[view]}


def _life(page: Page, rng: Random, pool: Pool) -> Life:
    seed = str(rng.randrange(1 << 60))
    at = EPOCH + rng.randrange(20_000_000)
    moments = [at]
    pace = rng.choice([300, 3600, 3600, 21_600, 86_400])
    for number in range(rng.randint(2, 8)):
        at += (
            rng.randrange(10, 120) if number < 2 and rng.random() < 0.4 else int(pace * rng.uniform(0.7, 1.6))
        )
        moments.append(at)
    return Life(Site(page, seed, _url(page), pool), seed, moments)


def _url(page: Page) -> str:
    parts = urlsplit(page.url)
    return f"{parts.scheme or 'https'}://{parts.hostname or 'www.site.example'}{parts.path or '/'}" + (
        f"?{parts.query}" if parts.query else ""
    )


def _attack(rng: Random) -> Attack:
    """Each class as likely as any other, then each kind of it."""
    cls = rng.choice(sorted({attack.cls for attack in ATTACKS.values()}))
    return rng.choice([attack for attack in ATTACKS.values() if attack.cls == cls])


# What a noise changes must have been there.
_CHANGES = {"phone_reformatted": "contact", "download_updated": "download"}


def _furnish(life: Life, rng: Random, needs: tuple[str, ...]) -> None:
    wanted = [*needs, *(name for name in FIXTURES if rng.random() < 0.1 and name not in needs)]
    life.fixtures = [edit for name in wanted if (edit := fixture(life.site, name)) is not None]


def _happen(life: Life, rng: Random, wanted: Attack | None) -> None:
    """Choose the noise: processes, events between baselines, and what happens at the last step."""
    if wanted is None:
        _furnish(life, rng, ())
    elif wanted.among:
        life.add(NOISES[rng.choice(wanted.among)], 0)
    processes = [n for n in NOISES.values() if n.kind == "process"]
    names = choice(rng, [n.name for n in processes], [n.odds for n in processes], rng.randint(0, 9))
    for name in (name for name in names if name not in life.names()):
        life.add(NOISES[name], 0)
    now_and_then = [n for n in NOISES.values() if n.kind != "process"]
    for step in range(1, life.last):
        if rng.random() < 0.15:
            events = [n for n in now_and_then if n.kind == "event"]
            life.add(rng.choices(events, [n.odds for n in events])[0], step)
    count = rng.choice([0, 0, 0, 1]) if wanted else rng.choice([0, 1, 1, 1, 2, 3])
    present = set(life.names())
    fresh = [n for n in now_and_then if n.name not in present and (wanted is None or n.name not in WALLS)]
    for name in choice(rng, [n.name for n in fresh], [n.odds for n in fresh], count):
        if name in _CHANGES and (edit := fixture(life.site, _CHANGES[name])) is not None:
            life.fixtures.append(edit)
        life.add(NOISES[name], life.last)


def _views(rng: Random, wanted: Attack | None) -> list[str]:
    if wanted is not None and wanted.views:
        return rng.sample(sorted(VIEWS), rng.randint(1, 3))
    return rng.sample(sorted(VIEWS), rng.randint(1, 2)) if rng.random() < 0.12 else []


def _struck(
    life: Life, rng: Random, wanted: Attack, sources: dict[str, list[str]]
) -> tuple[Attack, dict[str, str]] | None:
    """The attack and the page after it, by view; another of its class where it finds no hold."""
    for attempt in range(20):
        seed = rng.random()
        targets = [rng.choice([view for view in sources if view])] if wanted.views else list(sources)
        struck: dict[str, str] = {}
        for view in targets:
            before = sources[view][-1]
            after = wanted.strike(life.site, Document(before), Random(seed))
            if after is None or not _is_seen(before, after):
                break
            struck[view] = after
        if len(struck) == len(targets):
            return wanted, struck
        if attempt >= 2:
            others = [a for a in ATTACKS.values() if a.views == wanted.views and not a.needs]
            wanted = rng.choice([a for a in others if a.cls == wanted.cls] or [wanted])
    return None


def _is_seen(before: str, after: str) -> bool:
    """Whether a parser's tree is another after the attack: it didn't fall into a comment or a text field."""
    return _tree(before) != _tree(after)


def _tree(source: str) -> list[object]:
    try:
        root = lxml_html.document_fromstring(re.sub(r"<\?xml[^>]*\?>", "", source) or "<html></html>")
    except (ValueError, lxml_html.etree.ParserError):
        return []
    seen: list[object] = []
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag != "textarea":
            seen.append(
                (
                    element.tag,
                    tuple(element.attrib.items()),
                    (element.text or "").strip(),
                    (element.tail or "").strip(),
                )
            )
        elif "[if" in str(element.text):
            seen.append(element.text)
    return seen
