"""Links that lead to strangers and that nobody can see."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.tamper.hosts import site_of
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, make, where_of
from app.engine.tamper.types import Reason

# A page whose links are white, or stand in noscript, may well show them; more than a slip is needed there.
_DOUBTFUL = {"white", "empty", "noscript", "template", "meta"}


@detector(
    "hidden_link",
    {
        "hidden_links_new": (
            "{count} links to {host} that visitors cannot see ({how}).",
            "有 {count} 个访客看不见的链接指向 {host}（{how}）。",
        ),
        "hidden_link_new": (
            "A link to {host} that visitors cannot see ({how}).",
            "有一个访客看不见的链接指向 {host}（{how}）。",
        ),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    strangers = [
        anchor
        for anchor in seen.new_hidden_links
        if seen.is_stranger(anchor.host) and site_of(anchor.host) not in seen.profile.hidden_sites
    ]
    by_place: dict[tuple[str, str], list[str]] = {}
    for anchor in strangers:
        by_place.setdefault((anchor.region, anchor.hidden), []).append(anchor.host)
    for (region, hidden), hosts in by_place.items():
        first = next(anchor for anchor in strangers if anchor.region == region and anchor.hidden == hidden)
        names = sorted(set(hosts))
        yield make(
            "hidden_link",
            "dark_link",
            "high",
            "alert",
            "hidden_links_new" if len(hosts) > 1 else "hidden_link_new",
            names[0],
            where=where_of(region, hidden),
            after=f"{first.label} → {first.url}",
            count=len(hosts),
            host=names[:3],
            how=hidden,
        )
