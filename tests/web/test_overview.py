"""The board: everything at a glance, and small enough to be there at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from app.core.clock import now_ms
from app.core.redis import delete_matching
from app.core.snowflake import next_id
from app.models import Monitor, MonitorState, Site, write
from app.service.actor import Actor
from app.service.board import MOST_TILES, board
from app.service.monitor.manage import create_monitor
from app.service.organization import change_settings
from app.service.site import create_site
from tests.cast import make_organization, make_user
from tests.service.test_incident_story import happened
from tests.web.test_pages import INLINE, enter


@pytest.fixture(autouse=True)
def is_set_up(owner: Actor) -> None:
    change_settings(owner, {"is_set_up": True})


def make_sites(owner: Actor, states: dict[str, list[str]]) -> None:
    """Sites by name, each with a monitor in each of these states."""
    sites: list[dict[str, Any]] = []
    monitors: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for name, wanted in states.items():
        site_id = next_id()
        sites.append({"id": site_id, "organization_id": owner.organization_id, "name": name, "base_url": "x"})
        for state in wanted:
            monitor = {"id": next_id(), "organization_id": owner.organization_id, "site_id": site_id}
            monitors.append({**monitor, "type": "http", "name": name})
            rows.append(
                {"monitor_id": monitor["id"], "state": state, "since_ms": now_ms(), "last_total_ms": 12.0}
            )
    with write() as session:
        session.execute(insert(Site), sites)
        session.execute(insert(Monitor), monitors)
        session.execute(insert(MonitorState), rows)


def test_the_worst_comes_first(owner: Actor) -> None:
    make_sites(owner, {"b": ["UP"], "a": ["UP"], "z": ["UP", "DOWN"], "m": ["DEGRADED"], "n": []})
    found = board(owner)
    assert [tile.name for tile in found.tiles] == ["z", "m", "a", "b", "n"]
    assert (found.tiles[0].bad, found.tiles[0].total) == (1, 2)
    assert found.monitors == {"UP": 3, "DOWN": 1, "DEGRADED": 1}


def test_another_organizations_sites_are_not_on_it(app: Flask, owner: Actor) -> None:
    stranger = make_user(make_organization("others"), "other", "owner")
    make_sites(stranger, {"theirs": ["DOWN"]})
    assert board(owner).tiles == []


def test_it_is_made_once_for_many_who_look(owner: Actor) -> None:
    make_sites(owner, {"a": ["UP"]})
    first = board(owner)
    make_sites(owner, {"b": ["UP"]})
    assert board(owner) == first
    delete_matching(f"board:{owner.organization_id}:*")
    assert board(owner).site_count == 2


def test_the_page_says_what_is_wrong(app: Flask, owner: Actor) -> None:
    make_sites(owner, {"<b>shop</b>": ["DOWN"], "blog": ["UP"]})
    text = enter(app, owner).get("/overview").text
    assert "Something is down" in text
    assert text.index("&lt;b&gt;shop") < text.index(">blog<")
    assert not INLINE.search(text)


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (["UP", "PENDING", "PAUSED"], "Everything works"),
        (["UP", "MAINTENANCE"], "Planned work is under way"),
        (["PENDING", "PAUSED"], "Nothing has been checked yet"),
        (["PAUSED"], "All monitors are paused"),
    ],
)
def test_it_does_not_say_that_what_nobody_looks_at_works(
    app: Flask, owner: Actor, states: list[str], said: str
) -> None:
    make_sites(owner, {"shop": states})
    banner = enter(app, owner).get("/overview").text.partition('class="say"')[2]
    assert banner.partition("</strong>")[0].endswith(said)


@pytest.mark.parametrize("path", ["/overview", "/overview?wall=1", "/overview/live", "/overview?tag=none"])
def test_every_form_of_it_is_there(app: Flask, owner: Actor, path: str) -> None:
    make_sites(owner, {"shop": ["UP"]})
    assert enter(app, owner).get(path).status_code == 200


def test_the_board_of_a_thousand_monitors_is_small(app: Flask, owner: Actor) -> None:
    make_sites(owner, {f"A site with a usual name {number}": ["UP"] for number in range(1_000)})
    answer = enter(app, owner).get("/overview")
    assert len(answer.data) < 300_000
    assert len(re.findall('class="tile ', answer.text)) == MOST_TILES
    assert f"{1_000 - MOST_TILES} sites more" in answer.text


def test_a_board_of_one_tag_shows_its_incidents_alone(app: Flask, owner: Actor) -> None:
    for tag in ("shop", "blog"):
        values = {"name": f"The {tag}", "base_url": "http://127.0.0.1:9/", "tags": [tag]}
        site = create_site(owner, values)
        config = {"url": "http://127.0.0.1:9/"}
        monitor = {"site_id": site.id, "type": "http", "name": "home", "config": config}
        happened(create_monitor(owner, monitor))
    incidents = enter(app, owner).get("/overview?tag=shop").text.partition('class="tiles"')[0]
    assert ">The shop</a>" in incidents and ">The blog</a>" not in incidents
