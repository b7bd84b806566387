"""Spam in what search engines read, and forbidden words in what visitors read."""

from __future__ import annotations

from random import Random

from tests.tamper.corpus.attacks.kit import attack, body_place, hide, host, insert
from tests.tamper.corpus.attacks.vice import terms
from tests.tamper.corpus.markup import Document, Edit, apply, escape, set_attribute
from tests.tamper.corpus.site import Site


def _meta(document: Document, name: str, content: str, *, keep: bool) -> Edit:
    for element in document.find("meta"):
        if element.attributes.get("name", element.attributes.get("property", "")).lower() == name:
            old = element.attributes.get("content", "") if keep else ""
            tag = set_attribute(
                document.source[element.start : element.inner], "content", f"{content} {old}".strip()
            )
            return Edit(element.start, element.inner, tag)
    return Edit(document.head_end, document.head_end, f'<meta name="{name}" content="{escape(content)}">')


@attack("title_spam", "seo_spam")
def title_spam(site: Site, document: Document, rng: Random) -> str | None:
    title = document.first("title")
    if title is None:
        return None
    spam = rng.choice([",", "_", " - ", "|", " "]).join(terms(rng, site.language, rng.randint(1, 5)))
    old = document.inner(title)
    text = rng.choice([escape(spam), f"{escape(spam)} - {old}", f"{old} - {escape(spam)}"])
    return apply(document.source, [Edit(title.inner, title.inner_end, text)])


@attack("description_spam", "seo_spam")
def description_spam(site: Site, document: Document, rng: Random) -> str | None:
    spam = ",".join(terms(rng, site.language, rng.randint(2, 8)))
    names = rng.choice(
        [["description"], ["keywords"], ["description", "keywords"], ["og:title", "og:description"]]
    )
    return apply(document.source, [_meta(document, name, spam, keep=rng.random() < 0.5) for name in names])


@attack("keyword_hack", "seo_spam")
def keyword_hack(site: Site, document: Document, rng: Random) -> str | None:
    """Title, description and keywords all speak of something else: the Japanese keyword hack and its kin."""
    words = terms(rng, site.language, 6)
    spam = " ".join(words)
    edits = [
        _meta(document, "description", f"{spam} {host(rng, site)}", keep=False),
        _meta(document, "keywords", ",".join(words), keep=False),
    ]
    title = document.first("title")
    if title is not None:
        edits.append(Edit(title.inner, title.inner_end, escape(spam)))
    return apply(document.source, edits)


@attack("hidden_keywords", "seo_spam")
def hidden_keywords(site: Site, document: Document, rng: Random) -> str | None:
    """Words without links, for machines only."""
    spam = " ".join(terms(rng, site.language, 8) * rng.randint(1, 4))
    html = rng.choice(
        [
            hide(rng, f"<h1>{escape(spam)}</h1>"),
            hide(rng, escape(spam)),
            f'<img src="/s.gif" width="1" alt="{escape(spam)}">',
        ]
    )
    return insert(document, body_place(document, rng), html)


@attack("spam_article", "sensitive_word")
def spam_article(site: Site, document: Document, rng: Random) -> str | None:
    words = terms(rng, site.language, 5)
    text = escape("，".join(words) if site.language == "zh" else ". ".join(words))
    html = rng.choice(
        [f"<h2>{escape(words[0])}</h2><p>{text}</p>", f"<p>{text}</p>", f"<div><strong>{text}</strong></div>"]
    )
    return insert(document, body_place(document, rng), html)


@attack("words_in_paragraph", "sensitive_word")
def words_in_paragraph(site: Site, document: Document, rng: Random) -> str | None:
    """A few such words inside a sentence that was there."""
    paragraphs = [p for p in document.paragraphs if not p.children]
    if not paragraphs:
        return None
    paragraph = rng.choice(paragraphs)
    words = document.inner(paragraph).split(" ")
    words.insert(
        rng.randrange(len(words) + 1), escape(" ".join(terms(rng, site.language, rng.randint(1, 3))))
    )
    return apply(document.source, [Edit(paragraph.inner, paragraph.inner_end, " ".join(words))])


@attack("headline_replaced_by_spam", "sensitive_word")
def headline_replaced_by_spam(site: Site, document: Document, rng: Random) -> str | None:
    headings = [
        h for h in document.find("h1", "h2", "h3", "h4", "a") if len(document.text(h)) > 4 and not h.children
    ]
    if not headings:
        return None
    heading = rng.choice(headings)
    spam = escape(" ".join(terms(rng, site.language, 3)))
    return apply(document.source, [Edit(heading.inner, heading.inner_end, spam)])
