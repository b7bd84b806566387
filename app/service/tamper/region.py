"""Regions of a page that change by themselves: learned, explained, and corrected by people."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import ConflictError, InvalidError, NotFoundError
from app.engine.tamper.profile import Profile, Region
from app.models import Watch, WatchView, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.tamper import timing
from app.service.tamper.standing import judge_anew
from app.service.tamper.store import StoreError, get
from app.service.tamper.watch import get_watch, own_watch

STANDS = ("learned", "exempt", "strict")
"""As it was learned; exempt by somebody's word; taken back, so that its links and pictures are judged."""
KINDS = ("links", "pictures", "text")
MAX_REGIONS = 500
MAX_KEY = 500


@dataclass(frozen=True, slots=True)
class Stand:
    """A region of a view. `seen` says how many different contents were seen there."""

    view: str
    key: str
    label: str
    kind: str
    seen: int
    stand: str


def list_regions(actor: Actor, watch_id: int) -> list[Stand]:
    """The learned regions of every view, and those somebody named. (New ones show after the next check.)"""
    watch = get_watch(actor, watch_id)
    found = [
        _stand(watch, row.view, region) for row in watch.view_rows for region in _learned(row)[:MAX_REGIONS]
    ]
    known = {each.key for each in found}
    named = dict.fromkeys([*watch.exempt_regions, *watch.strict_regions])
    return found + [_stand(watch, watch.views[0], _region(key)) for key in named if key not in known]


def set_region(actor: Actor, watch_id: int, key: str, stand: str) -> list[Stand]:
    """Say how a region stands. Scripts, forms and the like are judged in any region."""
    with write() as session:
        watch = own_watch(session, actor, watch_id)
        _check(key, stand)
        before = _stand_of(watch, key)
        watch.exempt_regions = _with(watch.exempt_regions, key, stand == "exempt")
        watch.strict_regions = _with(watch.strict_regions, key, stand == "strict")
        if stand != before:
            watch.revision += 1
            judge_anew(watch)
            record_change(
                session,
                actor,
                "watch.region",
                "watch",
                watch.id,
                before={"key": key, "stand": before},
                after={"key": key, "stand": stand},
            )
    _look_again(watch)
    return list_regions(actor, watch_id)


def _check(key: str, stand: str) -> None:
    if stand not in STANDS:
        raise InvalidError({"stand": f"must be one of: {', '.join(STANDS)}"})
    if key.partition(":")[0] not in KINDS or not key.partition(":")[2] or len(key) > MAX_KEY:
        raise InvalidError({"key": f"must be one of {', '.join(KINDS)}, a colon and a place"})


def forbid_key(actor: Actor, watch_id: int, key: str) -> Watch:
    """Take back that something is always right on a page."""
    with write() as session:
        watch = own_watch(session, actor, watch_id)
        if key not in watch.allowed_keys:
            raise NotFoundError("this is not allowed on the page")
        watch.allowed_keys = [each for each in watch.allowed_keys if each != key]
        watch.revision += 1
        judge_anew(watch)
        record_change(session, actor, "watch.forbid", "watch", watch.id, before={"key": key})
    _look_again(watch)
    return watch


def _look_again(watch: Watch) -> None:
    if not watch.is_paused:
        timing.arm(watch)
        timing.check_now([watch])


def _with(keys: list[str], key: str, is_in: bool) -> list[str]:
    kept = [each for each in keys if each != key]
    if is_in and len(kept) >= MAX_REGIONS:
        raise ConflictError(f"at most {MAX_REGIONS} regions")
    return [*kept, key] if is_in else kept


def _stand_of(watch: Watch, key: str) -> str:
    if key in watch.strict_regions:
        return "strict"
    return "exempt" if key in watch.exempt_regions else "learned"


def _stand(watch: Watch, view: str, region: Region) -> Stand:
    stand = _stand_of(watch, region.key)
    return Stand(view, region.key, region.label, region.kind, region.seen, stand)


def _region(key: str) -> Region:
    kind, _, label = key.partition(":")
    return Region(key, label, kind, 0)


def _learned(row: WatchView) -> list[Region]:
    """None while the profile is being made anew."""
    if row.profile_sha256 is None:
        return []
    try:
        return Profile.from_bytes(get(row.profile_sha256)).regions()
    except (StoreError, ValueError):
        return []
