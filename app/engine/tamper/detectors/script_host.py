"""Scripts from a host whose code never ran here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.net.urls import path_of
from app.engine.tamper.inventory.abilities import ABILITIES
from app.engine.tamper.inventory.model import Ref
from app.engine.tamper.names import stem
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, host_or_self, make, where_of
from app.engine.tamper.types import Reason

# Where visitors' uploads land, and what is no script by its name.
_ODD_PLACE = re.compile(
    r"/(?:uploads?|files?/tmp|tmp|temp|images?|pics?|photos?|avatars?|attachments?|userfiles)/.*\.js$"
    r"|\.(?:jpe?g|png|gif|bmp|webp|ico|txt|log|pdf|css|woff2?|dat|bak)$",
    re.I,
)


_CODE = ("script", "worker", "fetch", "")


@detector(
    "script_host",
    {
        "script_host_new": (
            "The page runs a script from {host}, which it never did before.",
            "页面运行了来自 {host} 的脚本，此前从未有过。",
        ),
        "script_known_new": (
            "The page runs a script of the well-known service {host} for the first time.",
            "页面首次运行知名服务 {host} 的脚本。",
        ),
        "script_odd_place": (
            "The page runs {path}, a script where uploads or pictures lie.",
            "页面运行了位于上传或图片目录中的脚本 {path}。",
        ),
        "script_in_address": (
            "The page runs a script that is written in its address.",
            "页面运行了内容写在地址中的脚本。",
        ),
        "script_own_new": (
            "The page runs a further script of its own: {path}.",
            "页面新增了自有脚本：{path}。",
        ),
        "script_import": (
            "The page loads code ahead from {host}, which is new here.",
            "页面从新的主机 {host} 预加载代码。",
        ),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    known = set().union(*(p.urls.get("script", set()) for p in seen.family))
    for ref in seen.page.refs:
        if ref.role == "script":
            found = _script(seen, ref, known)
        elif ref.role in ("import", "manifest") or (ref.role == "preload" and ref.note in _CODE):
            found = _ahead(seen, ref)
        else:
            continue
        if found is not None:
            yield found


def _script(seen: Seen, ref: Ref, known: set[str]) -> Reason | None:
    place, name = where_of(ref.region, ref.hidden), stem(ref.url)
    if not ref.host:
        if ref.url[:5].lower() not in ("data:", "blob:") or name in known:
            return None
        return make(
            "script_host",
            "malicious_script",
            "critical",
            "alert",
            "script_in_address",
            ref.url[:80],
            where=place,
            after=ref.url,
        )
    standing = seen.standing(ref.host, "script", ref.url)
    if standing == "foreign":
        return make(
            "script_host",
            "miner" if ABILITIES["miner"].search(ref.url) else "malicious_script",
            "critical",
            "alert",
            "script_host_new",
            ref.host,
            where=place,
            after=ref.url,
            host=host_or_self(ref.url),
        )
    if standing == "known":
        return make(
            "script_host",
            "malicious_script",
            "low",
            "notice",
            "script_known_new",
            ref.host,
            where=place,
            after=ref.url,
            host=ref.host,
        )
    if standing != "own" or name in known:
        return None
    path = path_of(ref.url)
    if _ODD_PLACE.search(path):
        return make(
            "script_host",
            "malicious_script",
            "high",
            "alert",
            "script_odd_place",
            name,
            where=place,
            after=ref.url,
            path=path,
        )
    return make(
        "script_host",
        "malicious_script",
        "low",
        "notice",
        "script_own_new",
        name,
        where=place,
        after=ref.url,
        path=path,
    )


def _ahead(seen: Seen, ref: Ref) -> Reason | None:
    """What is loaded to be run later."""
    if seen.standing(ref.host, "script", ref.url) != "foreign" or not seen.is_stranger(ref.host):
        return None
    return make(
        "script_host",
        "malicious_script",
        "high",
        "alert",
        "script_import",
        ref.host,
        where=where_of(ref.region, ref.hidden),
        after=ref.url,
        host=ref.host,
    )
