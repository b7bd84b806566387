"""Sites into files and out of them."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from app.core.clock import now
from app.core.errors import InvalidError
from app.engine.usability.registry import all_types
from app.models import AuditEntry, Job, Membership, Monitor, db, write
from app.service.actor import Actor
from app.service.job import course as course_module
from app.service.job.ask import ask_again, ask_for
from app.service.job.course import Course
from app.service.job.kinds.sites import import_sites
from app.service.job.manage import get_job
from app.service.job.running import claim_job, sweep_lost
from app.service.monitor.manage import create_monitor
from app.service.site import SiteLine, archive_site, create_site, list_sites
from app.service.transfer import site_import
from app.service.transfer.columns import head_of, key_of, row_of
from app.service.transfer.monitors import types
from app.service.transfer.reading import rows_of
from tests.service.job.jobs import CSV, done, imported, result_bytes, run

SHOP = CSV + b'Shop,https://shop.example/,"a, b",Notes,http 30s\nBlog,https://blog.example/,,,\n'


def sites(actor: Actor) -> list[SiteLine]:
    return list_sites(actor, limit=200).items


def problems(outcome: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(each["line"], each["column"], each["problem"]) for each in outcome["problems"]]


def test_trying_changes_nothing(teammate: Actor) -> None:
    outcome = imported(teammate, SHOP, is_dry=True)
    assert (outcome["rows"], outcome["added"], outcome["is_dry"]) == (2, 2, True)
    assert sites(teammate) == []


def test_what_was_tried_can_be_done(teammate: Actor) -> None:
    tried = done(teammate, "sites.import", {"is_dry": True}, SHOP)
    job = ask_again(teammate, tried, {"is_dry": False})
    assert run(job) == "done"
    assert [site.name for site in sites(teammate)] == ["Blog", "Shop"]


def test_it_takes_sites_with_tags_notes_and_monitors(teammate: Actor) -> None:
    outcome = imported(teammate, SHOP)
    shop = sites(teammate)[1]
    monitor = db.session.query(Monitor).one()
    assert (outcome["added"], outcome["refused"]) == (2, 0)
    assert (shop.base_url, shop.tags, shop.description) == ("https://shop.example/", ["a", "b"], "Notes")
    assert (monitor.type, monitor.interval_seconds, monitor.config) == (
        "http",
        30,
        {"url": "https://shop.example/"},
    )


def test_every_site_is_on_the_audit_log(teammate: Actor) -> None:
    imported(teammate, SHOP)
    assert db.session.query(AuditEntry).filter_by(action="site.create").count() == 2


def test_it_names_row_and_column_of_what_is_wrong(teammate: Actor) -> None:
    rows = [
        b"Good,https://good.example/,,,",
        b",https://a.example/,,,",
        b"No address,,,,",
        b"Bad address,ftp://b.example,,,",
        b"Twin,https://GOOD.example,,,",
        b"Monitors,https://c.example/,,,steps",
        b"Tag,https://d.example/," + b"x" * 51 + b",,",
        b"Long,https://e.example/,," + b"y" * 5001 + b",",
    ]
    outcome = imported(teammate, CSV + b"\n".join(rows))
    assert (outcome["added"], outcome["refused"]) == (1, 7)
    assert [(line, column) for line, column, _ in problems(outcome)] == [
        (3, "name"),
        (4, "base_url"),
        (5, "base_url"),
        (6, "base_url"),
        (7, "monitors"),
        (8, "tags"),
        (9, "description"),
    ]
    assert problems(outcome)[3][2] == "is in line 2 already"


def test_all_or_none_takes_none_when_a_row_is_wrong(teammate: Actor) -> None:
    outcome = imported(teammate, SHOP + b",,,,x\n", is_strict=True)
    assert (outcome["is_stopped"], outcome["refused"]) == (True, 1)
    assert sites(teammate) == []


def test_a_token_imports_no_more_than_it_may(teammate: Actor) -> None:
    token = replace(teammate, way="token", scopes=frozenset({"site.write", "site.read"}))
    job = ask_for(token, "sites.import", {"is_dry": False}, input=("a.csv", SHOP))
    assert run(job) == "done"
    assert problems(get_job(teammate, job.id).outcome) == [(2, "monitors", "your role does not permit this")]
    assert [site.name for site in sites(teammate)] == ["Blog"]


def test_what_is_there_is_left_as_it_is(teammate: Actor) -> None:
    create_site(teammate, {"name": "Old", "base_url": "https://SHOP.example"})
    outcome = imported(teammate, SHOP)
    assert (outcome["added"], outcome["known"]) == (1, 1)
    assert [site.name for site in sites(teammate)] == ["Blog", "Old"]


def test_trying_tells_what_would_change_and_what_would_not(teammate: Actor) -> None:
    imported(teammate, SHOP)
    rows = CSV + b'Shop,https://shop.example/,"b,a",,\nNew name,https://blog.example/,,,\n'
    for is_dry in (True, False):
        outcome = imported(teammate, rows, duplicates="update", is_dry=is_dry)
        assert (outcome["known"], outcome["updated"]) == (1, 1)


def test_what_is_there_is_changed_when_asked_to(teammate: Actor) -> None:
    create_site(teammate, {"name": "Old", "base_url": "https://shop.example/", "tags": ["keep"]})
    outcome = imported(teammate, CSV + b"Shop,https://shop.example,,New notes,\n", duplicates="update")
    (site,) = sites(teammate)
    assert outcome["updated"] == 1
    assert (site.name, site.description, site.tags) == ("Shop", "New notes", ["keep"])


def test_an_archived_site_does_not_count_as_there(teammate: Actor) -> None:
    archive_site(teammate, create_site(teammate, {"name": "S", "base_url": "https://shop.example/"}).id)
    assert imported(teammate, SHOP)["added"] == 2


def test_strangers_sites_do_not_count_as_there(teammate: Actor, stranger: Actor) -> None:
    create_site(stranger, {"name": "S", "base_url": "https://shop.example/"})
    assert imported(teammate, SHOP)["added"] == 2


def test_the_report_says_what_became_of_each_row(teammate: Actor) -> None:
    job = done(teammate, "sites.import", {"is_dry": True, "locale": "zh"}, SHOP + b",ftp://x,,,\n")
    lines = result_bytes(teammate, job).decode("utf-8-sig").splitlines()
    assert lines[1] == "2,将添加,Shop,https://shop.example/,,"
    assert lines[3] == "4,有误,,ftp://x,名称,不能为空"


@pytest.mark.parametrize(
    "columns",
    ["名称,网址,标签", "Name;Address;Tags", "site\turl\ttag", "名稱,網址,標籤", "ＮＡＭＥ*,base  URL:,Tags "],
)
def test_columns_have_names_in_both_languages(columns: str) -> None:
    split = next(mark for mark in ",;\t" if mark in columns)
    assert head_of(columns.split(split)) == ["name", "base_url", "tags"]


@pytest.mark.parametrize("title", ["Our sites", "Our sites, of 2026, all of them"])
def test_a_title_does_not_say_what_separates_the_cells(title: str) -> None:
    data = f"{title}\n\nName;Address\nShop, new;https://shop.example.org\n".encode()
    assert [row.values["name"] for row in rows_of(data)] == ["Shop, new"]


def test_a_title_may_stand_above_the_columns() -> None:
    (row,) = rows_of(b"Our sites\n\n" + CSV + b"Shop,https://shop.example/,,,\n")
    assert (row.line, row.values["name"]) == (4, "Shop")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it has no rows"),
        (CSV, "it has no rows"),
        (b"name,tags\nx,y\n", "the first row must name the column base_url"),
        (b"name,base_url,url\nx,y,z\n", "the first row names the column base_url twice"),
        (b"\xff\xfe\x00", "it is no text in UTF-8, UTF-16 or GB 18030"),
        (b"PK\x03\x04 no zip", "it is no workbook (XLSX) that can be read"),
        (CSV + b"x,y,,,\n" * 10_001, "it has more than 10000 rows"),
        (CSV + b"x," + b"y" * 9000, "a cell in line 2 has more than 8000 characters"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, why: str) -> None:
    with pytest.raises(InvalidError) as caught:
        rows_of(data)
    assert caught.value.fields == {"file": why}


def test_a_job_with_such_a_file_fails_with_the_sentence(teammate: Actor) -> None:
    job = ask_for(teammate, "sites.import", {"is_dry": True}, input=("a.csv", b"nothing"))
    assert run(job) == "failed"
    assert get_job(teammate, job.id).problem == "file: the first row must name the column name"


def test_addresses_of_the_same_place_have_one_key() -> None:
    assert key_of("https://Shop.example") == key_of("https://shop.example:443/") == "https://shop.example/"
    assert key_of("http://shop.example/") != key_of("https://shop.example/")
    assert key_of("no address") == "no address"


def test_a_formula_that_was_made_harmless_is_itself_again() -> None:
    assert row_of(2, ["name", "base_url"], ["'=1+1", "https://a.example"]).values["name"] == "=1+1"


def monitors(actor: Actor) -> list[tuple[str, int, dict[str, Any]]]:
    own = db.session.query(Monitor).filter_by(organization_id=actor.organization_id)
    return [(each.type, each.interval_seconds, each.config) for each in own.order_by(Monitor.id)]


def test_every_type_but_lists_of_others_can_stand_in_a_cell(teammate: Actor) -> None:
    outcome = imported(
        teammate, CSV + f'Shop,https://www.shop.example:8443/x,,,"{",".join(types())}"\n'.encode()
    )
    assert problems(outcome) == []
    made = {kind: config for kind, _, config in monitors(teammate)}
    assert sorted(made) == sorted({kind.name for kind in all_types()} - {"group", "steps"})
    assert made["http"] == made["browser"] == {"url": "https://www.shop.example:8443/x"}
    assert made["websocket"] == {"url": "wss://www.shop.example:8443/x"}
    assert made["tls"] == made["tcp"] == {"host": "www.shop.example", "port": 8443}
    assert made["domain"] == {"domain": "www.shop.example"}
    assert made["mysql"] == {"host": "www.shop.example"} and made["heartbeat"] == {}


def test_a_monitor_may_look_elsewhere(teammate: Actor) -> None:
    cell = "HTTP https://api.example/A 5m; tcp [2001:db8::1]:53 30 s; mysql　db.example; ping ::1; ssh :22"
    imported(teammate, CSV + f"Shop,https://shop.example/,,,{cell}\n".encode())
    assert monitors(teammate) == [
        ("http", 300, {"url": "https://api.example/A"}),
        ("tcp", 30, {"host": "2001:db8::1", "port": 53}),
        ("mysql", 60, {"host": "db.example"}),
        ("ping", 60, {"host": "::1"}),
        ("ssh", 60, {"host": "shop.example", "port": 22}),
    ]


@pytest.mark.parametrize(
    "cell", ["tcp db.example:99999", "http ftp://x", "ping a:1", "heartbeat x", "tls a b c"]
)
def test_a_monitor_that_can_look_nowhere_is_refused(teammate: Actor, cell: str) -> None:
    outcome = imported(teammate, CSV + f"Shop,https://shop.example/,,,{cell}\n".encode())
    assert [column for _, column, _ in problems(outcome)] == ["monitors"]


def narrow(actor: Actor, **scope: Any) -> None:
    """Leave a member some sites only."""
    with write() as session:
        member = session.query(Membership).filter_by(user_id=actor.user.id).one()
        member.site_ids, member.tags = scope.get("site_ids"), scope.get("tags")


def test_who_is_narrowed_takes_in_what_will_be_theirs(owner: Actor, teammate: Actor) -> None:
    create_site(owner, {"name": "Hidden", "base_url": "https://hidden.example/"})
    narrow(teammate, tags=["a"])
    rows = b"Mine,https://mine.example/,a,,\nOther,https://other.example/,b,,\n"
    for is_dry in (True, False):
        outcome = imported(teammate, CSV + rows, is_dry=is_dry)
        assert (outcome["added"], problems(outcome)) == (1, [(3, "tags", "must hold one of yours: a")])
    assert [site.name for site in sites(owner)] == ["Hidden", "Mine"]


def test_who_is_narrowed_exports_their_own_sites_alone(owner: Actor, teammate: Actor) -> None:
    mine = create_site(owner, {"name": "Mine", "base_url": "https://mine.example/"})
    create_site(owner, {"name": "Hidden", "base_url": "https://hidden.example/"})
    narrow(teammate, site_ids=[mine.id])
    job = done(teammate, "sites.export", {"format": "csv"})
    assert job.outcome == {"rows": 1}
    assert b"Hidden" not in result_bytes(teammate, job)


def many(count: int) -> bytes:
    rows = (f"Site {i},https://site-{i}.example/,,,\n" for i in range(count))
    return CSV + "".join(rows).encode()


def test_a_killed_import_goes_on_where_it_was_and_takes_no_row_twice(
    teammate: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask_for(teammate, "sites.import", {"is_dry": False}, input=("a.csv", many(120)))
    claim_job("dead")
    course = Course(db.session.get_one(Job, job.id, populate_existing=True), teammate)

    def die(done: int, total: int | None = None) -> None:
        if done >= site_import.PART and course.place == 0:
            raise KeyboardInterrupt

    monkeypatch.setattr(course, "moved", die)
    with pytest.raises(KeyboardInterrupt):
        import_sites(course)
    assert len(sites(teammate)) == site_import.PART
    sweep_lost(now() + timedelta(minutes=2))
    assert run(job) == "done"
    ended = get_job(teammate, job.id)
    assert (ended.attempts, ended.outcome["added"], ended.outcome["refused"]) == (2, 120, 0)
    assert len(sites(teammate)) == 120
    assert "marks" not in ended.outcome


def test_a_cancelled_import_says_how_far_it_came(teammate: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ask_for(teammate, "sites.import", {"is_dry": False}, input=("a.csv", many(60)))
    monkeypatch.setattr(course_module, "LOOK_SECONDS", 0.0)
    heard = iter([False, True])
    monkeypatch.setattr(course_module, "is_stopped", lambda job_id: next(heard))
    assert run(job) == "cancelled"
    outcome = get_job(teammate, job.id).outcome
    assert (outcome["added"], outcome["left"], len(sites(teammate))) == (50, 10, 50)


def test_an_export_comes_in_again(teammate: Actor, stranger: Actor) -> None:
    imported(teammate, SHOP)
    job = done(teammate, "sites.export", {"format": "csv", "locale": "zh"})
    data = result_bytes(teammate, job)
    assert imported(teammate, data)["known"] == 2
    outcome = imported(stranger, data)
    assert (outcome["added"], outcome["problems"]) == (2, [])
    assert [(s.name, s.tags, s.description) for s in sites(stranger)] == [
        ("Blog", [], ""),
        ("Shop", ["a", "b"], "Notes"),
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_that_comes_in_again_changes_nothing_of_its_own_sites(teammate: Actor, kind: str) -> None:
    notes = "\t an old\r\nhand's\rnotes \n"
    create_site(teammate, {"name": "Shop", "base_url": "https://shop.example/", "description": notes})
    data = result_bytes(teammate, done(teammate, "sites.export", {"format": kind}))
    outcome = imported(teammate, data, duplicates="update")
    assert (outcome["known"], outcome["updated"]) == (1, 0)


def told(actor: Actor) -> list[tuple[Any, ...]]:
    """What an organization has, as far as a table says it."""
    found = [(site.name, site.base_url, site.tags, site.description) for site in sites(actor)]
    return [*found, *monitors(actor)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_makes_the_same_sites_elsewhere(teammate: Actor, stranger: Actor, kind: str) -> None:
    odd: dict[str, Any] = {
        "name": '="quoted"；,＝1',
        "base_url": "https://shop.example/a;b,c?d='|'",
        "tags": ["a|b", "c；d", "电商、自营", "plain"],
        "description": 'two\nlines, "and" a\ttab',
    }
    site = create_site(teammate, odd)
    create_site(teammate, {"name": "Other", "base_url": "http://[2001:db8::1]:8080/", "tags": ["x"]})
    for name, config in (
        ("http", {"url": odd["base_url"]}),
        ("http", {"url": "https://else.example/x"}),
        ("tcp", {"host": "2001:db8::2", "port": 22}),
        ("ssh", {"host": "shop.example", "port": 2222}),
    ):
        create_monitor(teammate, {"site_id": site.id, "type": name, "name": odd["name"], "config": config})
    data = result_bytes(teammate, done(teammate, "sites.export", {"format": kind}))
    assert problems(imported(stranger, data)) == []
    assert told(stranger) == told(teammate)


def test_an_export_as_a_workbook_comes_in_again(teammate: Actor, stranger: Actor) -> None:
    imported(teammate, SHOP)
    data = result_bytes(teammate, done(teammate, "sites.export", {"format": "xlsx", "locale": "en"}))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert [cell.value for cell in sheet[3]][:5] == [
        "Shop",
        "https://shop.example/",
        "a, b",
        "Notes",
        "http 30s",
    ]
    assert imported(stranger, data)["added"] == 2


def test_an_export_has_the_lists_filters(teammate: Actor) -> None:
    imported(teammate, SHOP)
    job = done(teammate, "sites.export", {"format": "csv", "q": "blog"})
    assert job.outcome == {"rows": 1}
    assert b"shop.example" not in result_bytes(teammate, job)


def test_an_export_of_many_is_whole(teammate: Actor) -> None:
    imported(teammate, many(450))
    job = done(teammate, "sites.export", {"format": "csv"})
    lines = result_bytes(teammate, job).decode("utf-8-sig").splitlines()
    assert (job.outcome, len(lines), len(set(lines))) == ({"rows": 450}, 451, 451)
