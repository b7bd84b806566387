"""Status pages in the browser: the owner's and the visitors'."""

from __future__ import annotations

import json
import re
from typing import Any

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from app.models import Site, StatusPage, db
from app.service.actor import Actor
from app.service.monitor.manage import create_monitor
from app.service.organization import change_settings
from app.service.site import create_site
from app.service.status_page.notice import open_notice
from app.service.status_page.page import change_page, create_page
from app.web.present.badge import badge
from tests.web.tamper_scene import SCRIPT
from tests.web.test_pages import INLINE, enter, token


@pytest.fixture
def made(owner: Actor, shop: Site) -> StatusPage:
    items = [{"kind": "site", "id": shop.id, "section": "Shops"}]
    return create_page(owner, {"slug": "our-status", "title": f"Ours {SCRIPT}", "items": items})


@pytest.fixture
def visitor(app: Flask, made: StatusPage) -> FlaskClient:
    return app.test_client()


def test_anybody_sees_it_and_gets_no_cookie(visitor: FlaskClient) -> None:
    answer = visitor.get("/status/our-status")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=15"


def test_names_are_shown_as_text(visitor: FlaskClient) -> None:
    answer = visitor.get("/status/our-status")
    text = answer.text
    assert answer.status_code == 200
    assert SCRIPT not in text
    assert not INLINE.search(text)


def test_its_times_are_utc_for_its_owner_too(app: Flask, owner: Actor, made: StatusPage) -> None:
    change_settings(owner, {"is_set_up": True, "timezone": "Asia/Shanghai"})
    text = enter(app, owner).get("/status/our-status").text
    shown = re.search(r'<time datetime="(\S+?)">([\d :-]+) UTC</time></span>', text)
    assert shown is not None
    assert shown[1].startswith(shown[2].replace(" ", "T"))


@pytest.mark.parametrize("path", ["/status/nothing", "/status/UPPER", "/status/our-status/nothing.svg"])
def test_what_is_not_there_is_not_found(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(path).status_code == 404


@pytest.mark.parametrize("show", ["", "30d", "nonsense"])
def test_a_badge_is_a_picture(visitor: FlaskClient, made: StatusPage, show: str) -> None:
    answer = visitor.get(f"/status/our-status/{made.items[0]['key']}.svg?show={show}&label=<b>")
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    etree.fromstring(answer.data)


def test_a_badge_of_anything_is_well_formed() -> None:
    etree.fromstring(badge('<script>"&' * 20, "正常", "up").encode())
    etree.fromstring(badge("a\x00\x0b\x1b\ufffe", "ok", "up").encode())


def test_a_badge_has_room_for_broad_letters() -> None:
    """`www.wombat-museum.com` takes 152.8 px of DejaVu Sans and Verdana at 11 px."""
    (room,) = re.findall(r'd="M(\d+)', badge("www.wombat-museum.com", "works", "up"))
    assert int(room) >= 153 + 8


def test_notices_are_a_feed(visitor: FlaskClient, owner: Actor, made: StatusPage) -> None:
    open_notice(owner, made.id, {"title": "Slow <log-in>", "text": "We & you"})
    feed: Any = etree.fromstring(visitor.get("/status/our-status/feed.xml").data)
    titles = [each.text for each in feed.iter("{http://www.w3.org/2005/Atom}title")]
    assert "Slow <log-in>" in titles


def test_a_feed_says_whose_it_is_and_where(visitor: FlaskClient) -> None:
    """RFC 4287, 4.1.1: without an author a feed is none."""
    feed: Any = etree.fromstring(visitor.get("/status/our-status/feed.xml").data)
    names = {"a": "http://www.w3.org/2005/Atom"}
    assert feed.findtext("a:author/a:name", namespaces=names) == f"Ours {SCRIPT}"
    (address,) = feed.xpath("a:link[@rel='self']/@href", namespaces=names)
    assert address.endswith("/status/our-status/feed.xml")


def test_a_control_character_does_not_break_the_feed(
    visitor: FlaskClient, owner: Actor, made: StatusPage
) -> None:
    open_notice(owner, made.id, {"title": "Slow\x0b", "text": "We look\x1b[31m"})
    feed = etree.fromstring(visitor.get("/status/our-status/feed.xml").data)
    assert "We look[31m" in "".join(feed.itertext())


def test_it_speaks_the_visitors_language(visitor: FlaskClient) -> None:
    answer = visitor.get("/status/our-status", headers={"Accept-Language": "zh-CN"})
    assert 'lang="zh-CN"' in answer.text


def send(client: FlaskClient, path: str, **fields: object) -> tuple[int, str]:
    form = {"csrf_token": token(client.get("/status-pages").text), **fields}
    answer = client.post(path, data=form)
    db.session.rollback()
    db.session.expire_all()
    return answer.status_code, answer.text


def test_a_page_is_made_in_the_form(app: Flask, owner: Actor, shop: Site) -> None:
    lines = {
        "section": ["A", ""],
        "kind": ["site", "site"],
        "id": ["", ""],
        "what": [shop.name, ""],
        "shown": ["Our shop", ""],
    }
    values = {"slug": "mine", "title": "Mine", "days": "30", "is_published": "1", **lines}
    assert send(enter(app, owner), "/status-pages/new", **values)[0] == 303
    (page,) = db.session.query(StatusPage)
    assert [(item["section"], item["name"]) for item in page.items] == [("A", "Our shop")]


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(app: Flask, owner: Actor, shop: Site) -> None:
    lines = {"section": ["A"], "kind": ["site"], "id": [""], "what": ["Nowhere"], "shown": ["Our shop"]}
    values = {"slug": "mine", "title": "Mine", "days": "30", **lines}
    status, text = send(enter(app, owner), "/status-pages/new", **values)
    assert status == 400
    assert "nothing is called Nowhere" in text
    assert "Our shop" in text


def edited(client: FlaskClient, page: StatusPage) -> dict[str, Any]:
    """What the form of a page sends when nothing in it is changed."""
    html = client.get(f"/status-pages/{page.id}/edit").text
    form = lxml.html.fromstring(html).xpath("//form[.//fieldset[@id='items']]")[0]
    lines = json.loads(form.xpath(".//fieldset[@id='items']/@data-rows")[0])
    names = {"section": "section", "kind": "kind", "id": "id", "what": "what", "shown": "name"}
    typed = {field: [line.get(key, "") for line in lines] for field, key in names.items()}
    return {**{each: form.fields[each] for each in ("slug", "title", "days", "read_mark")}, **typed}


def test_a_form_saved_as_it_was_read_changes_no_line(app: Flask, owner: Actor, shop: Site) -> None:
    other = create_site(owner, {"name": "Other", "base_url": "http://127.0.0.1:9/"})
    monitor = {"type": "http", "name": "Home page", "config": {"url": "http://127.0.0.1:9/"}}
    pages = [create_monitor(owner, {**monitor, "site_id": site.id}) for site in (shop, other)]
    items = [{"kind": "site", "id": shop.id, "name": "What visitors know"}]
    items += [{"kind": "monitor", "id": each.id} for each in reversed(pages)]
    page = create_page(owner, {"slug": "ours", "title": "Ours", "items": items})
    client, before = enter(app, owner), list(page.items)
    assert send(client, f"/status-pages/{page.id}/edit", **edited(client, page))[0] == 303
    assert db.session.get_one(StatusPage, page.id).items == before


def test_one_of_several_of_a_name_is_told_by_its_site(app: Flask, owner: Actor, shop: Site) -> None:
    other = create_site(owner, {"name": "Other", "base_url": "http://127.0.0.1:9/"})
    monitor = {"type": "http", "name": "Home page", "config": {"url": "http://127.0.0.1:9/"}}
    ids = [create_monitor(owner, {**monitor, "site_id": site.id}).id for site in (shop, other)]
    client, line = enter(app, owner), {"section": "", "kind": "monitor", "id": "", "shown": ""}
    values = {"slug": "mine", "title": "Mine", "days": "30", **line}
    assert (
        "several monitors are called Home page"
        in send(client, "/status-pages/new", what="Home page", **values)[1]
    )
    assert send(client, "/status-pages/new", what="Home page · Other", **values)[0] == 303
    assert db.session.query(StatusPage).one().items[0]["id"] == ids[1]


def test_visitors_are_told_by_a_form(app: Flask, owner: Actor, made: StatusPage) -> None:
    path = f"/status-pages/{made.id}/notices"
    fields = {"title": "Slow", "state": "investigating", "text": "We look."}
    assert send(enter(app, owner), path, **fields)[0] == 303
    assert "We look." in app.test_client().get("/status/our-status").text


def test_news_of_a_notice_that_will_not_do_stay_typed(app: Flask, owner: Actor, made: StatusPage) -> None:
    notice = open_notice(owner, made.id, {"title": "Slow", "text": "We look."})
    news = f"The database. {'x' * 5000}"
    path = f"/status-pages/notices/{notice.id}"
    status, html = send(enter(app, owner), path, state="identified", text=news)
    assert status == 400
    form = next(each for each in lxml.html.fromstring(html).forms if each.action == path)
    assert (form.fields["text"], form.fields["state"]) == (news, "identified")
    assert form.xpath(".//textarea/@aria-invalid") == ["true"]


def test_a_viewer_changes_nothing(app: Flask, viewer: Actor, made: StatusPage) -> None:
    client = enter(app, viewer)
    assert client.get(f"/status-pages/{made.id}").status_code == 200
    assert client.get(f"/status-pages/{made.id}/edit").status_code == 403


def test_a_bar_of_a_week_does_not_tell_the_share_of_ninety_days(
    app: Flask, owner: Actor, visitor: FlaskClient, made: StatusPage
) -> None:
    change_page(owner, made.id, {"days": 7})
    bars = lxml.html.fromstring(visitor.get("/status/our-status").text).xpath("//svg/@aria-label")
    assert bars == ["7 days"]
