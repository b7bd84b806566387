"""Links planted for search engines, where visitors don't see them or among the page's own."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

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
    tagged,
)
from tests.tamper.corpus.attacks.vice import terms
from tests.tamper.corpus.markup import Document, Edit, apply, escape, plain_text, set_attribute
from tests.tamper.corpus.site import Site, link


def _spam_links(site: Site, rng: Random, count: int, *, plain: bool = False) -> str:
    words = [site.words.headline(rng) for _ in range(count)] if plain else terms(rng, site.language, count)
    same = host(rng, site)
    return rng.choice([" ", "<br>", ", ", ""]).join(
        link(
            f"http://{same if rng.random() < 0.5 else host(rng, site)}/{rng.choice(['', 'index.html', '?a=1'])}",
            word,
        )
        for word in words
    )


@attack("links_hidden", "dark_link")
def links_hidden(site: Site, document: Document, rng: Random) -> str | None:
    return insert(document, place(document, rng), hide(rng, _spam_links(site, rng, rng.randint(1, 10))))


@attack("links_hidden_innocent", "dark_link")
def links_hidden_innocent(site: Site, document: Document, rng: Random) -> str | None:
    """Hidden foreign links whose words are ordinary."""
    return insert(
        document, place(document, rng), hide(rng, _spam_links(site, rng, rng.randint(1, 5), plain=True))
    )


@attack("links_visible", "dark_link")
def links_visible(site: Site, document: Document, rng: Random) -> str | None:
    """Spam links in plain view: in a footer, a list, a paragraph."""
    inner = _spam_links(site, rng, rng.randint(1, 6))
    return insert(
        document,
        body_place(document, rng),
        rng.choice(["<p>{}</p>", "<div>{}</div>", "<li>{}</li>", "{}"]).format(inner),
    )


@attack("link_in_list", "dark_link")
def link_in_list(site: Site, document: Document, rng: Random) -> str | None:
    """One more item of a list, made like its siblings, that leads to a spammer."""
    if not document.lists:
        return None
    run = rng.choice(document.lists)
    item = rng.choice(run)
    source = document.outer(item)
    anchor = next((e for e in item.walk() if e.name == "a"), None)
    if anchor is None:
        return None
    word = terms(rng, site.language, 1)[0]
    made = (
        source[: anchor.start - item.start]
        + link(address(rng, site), word)
        + source[anchor.end - item.start :]
    )
    return insert(document, item.end, made)


@attack("link_on_words", "dark_link")
def link_on_words(site: Site, document: Document, rng: Random) -> str | None:
    """A word of a paragraph becomes a link that looks like plain text."""
    paragraphs = [p for p in document.paragraphs if not p.children and len(document.inner(p)) > 60]
    if not paragraphs:
        return None
    paragraph = rng.choice(paragraphs)
    words = document.inner(paragraph).split(" ")
    number = rng.randrange(len(words))
    if not plain_text(words[number]):
        return None
    spam = escape(terms(rng, site.language, 1)[0])
    style = rng.choice(
        ["color:inherit;text-decoration:none", "text-decoration:none;cursor:text;color:inherit"]
    )
    words[number] += f' <a href="{address(rng, site)}" style="{style}">{spam}</a>'
    return apply(document.source, [Edit(paragraph.inner, paragraph.inner_end, " ".join(words))])


@attack("links_scripted", "dark_link")
def links_scripted(site: Site, document: Document, rng: Random) -> str | None:
    inner = hide(rng, _spam_links(site, rng, 4)).replace("'", "\\'").replace("</", "<\\/")
    if "<script" in inner or "<style" in inner:
        inner = f'<div style="display:none">{_spam_links(site, rng, 4)}<\\/div>'.replace("'", "\\'")
    return insert(document, place(document, rng), tagged(garble(rng, f"document.write('{inner}');"), rng))


@attack("nav_repointed", "resource_replaced")
def nav_repointed(site: Site, document: Document, rng: Random) -> str | None:
    """One link of the page's own leads elsewhere now; its words stay."""
    own = [
        a for a in document.find("a")
        if (href := a.attributes.get("href", "")) and href[0] not in "#" and ":" not in href.split("//")[0].replace("https:", "").replace("http:", "")
        and site.is_own(href) and len(document.text(a)) > 2
    ]  # fmt: skip
    if not own:
        return None
    anchor = rng.choice(own)
    tag = set_attribute(document.source[anchor.start : anchor.inner], "href", address(rng, site))
    return apply(document.source, [Edit(anchor.start, anchor.inner, tag)])


@attack("all_links_repointed", "resource_replaced")
def all_links_repointed(site: Site, document: Document, rng: Random) -> str | None:
    target = address(rng, site)
    edits = [
        Edit(a.start, a.inner, set_attribute(document.source[a.start : a.inner], "href", target))
        for a in document.find("a")
        if site.is_own(a.attributes.get("href", "#"))
    ]
    return apply(document.source, edits) if len(edits) > 3 else None
