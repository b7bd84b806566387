"""Style sheets, and what style loads, from a host that never styled this page."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.tamper.names import stem
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, host_or_self, make, where_of
from app.engine.tamper.types import Reason


@detector(
    "style_source",
    {
        "style_host_new": (
            "The page is styled by {host}, which is new here.",
            "页面使用了来自新主机 {host} 的样式表。",
        ),
        "style_known_new": (
            "The page loads a style of the well-known service {host}.",
            "页面加载了知名服务 {host} 的样式。",
        ),
        "style_picture_new": (
            "Style in the page loads {host}, which is new here.",
            "页面样式加载了新主机 {host} 的资源。",
        ),
        "style_data_new": (
            "The page has a new style sheet written in its address.",
            "页面新增了内容写在地址中的样式表。",
        ),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    known = set().union(*(p.urls.get("stylesheet", set()) for p in seen.family))
    for ref in seen.page.refs:
        place = where_of(ref.region, ref.hidden)
        if ref.role in ("stylesheet", "import") or (ref.role == "preload" and ref.note == "style"):
            if not ref.host and ref.url.startswith("data:") and stem(ref.url) not in known:
                yield make(
                    "style_source",
                    "resource_replaced",
                    "medium",
                    "alert",
                    "style_data_new",
                    ref.url[:40],
                    where=place,
                    after=ref.url,
                )
                continue
            standing = seen.standing(ref.host, "stylesheet", ref.url)
            if standing == "foreign":
                yield make(
                    "style_source",
                    "resource_replaced",
                    "high",
                    "alert",
                    "style_host_new",
                    ref.host,
                    where=place,
                    after=ref.url,
                    host=host_or_self(ref.url),
                )
            elif standing == "known":
                yield make(
                    "style_source",
                    "resource_replaced",
                    "low",
                    "notice",
                    "style_known_new",
                    ref.host,
                    where=place,
                    after=ref.url,
                    host=ref.host,
                )
        elif (
            ref.role == "background"
            and seen.is_stranger(ref.host)
            and not seen.is_volatile("pictures", ref.region)
        ):
            is_sheet = ref.note == "style"
            yield make(
                "style_source",
                "resource_replaced",
                "high" if is_sheet else "medium",
                "alert" if is_sheet or ref.region.count(">") <= 1 else "notice",
                "style_picture_new",
                ref.host,
                where=place,
                after=ref.url,
                host=ref.host,
            )
