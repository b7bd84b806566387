"""Pictures, icons and files that were exchanged, by address or by content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.engine.net.urls import host_of, site_of
from app.engine.tamper.inventory.model import Picture
from app.engine.tamper.inventory.roles import role_of
from app.engine.tamper.known import kind_of
from app.engine.tamper.names import picture_key, stem, without_digits
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, make, where_of
from app.engine.tamper.types import Asset, Level, Reason

_LOOKS_ALIKE = 12
"""Bits of 64 by which two difference hashes of the same picture may differ (re-encoding, another size)."""


@detector(
    "resource",
    {
        "picture_replaced": (
            "The {role} comes from {host} instead of {before_host}.",
            "{role} 现来自 {host}，原来自 {before_host}。",
        ),
        "picture_moved": ("The {role} has another address.", "{role} 的地址已改变。"),
        "icon_replaced": ("The icon comes from {host}, which is new here.", "网站图标来自新主机 {host}。"),
        "picture_looks_other": (
            "The {role} at the same address looks different.",
            "同一地址的{role}外观已改变。",
        ),
        "asset_changed": (
            "{path} has another content at the same address.",
            "{path} 在同一地址下内容已改变。",
        ),
        "integrity_removed": ("The integrity check of {host} was taken away.", "{host} 的完整性校验被移除。"),
        "integrity_changed": (
            "The integrity check of {url} changed while its address did not.",
            "{url} 地址未变，但完整性校验已改变。",
        ),
        "social_picture_foreign": (
            "What is shared of the page shows a picture of {host}.",
            "页面分享图片来自 {host}。",
        ),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    yield from _pictures(seen)
    yield from _icons(seen)
    yield from _integrity(seen)
    for asset in seen.page.assets:
        yield from _asset(seen, asset)


def _pictures(seen: Seen) -> Iterator[Reason]:
    now: dict[str, list[Picture]] = {}
    for picture in seen.page.pictures:
        now.setdefault(picture_key(picture), []).append(picture)
    for key, before in seen.profile.pictures.items():
        pictures = now.get(key, [])
        lost = Counter(before) - Counter(stem(picture.url) for picture in pictures)
        fresh = [picture for picture in pictures if stem(picture.url) not in before]
        for picture, old in zip(fresh, lost.elements(), strict=False):
            yield from _picture(seen, picture, old)


def _picture(seen: Seen, picture: Picture, before: str) -> Iterator[Reason]:
    role = picture.role if picture.role != "picture" else role_of(before)
    is_data = picture.url.startswith("data:")
    if seen.is_stranger(picture.host) and not seen.is_volatile("pictures", picture.region):
        level: Level = seen.sure if role in ("logo", "qr", "large") or _is_own(seen, before) else "notice"
        yield make(
            "resource",
            "resource_replaced",
            "high",
            level,
            "picture_replaced",
            f"{role}|{picture.host}",
            where=where_of(picture.region),
            before=before,
            after=picture.url,
            role=role,
            host=picture.host,
            before_host=before.partition("/")[0],
        )
    elif (
        role in ("logo", "qr")
        and (is_data or picture.host)
        and stem(picture.url).partition("/")[2] != before.partition("/")[2]
    ):
        level = "alert" if role == "qr" or is_data else "notice"
        yield make(
            "resource",
            "resource_replaced",
            "medium",
            level,
            "picture_moved",
            f"{role}|{stem(picture.url)[:100]}",
            where=where_of(picture.region),
            before=before,
            after=picture.url,
            role=role,
        )


def _is_own(seen: Seen, url: str) -> bool:
    """Whether an address without its scheme and digits is the owner's."""
    return site_of(url.partition("/")[0]) == without_digits(seen.profile.own)


def _icons(seen: Seen) -> Iterator[Reason]:
    for ref in seen.page.refs:
        if ref.role == "icon" and seen.is_stranger(ref.host):
            yield make(
                "resource",
                "resource_replaced",
                "medium",
                "alert",
                "icon_replaced",
                ref.host,
                where=where_of(ref.region),
                after=ref.url,
                host=ref.host,
            )
        elif ref.role == "meta" and ref.note == "og:image" and seen.is_stranger(ref.host):
            yield make(
                "resource",
                "resource_replaced",
                "low",
                "notice",
                "social_picture_foreign",
                ref.host,
                where=where_of(ref.region),
                after=ref.url,
                host=ref.host,
            )


def _integrity(seen: Seen) -> Iterator[Reason]:
    for ref in seen.page.refs:
        before = seen.profile.notes.get(ref.url, "")
        if ref.role not in ("script", "stylesheet") or not before.startswith("sha"):
            continue
        if not ref.note.startswith("sha"):
            own = seen.is_own(ref.host)
            yield make(
                "resource",
                "resource_replaced",
                "medium",
                "notice" if own else "alert",
                "integrity_removed",
                ref.url[:120],
                where=where_of(ref.region),
                before=before,
                after=ref.url,
                host=ref.host,
            )
        elif ref.note != before and "?" not in ref.url:
            yield make(
                "resource",
                "resource_replaced",
                "high",
                "alert",
                "integrity_changed",
                ref.url[:120],
                where=where_of(ref.region),
                before=before,
                after=ref.note,
                url=ref.url,
            )


def _asset(seen: Seen, asset: Asset) -> Iterator[Reason]:
    """A file whose content was the same in all baselines. Pictures are compared by their looks."""
    known = [h for p in seen.family for h in p.asset_hashes.get(asset.url, ())]
    if not asset.sha256 or not known or asset.sha256 in known or len(set(known)) > 1:
        return
    looks = [h for p in seen.family for h in p.asset_pictures.get(asset.url, ())]
    if asset.phash and looks:
        if min(_distance(asset.phash, each) for each in looks) > _LOOKS_ALIKE:
            role = "icon" if asset.role == "icon" else "picture"
            yield make(
                "resource",
                "resource_replaced",
                "high",
                "alert",
                "picture_looks_other",
                asset.url[:120],
                before=looks[0],
                after=asset.phash,
                where=asset.url,
                role=role,
            )
        return
    # The owner's own scripts change with every release; a third party's file with a version in its name
    # never does.
    is_pinned = stem(asset.url) != asset.url.partition("?")[0].partition("#")[0]
    host = host_of(asset.url)
    level: Level = "alert" if asset.role == "script" and is_pinned and kind_of(host) == "cdn" else "notice"
    yield make(
        "resource",
        "resource_replaced",
        "medium",
        level,
        "asset_changed",
        asset.url[:120],
        before=known[0],
        after=asset.sha256,
        where=asset.url,
        path=asset.url,
    )


def _distance(one: str, other: str) -> int:
    try:
        return (int(one, 16) ^ int(other, 16)).bit_count()
    except ValueError:
        return 64
