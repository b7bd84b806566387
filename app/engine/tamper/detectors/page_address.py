"""What moves the whole page: base, refresh, canonical address, redirects."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.net.urls import host_of, site_of
from app.engine.tamper.inventory.model import Ref
from app.engine.tamper.names import stem
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, host_or_self, make, where_of
from app.engine.tamper.types import Level, Reason


@detector(
    "page_address",
    {
        "refresh_new": (
            "The page sends its visitors on to {host} after {seconds} s.",
            "页面会在 {seconds} 秒后把访客转到 {host}。",
        ),
        "refresh_own_new": (
            "The page sends its visitors on to another of its pages.",
            "页面会把访客转到本站的另一页面。",
        ),
        "base_new": (
            "All relative addresses of the page now point at {host}.",
            "页面的所有相对地址现指向 {host}。",
        ),
        "canonical_foreign": (
            "The page tells search engines that it belongs to {host}.",
            "页面告诉搜索引擎它属于 {host}。",
        ),
        "redirect_new": ("The page's address now leads to {host}.", "页面地址现在跳转到 {host}。"),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    for ref in seen.page.refs:
        find = _FINDERS.get(ref.note if ref.role == "meta" else ref.role)
        found = find(seen, ref) if find else None
        if found is not None:
            yield found
    final = host_of(seen.page.final_url)
    if final and site_of(final) not in seen.profile.finals and not seen.is_own(final):
        yield make(
            "page_address",
            "redirect",
            "critical",
            "alert",
            "redirect_new",
            final,
            before=seen.page.url,
            after=seen.page.final_url,
            host=final,
        )


def _refresh(seen: Seen, ref: Ref) -> Reason | None:
    if stem(ref.url) in seen.profile.urls.get("refresh", ()):
        return None
    is_code = not ref.host and ref.url[:5].lower() in ("data:", "javas")
    if is_code or (ref.host and not seen.is_own(ref.host)):
        return make(
            "page_address",
            "redirect",
            "critical",
            "alert",
            "refresh_new",
            host_or_self(ref.url),
            where=where_of(ref.region),
            after=ref.url,
            host=host_or_self(ref.url),
            seconds=ref.note or "0",
        )
    if _is_reload(seen, ref.url):
        return None
    return make(
        "page_address",
        "redirect",
        "medium",
        "notice",
        "refresh_own_new",
        stem(ref.url),
        where=where_of(ref.region),
        after=ref.url,
    )


def _base(seen: Seen, ref: Ref) -> Reason | None:
    if not ref.host or seen.is_own(ref.host) or stem(ref.url) in seen.profile.urls.get("base", ()):
        return None
    return make(
        "page_address",
        "redirect",
        "critical",
        "alert",
        "base_new",
        ref.host,
        where=where_of(ref.region),
        after=ref.url,
        host=ref.host,
    )


def _canonical(seen: Seen, ref: Ref) -> Reason | None:
    if not seen.is_stranger(ref.host):
        return None
    level: Level = "alert" if ref.role == "canonical" else "notice"
    return make(
        "page_address",
        "seo_spam",
        "high",
        level,
        "canonical_foreign",
        f"{ref.role}:{ref.host}",
        where=where_of(ref.region),
        after=ref.url,
        host=ref.host,
    )


def _is_reload(seen: Seen, url: str) -> bool:
    return stem(url) in (stem(seen.page.url), stem(seen.page.final_url))


_FINDERS = {
    "refresh": _refresh,
    "base": _base,
    "canonical": _canonical,
    "amphtml": _canonical,
    "og:url": _canonical,
}
