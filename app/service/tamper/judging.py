"""Judging what was fetched: against the learned profile of each view, together with the files of the page.

Files are fetched anew when the page asks for others than before, and otherwise once an hour; in between the
known ones stand for them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta

from app.core.clock import now
from app.engine.tamper.inventory import take_inventory
from app.engine.tamper.judge import ViewCase, judge
from app.engine.tamper.types import Asset, Verdict
from app.service.scheduling.schedule import allowed_networks
from app.service.tamper.case import Case, Look
from app.service.tamper.keeping import assets_of
from app.service.tamper.looking import fetcher
from app.service.tamper.profiles import profile_of
from app.service.tamper.standing import is_learned
from app.service.tamper.store import StoreError
from app.service.tamper.verdicts import bounded

ASSETS_EVERY = timedelta(hours=1)


def is_same(case: Case) -> bool:
    """Whether every view is, byte for byte, what was judged last, and its files need no look."""
    state = case.watch.state
    if state.pending or state.state not in ("OK", "NOTICE", "ALERT"):
        return False
    main = case.row(case.main.view)
    if main is None or main.assets_at is None or now() - main.assets_at >= ASSETS_EVERY:
        return False
    for look in (case.main, *case.others):
        row = case.row(look.view)
        if row is None or not is_learned(row) or row.last_sha256 != look.sha256:
            return False
    return True


def judge_case(case: Case) -> Verdict:
    """The verdict on all learned views together; the first of them must be learned.

    Raises `StoreError` when the baselines cannot be read.
    """
    main, row = case.main, case.row(case.main.view)
    assert row is not None
    read_with_assets(case, main)
    others = []
    for look in case.others:
        other = case.row(look.view)
        if other is not None and is_learned(other):
            look.inventory = take_inventory(look.observation, case.scope)
            others.append(ViewCase(look.view, profile_of(case, other), look.inventory))
    assert main.inventory is not None
    return bounded(judge(profile_of(case, row), main.inventory, others, case.options))


def as_read(cases: Sequence[Case]) -> Iterator[Case]:
    """All the cases, each as soon as its page is read with the files beside it.

    First come those that wait for no file. A page that gives its files slowly, or hundreds of them, so holds
    up nobody but itself.
    """
    asking = []
    for case in cases:
        if case.main.error is None and _asks(case):
            asking.append(case)
        else:
            yield case
    if not asking:
        return
    with ThreadPoolExecutor(len(asking)) as pool:
        coming = {pool.submit(_fetched, case): case for case in asking}
        for each in as_completed(coming):
            case = coming[each]
            try:
                _take(case, case.main, each.result())
            except Exception:
                case.main.inventory = None
            yield case


def _asks(case: Case) -> bool:
    """Whether files have to be fetched. What goes wrong here does so again, and is told, at its judging."""
    try:
        return _read(case, case.main)
    except Exception:
        case.main.inventory = None
        return False


def read_with_assets(case: Case, look: Look) -> None:
    """Take the page's inventory with the files beside it, unless that was done."""
    if look.inventory is None and _read(case, look):
        _take(case, look, _fetched(case, look))


def _read(case: Case, look: Look) -> bool:
    """Take the inventory with the known files; whether others have to be fetched."""
    known = _known_assets(case, look)
    # Mostly the page asks for the files we know, and then one pass is all there is to do.
    look.assets = known
    look.observation = dataclasses.replace(look.observation, assets=known)
    look.inventory = take_inventory(look.observation, case.scope)
    wanted = {(each.url, each.role) for each in look.inventory.wanted}
    return wanted != {(asset.url, asset.role) for asset in known} or _is_time(case, look)


def _fetched(case: Case, look: Look | None = None) -> tuple[Asset, ...]:
    look = look or case.main
    assert look.inventory is not None
    return fetcher().fetch_assets(
        look.observation, look.inventory.wanted, allow=allowed_networks(case.organization)
    )


def _take(case: Case, look: Look, assets: tuple[Asset, ...]) -> None:
    """Take the inventory again with the files that were fetched."""
    had, look.assets, look.has_new_assets = look.assets, assets, True
    if assets or had:
        look.observation = dataclasses.replace(look.observation, assets=assets)
        look.inventory = take_inventory(look.observation, case.scope)


def _is_time(case: Case, look: Look) -> bool:
    row = case.row(look.view)
    return row is None or row.assets_at is None or now() - row.assets_at >= ASSETS_EVERY


def _known_assets(case: Case, look: Look) -> tuple[Asset, ...]:
    newest = case.newest.get(look.view)
    try:
        return assets_of(newest) if newest is not None else ()
    except StoreError:
        return ()
