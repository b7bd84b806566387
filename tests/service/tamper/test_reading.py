"""Reading the pages of a message: none of them waits for the files of another."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from app.engine.tamper.types import Asset
from app.service.tamper import judging
from tests.service.tamper.desk import Desk
from tests.service.tamper.site import WebSite, article


def test_a_page_whose_files_are_slow_holds_up_nobody(
    desk: Desk, web: WebSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.pages.update({"/slow": article(), "/quick": article()})
    slow, quick = desk.watch("/slow"), desk.watch("/quick")
    files, order, is_free = judging._fetched, [], threading.Event()

    def fetched(case: Any, look: Any = None) -> tuple[Asset, ...]:
        if case.watch.id == slow.id:
            is_free.wait(10)
        return files(case, look)

    take = judging._take

    def taken(case: Any, look: Any, assets: Any) -> None:
        order.append(case.watch.id)
        is_free.set()
        take(case, look, assets)

    monkeypatch.setattr(judging, "_fetched", fetched)
    monkeypatch.setattr(judging, "_take", taken)
    desk.check(slow, quick)
    assert order[:2] == [quick.id, slow.id]
    assert {desk.look(each).state.state for each in (slow, quick)} == {"OK"}


def test_a_page_that_cannot_be_read_costs_the_others_nothing(
    desk: Desk, web: WebSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.pages.update({"/odd": article(), "/plain": article()})
    odd, plain = desk.watch("/odd"), desk.watch("/plain")
    files = judging._fetched

    def fetched(case: Any, look: Any = None) -> tuple[Asset, ...]:
        if case.watch.id == odd.id:
            raise RuntimeError
        return files(case, look)

    monkeypatch.setattr(judging, "_fetched", fetched)
    desk.check(odd, plain)
    assert desk.look(odd).state.error_code == "judge_failed"
    assert desk.look(plain).state.state == "OK"
