"""Frames, objects and embeds from a host that never had one here."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.tamper.names import stem
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, host_or_self, make, where_of
from app.engine.tamper.types import Reason


@detector(
    "frame",
    {
        "frame_hidden_new": (
            "The page loads {host} in a frame that cannot be seen ({how}).",
            "页面在不可见的框架中加载 {host}（{how}）。",
        ),
        "frame_new": (
            "The page shows a frame of {host}, which is new here.",
            "页面新增了来自 {host} 的框架。",
        ),
        "frame_data_new": (
            "The page has a new frame whose content is written in its address.",
            "页面新增了内容写在地址中的框架。",
        ),
        "frame_known_new": ("The page embeds the well-known service {host}.", "页面嵌入了知名服务 {host}。"),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    known = set().union(*(p.urls.get("frame", set()) for p in seen.family))
    for ref in seen.page.refs:
        if ref.role != "frame" or stem(ref.url) in known:
            continue
        place = where_of(ref.region, ref.hidden)
        if not ref.host:
            if ref.url[:5].lower() in ("data:", "blob:"):
                yield make(
                    "frame",
                    "hidden_iframe",
                    "high",
                    "alert",
                    "frame_data_new",
                    ref.url[:40],
                    where=place,
                    after=ref.url,
                )
            continue
        standing = seen.standing(ref.host, "frame", ref.url)
        if standing == "foreign" and ref.hidden:
            yield make(
                "frame",
                "hidden_iframe",
                "critical",
                "alert",
                "frame_hidden_new",
                ref.host,
                where=place,
                after=ref.url,
                host=host_or_self(ref.url),
                how=ref.hidden,
            )
        elif standing == "foreign":
            yield make(
                "frame",
                "hidden_iframe",
                "high",
                "alert",
                "frame_new",
                ref.host,
                where=place,
                after=ref.url,
                host=host_or_self(ref.url),
            )
        elif standing == "known":
            yield make(
                "frame",
                "hidden_iframe",
                "low",
                "notice",
                "frame_known_new",
                ref.host,
                where=place,
                after=ref.url,
                host=ref.host,
            )
