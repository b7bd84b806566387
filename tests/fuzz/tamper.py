# ruff: noqa: E501 — the pieces of pages are kept on few lines
"""Mutated pages through the whole judging path: no exception, bounded time, a known verdict, the same when read back.

`python -m tests.fuzz.tamper --minutes 10 --seed 1`. The same seed makes the same pages.
"""

from __future__ import annotations

import argparse
import random
import resource
import time

from app.engine.tamper.compare import compare_sources, compare_text
from app.engine.tamper.inventory import Inventory, take_inventory
from app.engine.tamper.judge import judge
from app.engine.tamper.profile import Profile, learn
from app.engine.tamper.types import Observation, Scope
from app.engine.tamper.visible import visible

SECONDS = 3.0
"""CPU time one page may take on its whole way."""
_TAGS = [
    "a",
    "area",
    "script",
    "iframe",
    "embed",
    "object",
    "link",
    "meta",
    "base",
    "form",
    "button",
    "input",
    "select",
    "textarea",
    "img",
    "source",
    "video",
    "style",
    "title",
    "html",
    "body",
    "head",
    "p",
    "div",
    "b",
    "table",
    "td",
    "svg",
    "template",
    "noscript",
    "marquee",
    "font",
    "frameset",
    "math",
    "plaintext",
    "option",
]
_NAMES = [
    "href",
    "src",
    "action",
    "rel",
    "content",
    "name",
    "http-equiv",
    "class",
    "id",
    "style",
    "type",
    "value",
    "title",
    "alt",
    "srcset",
    "width",
    "height",
    "data",
    "hidden",
    "background",
    "srcdoc",
    "poster",
    "formaction",
    "lang",
    "onclick",
    "onload",
    "charset",
    "integrity",
    "xlink:href",
    "data-src",
]
_VALUES = (
    "x", "https://a.example/b?c=1", "javascript:eval(atob('YWxlcnQoMSk='))", "data:text/html,<script>1</script>", "//[::1",
    "http://ü.example/", "http://a:99999/", "display:none;left:-999px", "z-index:99999;position:fixed;inset:0", "refresh",
    "0;url=//e.example", "stylesheet", "password", "card number", "&#xD800;", "&#99999999999;", "\0", "\u202e", "mailto:a@b.cc",
    "tel:+49 30 1234567", "icon", "utf-7", "\ufffe", "٣٣٣٣", "²²²",
)  # fmt: skip
_TEXTS = (
    "hello", "the shop is open", "Hacked by x", "博彩 娱乐场", "a@b.example", "+49 30 123456-78", "DE89 3704 0044 0532 0130 00",
    "4111 1111 1111 1111", "<!--", "-->", "<![CDATA[", "]]>", "<?php", "&amp", "&#x1F600;", "漢字", "مرحبا", "a\u0301" * 9,
    "eval(", "/*", "*/", "'", '"', "`", "\\", "/[", "{", "}", "@media print{", "url(", "@import '", ".a{display:none}",
    "var a=1;", "document.cookie", "104,116,116,112,58,47,47,", "\\x68\\x74", "QUJDREVGR0hJSktMTU5PUFFSU1RVVg==", "[", "]", ":not(",
)  # fmt: skip
_TYPES = (
    "text/html", "text/html; charset=utf-8", "text/html; charset=hz", "text/html; charset=iso-2022-jp", "text/plain", "",
    "text/html; charset=utf-16", "text/html; charset=undefined", "text/html; charset=big5", "image/png", "text/html; charset=idna",
)  # fmt: skip
_MARKS = (b"", b"", b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf\xff\xfe")


def made(rng: random.Random) -> bytes:
    """A page by a loose grammar; now and then one of its pieces comes many times over."""
    pieces: list[str] = []
    for _ in range(rng.randint(1, 80)):
        piece = _piece(rng)
        pieces.append(piece * (rng.choice((1, 1, 1, 1, 1, 1, 1, 20, 300)) if len(piece) < 400 else 1))
    return rng.choice(_MARKS) + "".join(pieces).encode("utf-8", "replace")


def _piece(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.35:
        return rng.choice(_TEXTS) + rng.choice(("", " ", "\n"))
    tag = rng.choice(_TAGS)
    if kind < 0.45:
        return f"</{tag}>"
    quote = rng.choice(("'", '"', ""))
    named = (
        f" {rng.choice(_NAMES)}={quote}{rng.choice(_VALUES + _TEXTS)}{quote}"
        for _ in range(rng.randint(0, 5))
    )
    inside = "".join(rng.choice(_TEXTS) for _ in range(rng.randint(0, 6)))
    return f"<{tag}{''.join(named)}>{inside}" + (f"</{tag}>" if rng.random() < 0.6 else "")


def mutated(rng: random.Random, body: bytes) -> bytes:
    """Bytes changed, cut, doubled and moved."""
    data = bytearray(body)
    for _ in range(rng.randint(1, 12)):
        if not data:
            break
        at, many = rng.randrange(len(data)), rng.randint(1, 200)
        how = rng.randrange(5)
        if how == 0:
            data[at] = rng.randrange(256)
        elif how == 1:
            del data[at : at + many]
        elif how == 2:
            data[at:at] = data[at : at + many] * rng.randint(1, 30)
        elif how == 3:
            data[at:at] = rng.choice(_TEXTS).encode("utf-8")
        else:
            del data[at:]
    return bytes(data)


def try_page(rng: random.Random, approved: bytes, body: bytes) -> None:
    """One page beside another, on the whole way. Raises AssertionError, or whatever went wrong."""
    scope = Scope((), (rng.choice((":has(a)", "a:not(", "*, " * 50 + "p", "#x > b", ":nth-child(2n+1)")),))
    scope = scope if rng.random() < 0.1 else Scope()
    kind = rng.choice(_TYPES) if rng.random() < 0.3 else "text/html"
    url = "https://www.site.example/page"
    base = take_inventory(Observation(url, 200, approved, 0), scope)
    page = take_inventory(Observation(url, rng.choice((200, 200, 404)), body, 60, kind), scope)
    assert Inventory.from_bytes(page.to_bytes()) == page, "the inventory is not the same when read back"
    profile = learn([base, base, base])
    assert Profile.from_bytes(profile.to_bytes()) == profile, "the profile is not the same when read back"
    assert Profile.from_bytes(learn([base, page]).to_bytes()).baselines
    assert judge(profile, page).verdict in ("ok", "notice", "alert")
    if rng.random() < 0.1:
        compare_text(base.text, page.text)
        compare_sources(approved.decode("utf-8", "replace"), body.decode("latin-1"))
        visible(page.text[:100_000])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", type=int, default=0, help="stop after so many pages")
    options = parser.parse_args()
    until = time.monotonic() + 60 * options.minutes
    number = failures = 0
    slowest = (0.0, 0)
    kept = [made(random.Random(options.seed))]
    while time.monotonic() < until and (not options.pages or number < options.pages):
        number += 1
        rng = random.Random(f"{options.seed}:{number}")
        approved = kept[rng.randrange(len(kept))]
        body = mutated(rng, approved) if rng.random() < 0.5 else made(rng)
        begun = time.process_time()
        try:
            try_page(rng, approved, body)
        except Exception as error:
            failures += 1
            print(f"page {number}: {type(error).__name__}: {error}"[:300], flush=True)
        taken = time.process_time() - begun
        slowest = max(slowest, (taken, number))
        if taken > SECONDS:
            failures += 1
            print(f"page {number}: {taken:.2f} s for {len(body)} bytes", flush=True)
        if len(kept) < 200:
            kept.append(body[:200_000])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{number} pages, {failures} failures, slowest {slowest[0]:.2f} s (page {slowest[1]}), {memory} MB")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
