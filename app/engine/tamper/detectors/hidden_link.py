"""Links that lead to strangers and that nobody can see."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.net.urls import site_of
from app.engine.tamper.inventory.model import Anchor
from app.engine.tamper.lexicon import lexicon
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, make, where_of
from app.engine.tamper.types import Reason

# A page whose links are white, or stand in noscript, may well show them; more than a slip is needed there.
_DOUBTFUL = {"white", "empty", "noscript", "template"}


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
        is_alarm = hidden not in _DOUBTFUL or len(names) > 1 or _is_spam(first)
        yield make(
            "hidden_link",
            "dark_link",
            "high" if is_alarm else "low",
            "alert" if is_alarm else "notice",
            "hidden_links_new" if len(hosts) > 1 else "hidden_link_new",
            names[0],
            where=where_of(region, hidden),
            after=f"{first.label} → {first.url}",
            count=len(hosts),
            host=names[:3],
            how=hidden,
        )


def _is_spam(anchor: Anchor) -> bool:
    """Nothing to read, or a listed word: an honest hint in noscript says what it is."""
    return (
        not anchor.label.strip("[]") or anchor.hidden == "white" or any(lexicon().find(anchor.label.lower()))
    )
