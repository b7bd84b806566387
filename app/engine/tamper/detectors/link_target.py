"""Links that always led to one place and now lead to a stranger."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from app.engine.net.urls import host_of
from app.engine.tamper.inventory.model import Anchor
from app.engine.tamper.names import anchor_key, target
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, make, where_of
from app.engine.tamper.types import Reason

# Hosts where the path says whose account it is.
_ACCOUNTS = """
    wa.me api.whatsapp.com t.me telegram.me m.me line.me lin.ee paypal.me paypal.com www.paypal.com ko-fi.com
    buymeacoffee.com www.buymeacoffee.com patreon.com www.patreon.com venmo.com cash.app qm.qq.com
    qr.alipay.com weibo.com apps.apple.com play.google.com github.com drive.google.com docs.google.com
"""
_PERSONAL = frozenset(_ACCOUNTS.split())
_DOWNLOAD = re.compile(
    r"\.(?:exe|msi|dmg|pkg|apk|ipa|deb|rpm|zip|rar|7z|gz|xz|iso|jar|appimage)$|/download", re.I
)


@detector(
    "link_target",
    {
        "link_repointed": (
            "The link “{label}” led to {before_host} and now leads to {host}.",
            "链接“{label}”原指向 {before_host}，现指向 {host}。",
        ),
        "download_repointed": (
            "The download “{label}” came from {before_host} and now comes from {host}.",
            "下载链接“{label}”原来自 {before_host}，现来自 {host}。",
        ),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    now: dict[str, list[Anchor]] = {}
    for anchor in seen.page.anchors:
        now.setdefault(anchor_key(anchor), []).append(anchor)
    for key, anchors in now.items():
        # A link of this name was always the owner's own, though its place in the list or its page varied.
        known = seen.profile.anchor_sites.get(key)
        if known == {seen.profile.own} and key not in seen.profile.anchors and len(anchors) <= 2:
            for anchor in anchors:
                if seen.is_stranger(anchor.host) and sum(map(str.isalpha, anchor.label)) >= 3:
                    yield make(
                        "link_target",
                        "redirect",
                        "high",
                        seen.sure,
                        "link_repointed",
                        f"{key[:80]}|{anchor.host}",
                        where=where_of(anchor.region),
                        after=anchor.url,
                        label=anchor.label[:60],
                        before_host=seen.profile.host,
                        host=anchor.host,
                    )
    for key, before in seen.profile.anchors.items():
        anchors = now.get(key, [])
        lost = Counter(before) - Counter(target(anchor) for anchor in anchors)
        if not lost or not anchors:
            continue
        fresh = [
            anchor for anchor in anchors if target(anchor) not in before and seen.is_stranger(anchor.host)
        ]
        for anchor, old in zip(fresh, lost.elements(), strict=False):
            is_file = bool(_DOWNLOAD.search(old) or _DOWNLOAD.search(target(anchor)))
            yield make(
                "link_target",
                "resource_replaced" if is_file else "redirect",
                "critical" if is_file else "high",
                seen.sure,
                "download_repointed" if is_file else "link_repointed",
                f"{key[:80]}|{anchor.host}",
                where=where_of(anchor.region),
                before=old,
                after=anchor.url,
                label=anchor.label[:60],
                before_host=host_of(old) or old[:60],
                host=anchor.host,
            )


def _is_elsewhere(seen: Seen, anchor: Anchor, before: list[str]) -> bool:
    """A stranger's, another's account with a service, or a file that now comes from a service."""
    if seen.is_stranger(anchor.host):
        return True
    hosts = {host_of(each) for each in before}
    if anchor.host in _PERSONAL and anchor.host in hosts:
        return True
    is_file = bool(_DOWNLOAD.search(target(anchor)))
    return is_file and bool(anchor.host) and not seen.is_own(anchor.host) and anchor.host not in hosts
