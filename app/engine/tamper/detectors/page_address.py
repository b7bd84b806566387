"""What moves the whole page: base, refresh, canonical address, redirects."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.tamper.hosts import host_of, site_of
from app.engine.tamper.known import kind_of
from app.engine.tamper.names import stem
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, host_or_self, make, where_of
from app.engine.tamper.types import Reason


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
        if ref.role == "refresh":
            if stem(ref.url) in seen.profile.urls.get("refresh", ()):
                continue
            if (ref.host and not seen.is_own(ref.host)) or (
                not ref.host and ref.url[:5].lower() in ("data:", "javas")
            ):
                yield make(
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
            elif not _is_reload(seen, ref.url):
                yield make(
                    "page_address",
                    "redirect",
                    "medium",
                    "notice",
                    "refresh_own_new",
                    stem(ref.url),
                    where=where_of(ref.region),
                    after=ref.url,
                )
        elif ref.role == "base" and ref.host and not seen.is_own(ref.host):
            if stem(ref.url) not in seen.profile.urls.get("base", ()):
                yield make(
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
        elif ref.role in ("canonical", "amphtml") or (ref.role == "meta" and ref.note == "og:url"):
            if _is_foreign_name(seen, ref.host, ref.role):
                level = "alert" if ref.role == "canonical" else "notice"
                yield make(
                    "page_address",
                    "seo_spam",
                    "high",
                    level,
                    "canonical_foreign",  # type: ignore[arg-type]
                    f"{ref.role}:{ref.host}",
                    where=where_of(ref.region),
                    after=ref.url,
                    host=ref.host,
                )
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


def _is_reload(seen: Seen, url: str) -> bool:
    return stem(url) in (stem(seen.page.url), stem(seen.page.final_url))


def _is_foreign_name(seen: Seen, host: str, role: str) -> bool:
    return bool(host) and not seen.is_own(host) and not kind_of(host) and site_of(host) not in seen.all_sites
