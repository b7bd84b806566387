"""Pages that are open while others work, and hands that are quick, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from app.core.clock import now, now_ms
from app.models import Incident, Monitor
from app.service.actor import Actor
from app.service.alerting.dependency import set_parents
from app.service.alerting.policy import change_policy, create_policy
from app.service.alerting.rota import change_rota, create_rota
from app.service.channel.manage import change_channel, create_channel
from app.service.channel.rules import change_rule, create_rule
from app.service.incident.manage import acknowledge_incident
from app.service.incident.story import add_comment
from app.service.maintenance.window import change_window, create_window
from app.service.monitor.manage import (
    change_monitor,
    create_monitor,
    delete_monitor,
    get_monitor,
    pause_monitor,
)
from app.service.objective.manage import change_objective, create_objective
from app.service.objective.turn import evaluate_all
from app.service.organization import change_settings
from app.service.recording.record import record_samples
from app.service.site import change_site, create_site
from app.service.status_page.page import change_page, create_page
from app.service.tamper.watch import change_watch, create_watch
from app.web import ask
from tests.cast import PASSWORD
from tests.served import serving
from tests.service.test_incident_story import happened
from tests.service.test_record import sample
from tests.web.test_pages import enter, token

pytestmark = pytest.mark.browser


@pytest.fixture
def monitor(owner: Actor) -> Monitor:
    change_settings(owner, {"is_set_up": True})
    site = create_site(owner, {"name": "Shop", "base_url": "http://192.0.2.7/"})
    config = {"url": "http://192.0.2.7/"}
    return create_monitor(owner, {"site_id": site.id, "type": "http", "name": "home", "config": config})


@pytest.fixture
def incident(monitor: Monitor) -> Incident:
    return happened(monitor)


@pytest.fixture
def place(app: Flask, owner: Actor, monitor: Monitor, page: Page) -> Iterator[str]:
    """Where the application is served; the page's owner has logged in."""
    with serving(app) as address:
        page.goto(f"{address}/login")
        page.get_by_label("E-mail address").fill(str(owner.user.email))
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(lambda url: "/login" not in url)
        yield address


def tell(page: Page) -> None:
    """What the line of events does when something has changed."""
    page.evaluate(
        "for (const each of document.querySelectorAll('[hx-trigger]')) htmx.trigger(each, 'sse:changed')"
    )


def test_what_others_do_about_an_incident_is_shown_and_what_is_typed_stays(
    page: Page, place: str, owner: Actor, incident: Incident
) -> None:
    page.goto(f"{place}/incidents/{incident.id}")
    typed = page.get_by_label("Comment", exact=True)
    typed.fill("half a sen")
    acknowledge_incident(owner, incident.id)
    add_comment(owner, incident.id, "restarting it")
    tell(page)
    expect(page.locator("#comment-list")).to_contain_text("restarting it")
    expect(page.get_by_role("button", name="I am on it")).to_have_count(0)
    expect(typed).to_have_value("half a sen")


def test_a_monitor_that_others_pause_can_be_resumed_from_the_open_page(
    page: Page, place: str, owner: Actor, monitor: Monitor
) -> None:
    page.goto(f"{place}/monitors/{monitor.id}")
    pause_monitor(owner, monitor.id)
    tell(page)
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    expect(page.get_by_role("button", name="Check now")).to_have_count(0)


def test_a_button_that_shows_the_same_is_not_taken_away_under_the_pointer(
    page: Page, place: str, monitor: Monitor
) -> None:
    page.goto(f"{place}/monitors/{monitor.id}")
    page.locator("#monitor-acts").evaluate("box => { box.dataset.kept = 'yes' }")
    with page.expect_response("**/live*"):
        tell(page)
    expect(page.locator("#monitor-acts")).to_have_attribute("data-kept", "yes")


def test_a_monitor_that_others_delete_does_not_go_on_looking_well(
    page: Page, place: str, owner: Actor, monitor: Monitor
) -> None:
    page.goto(f"{place}/monitors/{monitor.id}")
    delete_monitor(owner, monitor.id)
    tell(page)
    expect(page.locator("#monitor-acts")).to_have_count(0)


def test_a_form_whose_button_is_pressed_twice_is_sent_once(
    page: Page, place: str, incident: Incident
) -> None:
    page.goto(f"{place}/incidents/{incident.id}")
    page.get_by_label("Comment", exact=True).fill("once")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    button = page.get_by_role("button", name="Comment", exact=True)
    button.evaluate("button => { button.click(); setTimeout(() => button.click(), 0) }")
    expect(page.locator("#comment-list")).to_contain_text("once")
    assert len(sent) == 1


def test_a_form_can_be_sent_again_once_its_page_is_back(page: Page, place: str, incident: Incident) -> None:
    page.goto(f"{place}/incidents/{incident.id}")
    for said in ("first", "second"):
        page.get_by_label("Comment", exact=True).fill(said)
        page.get_by_role("button", name="Comment", exact=True).click()
        expect(page.locator("#comment-list")).to_contain_text(said)
        page.go_back()


def test_who_saves_a_form_that_was_overtaken_is_told_and_loses_nothing(
    page: Page, place: str, owner: Actor, monitor: Monitor
) -> None:
    page.goto(f"{place}/monitors/{monitor.id}/edit")
    page.get_by_label("Check every").fill("300")
    change_monitor(owner, monitor.id, {"name": "start page"})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("It was changed while this form was open")
    expect(page.get_by_label("Check every")).to_have_value("300")
    page.locator("#name").fill("start page")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/monitors/{monitor.id}")
    found = get_monitor(owner, monitor.id)
    assert (found.name, found.interval_seconds) == ("start page", 300)


KINDS = [
    "site",
    "maintenance",
    "rota",
    "escalation",
    "objective",
    "status page",
    "watch",
    "channel",
    "channel rule",
]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_changed_elsewhere_is_not_put_back_by_an_old_form(
    app: Flask, owner: Actor, monitor: Monitor, kind: str
) -> None:
    path, change = others(owner, monitor, kind)
    client = enter(app, owner)
    html = client.get(path).text
    mark = re.search(r'name="read_mark" value="(\d+)"', html)
    assert mark is not None
    change()
    refused = client.post(path, data={"csrf_token": token(html), "read_mark": mark[1], "name": "Old"})
    assert refused.status_code == 400 and "It was changed while this form was open" in refused.text
    assert mark[0] not in refused.text


@pytest.mark.parametrize("kind", ["site", "monitor"])
def test_tags_or_parents_changed_alone_are_not_put_back_by_an_old_form(
    app: Flask, owner: Actor, monitor: Monitor, kind: str
) -> None:
    path = f"/sites/{monitor.site_id}/edit" if kind == "site" else f"/monitors/{monitor.id}/edit"
    client = enter(app, owner)
    html = client.get(path).text
    mark = re.search(r'name="read_mark" value="(\d+)"', html)
    assert mark is not None
    if kind == "site":
        change_site(owner, monitor.site_id, {"tags": ["new"]})
    else:
        config = {"url": "http://192.0.2.8/"}
        door = {"site_id": monitor.site_id, "type": "http", "name": "door", "config": config}
        set_parents(owner, monitor.id, [create_monitor(owner, door).id])
    assert mark[0] not in client.get(path).text


def test_a_look_at_an_objective_overtakes_nobodys_form(app: Flask, owner: Actor, monitor: Monitor) -> None:
    path, _ = others(owner, monitor, "objective")
    client = enter(app, owner)
    html = client.get(path).text
    evaluate_all()
    mark = re.search(r'name="read_mark" value="(\d+)"', html)
    assert mark is not None and mark[0] in client.get(path).text


def others(owner: Actor, monitor: Monitor, kind: str) -> tuple[str, Callable[[], object]]:
    """The form of a thing of this kind, and how it is changed meanwhile."""
    new = {"name": "New"}
    match kind:
        case "site":
            address = f"/sites/{monitor.site_id}/edit"
            return address, lambda: change_site(owner, monitor.site_id, new)
        case "maintenance":
            times = {"timezone": "UTC", "starts": f"{now().year + 1}-01-02T10:00", "minutes": 60}
            window = create_window(owner, {"name": "Move", "covers_all": True, **times})
            return f"/maintenance/{window.id}", lambda: change_window(owner, window.id, new)
        case "rota":
            layer = {"participants": [owner.user.id], "days": 7, "time": "09:00", "starts_on": "2026-01-05"}
            rota = create_rota(owner, {"name": "Nights", "zone": "UTC", "layers": [layer]})
            return f"/on-call/{rota.id}", lambda: change_rota(owner, rota.id, new)
        case "escalation":
            step = {"after_minutes": 0, "users": [owner.user.id]}
            policy = create_policy(owner, {"name": "First", "steps": [step]})
            return f"/escalations/{policy.id}", lambda: change_policy(owner, policy.id, new)
        case "objective":
            goal = {"site_id": monitor.site_id, "name": "Up", "kind": "availability", "target": 99.0}
            objective = create_objective(owner, goal)
            return f"/objectives/{objective.id}/edit", lambda: change_objective(owner, objective.id, new)
        case "status page":
            public = create_page(owner, {"slug": "shop", "title": "Shop"})
            return f"/status-pages/{public.id}/edit", lambda: change_page(owner, public.id, {"title": "New"})
        case "watch":
            watch = create_watch(owner, {"site_id": monitor.site_id, "url": "http://127.0.0.1:9/"})
            return f"/watches/{watch.id}/edit", lambda: change_watch(owner, watch.id, new)
    config = {"url": "http://127.0.0.1:9/"}
    channel = create_channel(owner, {"type": "webhook", "name": "Hook", "config": config})
    if kind == "channel":
        return f"/channels/{channel.id}", lambda: change_channel(owner, channel.id, new)
    rule = create_rule(owner, {"name": "All", "channel_ids": [channel.id]})
    return f"/channels/rules/{rule.id}", lambda: change_rule(owner, rule.id, new)


def test_a_first_failure_is_not_said_to_be_awaited_any_more(
    app: Flask, owner: Actor, monitor: Monitor
) -> None:
    client = enter(app, owner)
    assert "Waiting for the first result" in client.get(f"/monitors/{monitor.id}").text
    record_samples([sample(monitor, now_ms(), "down", "connect_refused")])
    html = client.get(f"/monitors/{monitor.id}").text
    assert "Failing, not for sure yet" in html and "Waiting for the first result" not in html


def test_who_sends_a_form_after_the_session_ended_comes_back_to_its_page(
    page: Page, place: str, incident: Incident, owner: Actor
) -> None:
    page.goto(f"{place}/incidents/{incident.id}")
    page.context.clear_cookies()
    page.get_by_role("button", name="I am on it").click()
    page.get_by_label("E-mail address").fill(str(owner.user.email))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"**/incidents/{incident.id}")


def test_a_long_tag_leaves_a_phone_room_for_the_times(page: Page, place: str, owner: Actor) -> None:
    tags = ["a-tag-that-is-as-long-as-a-tag-may-be-and-no-longer"[:50]]
    create_site(owner, {"name": "Shop", "base_url": "http://192.0.2.7/", "tags": tags})
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{place}/sites")
    box = page.locator(".table-box")
    assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0


def test_rows_that_were_added_to_a_list_stay_when_something_changes(
    page: Page, place: str, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "PAGE_SIZE", 2)
    for number in range(4):
        create_site(owner, {"name": f"Shop {number}", "base_url": "http://192.0.2.7/"})
    page.goto(f"{place}/sites")
    with page.expect_response("**/sites?rows=4") as news:
        page.get_by_text("Show more").click()
    assert news.value.text().count('class="name"') == 4
    expect(page.locator("#sites tbody > tr:not(.more-row)")).to_have_count(4)


def test_a_change_that_comes_while_a_list_is_searched_does_not_undo_the_search(
    page: Page, place: str, owner: Actor
) -> None:
    create_site(owner, {"name": "Blog", "base_url": "http://192.0.2.7/"})
    page.goto(f"{place}/sites")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/sites*", hold)
    with page.expect_request("**/sites*"):
        tell(page)
    with page.expect_request("**/sites?q=Blog*"):
        page.locator("#q").fill("Blog")
    for each in held:
        with page.expect_event("requestfinished"):
            each.continue_()
    expect(page.locator("#sites tbody > tr")).to_have_count(1)


@pytest.mark.parametrize("status", [503, None])
def test_a_request_that_fails_is_said_and_can_be_made_again(
    page: Page, place: str, owner: Actor, status: int | None
) -> None:
    create_site(owner, {"name": "Blog", "base_url": "http://192.0.2.7/"})
    page.goto(f"{place}/sites")
    page.route("**/sites?q=**", lambda route: route.fulfill(status=status) if status else route.abort())
    page.locator("#q").fill("Bl")
    expect(page.locator("#toasts")).to_contain_text("That did not work")
    page.unroute_all()
    page.locator("#q").fill("Blo")
    expect(page.locator("#sites tbody > tr")).to_have_count(1)


def test_an_incident_is_printed_without_what_leads_elsewhere(
    page: Page, place: str, incident: Incident
) -> None:
    page.goto(f"{place}/incidents/{incident.id}")
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    assert page.locator("main").evaluate("main => main.getBoundingClientRect().left") < 100
