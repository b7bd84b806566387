"""Code in the page that was never seen there: scripts, event handlers, `javascript:` and `data:`
addresses."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.tamper.inventory.model import Inline
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, make
from app.engine.tamper.types import Reason

# By itself enough: honest tags neither hide what they run nor mine.
_DARK = {"eval", "decode", "obfuscated", "miner", "wasm"}
# What takes over the page or its visitor, wherever it leads.
_STRONG = {"write", "page", "worker", "visitor", "clipboard"}
# What sends or loads; harmless towards an address of the page's own.
_OUTWARD = {"location", "inject"}


@detector(
    "inline_script",
    {
        "inline_host_new": (
            "A script in the page names {host}, which was never named there.",
            "页面内的脚本出现了从未出现过的主机 {host}。",
        ),
        "inline_hidden_code": (
            "A script in the page, never seen before, hides what it runs ({how}).",
            "页面出现从未见过的内联脚本，并隐藏其所执行的代码（{how}）。",
        ),
        "inline_takes_over": (
            "A script in the page, never seen before, can take over what visitors see or type ({how}).",
            "页面出现从未见过的内联脚本，可篡改访客所见或所输入的内容（{how}）。",
        ),
        "handler_new": (
            "An element runs code on its own, never seen before ({place}: {how}).",
            "某个元素会自行运行从未见过的代码（{place}：{how}）。",
        ),
        "inline_new": ("The page has a script of its own that is new.", "页面新增了一段自有的内联脚本。"),
        "inline_known_new": (
            "The page has a new tag of the well-known service {host}.",
            "页面新增了知名服务 {host} 的代码。",
        ),
        "data_host_new": (
            "Data in the page names {host} for the first time.",
            "页面内的数据首次提到 {host}。",
        ),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    gained = set(seen.gained)
    for inline in seen.new_inlines:
        yield from _one(seen, inline, gained)


def _one(seen: Seen, inline: Inline, gained: set[str]) -> Iterator[Reason]:
    place, key = inline.region or inline.origin, inline.skeleton
    named = {host for p in seen.family for host in p.named_hosts}
    if inline.is_data:
        strangers = [
            host for host in inline.data_hosts if seen.is_stranger(host) and not _is_named(seen, host)
        ]
        if strangers:
            yield make(
                "inline_script",
                "resource_replaced",
                "low",
                "notice",
                "data_host_new",
                strangers[0],
                where=place,
                after=inline.excerpt,
                host=strangers[:3],
            )
        return
    fresh = [host for host in inline.hosts if host not in named]
    foreign = [host for host in fresh if seen.standing(host) == "foreign"]
    known = [host for host in inline.hosts if seen.standing(host) == "known"]
    able = set(dict(inline.abilities))
    had = able & gained
    dark = sorted(had & _DARK)
    friendly = [host for host in inline.hosts if seen.standing(host) in ("known", "seen", "own")]
    strong = sorted(had & (_STRONG if "own" in able or friendly else _STRONG | _OUTWARD))
    cls = _class_of(had | set(strong), inline)
    if foreign:
        yield make(
            "inline_script",
            cls,
            "critical",
            "alert",
            "inline_host_new",
            foreign[0],
            where=place,
            after=_around(inline.excerpt, foreign[0]),
            host=foreign[:3],
        )
    elif dark:
        yield make(
            "inline_script",
            cls,
            "critical",
            "alert",
            "inline_hidden_code",
            key,
            where=place,
            after=inline.excerpt,
            how=dark,
        )
    elif inline.origin != "script" and (strong or ("own" not in able and had & {"cookie", "location"})):
        yield make(
            "inline_script",
            cls,
            "high",
            "alert",
            "handler_new",
            key,
            where=place,
            after=inline.excerpt,
            place=inline.region,
            how=sorted(had) or strong,
        )
    elif strong and not known:
        yield make(
            "inline_script",
            cls,
            "high",
            "alert",
            "inline_takes_over",
            key,
            where=place,
            after=inline.excerpt,
            how=strong,
        )
    elif known:
        yield make(
            "inline_script",
            "malicious_script",
            "low",
            "notice",
            "inline_known_new",
            known[0],
            where=place,
            after=inline.excerpt,
            host=known[0],
        )
    else:
        yield make(
            "inline_script",
            "malicious_script",
            "low",
            "notice",
            "inline_new",
            key,
            where=place,
            after=inline.excerpt,
        )


def _is_named(seen: Seen, host: str) -> bool:
    return any(host in p.data_hosts or host in p.named_hosts for p in seen.family)


def _class_of(abilities: set[str], inline: Inline) -> str:
    able = set(dict(inline.abilities))
    if {"miner", "wasm"} & abilities:
        return "miner"
    if "action" in abilities:
        return "form_hijack"
    if {"listen", "secret"} & able and {"network", "cookie"} & able:
        return "skimmer"
    if "iframe" in inline.excerpt.lower():
        return "hidden_iframe"
    if "location" in abilities:
        return "redirect"
    return "malicious_script"


def _around(excerpt: str, host: str) -> str:
    at = excerpt.find(host)
    return excerpt[max(0, at - 120) :] if at > 150 else excerpt
