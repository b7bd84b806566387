"""The same for many monitors at once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.core.errors import InvalidError
from app.models import Monitor
from app.service.actor import Actor
from app.service.monitor.bulk import act_on_many
from app.service.monitor.manage import create_monitor, get_monitor, list_monitors
from app.service.site import create_site
from app.service.trail.search import list_entries

URL = "http://127.0.0.1:9/"


@pytest.fixture
def three(app: Flask, owner: Actor) -> list[Monitor]:
    """Two on a site in the EU, one elsewhere."""
    made = []
    for name, tags in (("shop", ["eu"]), ("docs", [])):
        site = create_site(owner, {"name": name, "base_url": URL, "tags": tags})
        values: dict[str, Any] = {"site_id": site.id, "type": "http", "config": {"url": URL}}
        made += [
            create_monitor(owner, {**values, "name": each})
            for each in (("home", "cart") if tags else ("api",))
        ]
    return made


def test_it_changes_those_of_a_tag(three: list[Monitor], owner: Actor) -> None:
    done = act_on_many(owner, "change", wanted={"tag": "eu"}, values={"interval_seconds": 30})
    assert done.count == 2 and done.left == 0
    assert [get_monitor(owner, each.id).interval_seconds for each in three] == [30, 30, 60]


def test_it_pauses_and_resumes_those_that_are_named(three: list[Monitor], owner: Actor) -> None:
    ids = [three[0].id, three[2].id]
    act_on_many(owner, "pause", ids=ids)
    assert [get_monitor(owner, each.id).is_paused for each in three] == [True, False, True]
    act_on_many(owner, "resume", wanted={"state": "PAUSED"})
    assert not any(get_monitor(owner, each.id).is_paused for each in three)


def test_it_deletes_and_writes_a_line_for_each(three: list[Monitor], owner: Actor) -> None:
    assert act_on_many(owner, "delete", wanted={"q": "a"}).count == 2
    assert [each.name for each in list_monitors(owner).items] == ["home"]
    assert sum(each.action == "monitor.delete" for each in list_entries(owner).items) == 2


def test_one_that_refuses_holds_up_no_other(three: list[Monitor], owner: Actor) -> None:
    act_on_many(owner, "change", ids=[three[0].id], values={"timeout_seconds": 20})
    done = act_on_many(owner, "change", wanted={}, values={"interval_seconds": 10})
    assert done.count == 2 and list(done.refused[three[0].id]) == ["timeout_seconds"]


def test_those_of_others_are_not_touched(three: list[Monitor], owner: Actor, stranger: Actor) -> None:
    assert act_on_many(stranger, "delete", wanted={}).count == 0
    assert act_on_many(stranger, "delete", ids=[three[0].id]).count == 0
    assert len(list_monitors(owner).items) == 3


def test_one_that_is_named_and_not_there_is_told(three: list[Monitor], owner: Actor, stranger: Actor) -> None:
    foreign = create_site(stranger, {"name": "other", "base_url": URL})
    values = {"site_id": foreign.id, "type": "http", "name": "home", "config": {"url": URL}}
    gone = [create_monitor(stranger, values).id, 5]
    done = act_on_many(owner, "pause", ids=[three[0].id, *gone])
    assert done.count == 1
    assert done.refused == {each: {"monitor": "there is no such monitor"} for each in gone}


@pytest.mark.parametrize(
    ("given", "field"),
    [({}, "ids"), ({"ids": [1], "wanted": {}}, "ids"), ({"wanted": {}}, "values")],
)
def test_it_has_to_be_told_which_and_what(
    app: Flask, owner: Actor, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        act_on_many(owner, "change", **given)
    assert list(caught.value.fields) == [field]
