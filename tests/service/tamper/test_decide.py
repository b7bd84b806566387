"""What people say of alerts, and what follows."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.core.errors import ConflictError, InvalidError, NotFoundError
from app.models import Alert, AuditEntry, Baseline, Channel, Delivery, Event, Incident, db
from app.service.actor import Actor
from app.service.channel.manage import create_channel
from app.service.incident.manage import acknowledge_incident, get_incident
from app.service.tamper.alert import folded_under, list_alerts
from app.service.tamper.decide import allow_alert, approve_alert, confirm_alert
from app.service.tamper.say import alert_sentence, incident_sentence
from tests.service.tamper.desk import Desk
from tests.service.tamper.site import WebSite, article, tampered


@pytest.fixture
def alert(desk: Desk, web: WebSite) -> Alert:
    """An open alert of the page /, with the same on /news folded under it."""
    web.pages["/news"] = article("News of the library")
    watches = [desk.learned(), desk.learned("/news")]
    for path in web.pages:
        web.pages[path] = tampered(web.pages[path])
    desk.check_twice(*watches)
    (head,) = list_alerts(desk.actor).items
    return head


def check_all(desk: Desk) -> None:
    desk.check_twice(*{each.watch_id: each.watch for each in desk.alerts()}.values())


def test_it_was_us_makes_a_baseline_and_then_silence(desk: Desk, alert: Alert) -> None:
    approved = approve_alert(desk.actor, alert.id, reason="new links")
    assert (approved.state, approved.closed_by) == ("approved", desk.actor.user.email)
    kinds = [row.kind for row in db.session.scalars(select(Baseline).where(Baseline.kind == "approval"))]
    assert len(kinds) == 2
    check_all(desk)
    assert {each.state for each in desk.alerts()} == {"approved"}
    assert {desk.look(each.watch).state.state for each in desk.alerts()} == {"OK"}


def test_it_asks_why(desk: Desk, alert: Alert) -> None:
    with pytest.raises(InvalidError, match="reason"):
        approve_alert(desk.actor, alert.id, reason=" ")


def test_an_approved_page_that_changes_again_is_a_new_alert(desk: Desk, web: WebSite, alert: Alert) -> None:
    approve_alert(desk.actor, alert.id, reason="new links")
    check_all(desk)
    web.pages["/"] = web.pages["/"].replace("+49 30 1234567", "+49 30 7654321")
    check_all(desk)
    states = sorted(each.state for each in desk.alerts())
    assert states == ["approved", "approved", "open"]


def test_always_right_here_is_silent_about_that_and_nothing_else(
    desk: Desk, web: WebSite, alert: Alert
) -> None:
    allow_alert(desk.actor, alert.id)
    check_all(desk)
    assert {each.state for each in desk.alerts()} == {"allowed"}
    web.pages["/"] = web.pages["/"].replace(
        "</main>", '<iframe src="http://x.evil.example/" hidden></iframe></main>'
    )
    check_all(desk)
    assert [each.state for each in desk.alerts(state="open")] == ["open"]


def test_only_reasons_of_the_alert_can_be_allowed(desk: Desk, alert: Alert) -> None:
    with pytest.raises(InvalidError, match="keys"):
        allow_alert(desk.actor, alert.id, keys=["something else"])


def test_a_real_one_opens_an_incident_that_closes_with_the_last_page(
    desk: Desk, web: WebSite, alert: Alert
) -> None:
    confirmed = confirm_alert(desk.actor, alert.id, reason="hacked")
    assert confirmed.state == "confirmed" and confirmed.incident_id is not None
    incident = get_incident(desk.actor, confirmed.incident_id)
    assert incident.monitor is None and incident.watch is not None
    assert incident_sentence(incident, "en") == alert_sentence(alert, "en")
    check_all(desk)
    assert len(desk.alerts()) == 2
    web.pages["/"] = article()
    check_all(desk)
    assert get_incident(desk.actor, incident.id).closed_at is None
    web.pages["/news"] = article("News of the library")
    check_all(desk)
    assert get_incident(desk.actor, incident.id).closed_by == "recovery"
    assert {desk.look(each.watch).state.state for each in desk.alerts()} == {"OK"}


def test_a_real_one_that_does_more_is_another_alert(desk: Desk, web: WebSite, alert: Alert) -> None:
    confirm_alert(desk.actor, alert.id)
    web.pages["/"] = web.pages["/"].replace("+49 30 1234567", "+49 30 7654321")
    check_all(desk)
    (new,) = desk.alerts(state="open")
    assert not {each["key"] for each in new.reasons} & {each["key"] for each in alert.reasons}


def test_an_incident_of_a_page_can_be_acknowledged(desk: Desk, alert: Alert) -> None:
    confirmed = confirm_alert(desk.actor, alert.id)
    assert confirmed.incident_id is not None
    assert acknowledge_incident(desk.actor, confirmed.incident_id).acked_by == desk.actor.user.id


def test_what_is_decided_is_decided(desk: Desk, alert: Alert) -> None:
    approve_alert(desk.actor, alert.id, reason="us")
    with pytest.raises(ConflictError):
        confirm_alert(desk.actor, alert.id)


def test_a_stranger_finds_no_alert(desk: Desk, alert: Alert, stranger: Actor) -> None:
    for act in (allow_alert, confirm_alert):
        with pytest.raises(NotFoundError):
            act(stranger, alert.id)
    with pytest.raises(NotFoundError):
        approve_alert(stranger, alert.id, reason="us")
    assert list_alerts(stranger, folded=True).items == []


def test_every_act_is_audited_and_on_the_timeline(desk: Desk, alert: Alert) -> None:
    approve_alert(desk.actor, alert.id, reason="us")
    actions = set(db.session.scalars(select(AuditEntry.action)))
    kinds = set(db.session.scalars(select(Event.kind).where(Event.site_id == desk.site.id)))
    assert "alert.approve" in actions
    assert {"alert.opened", "alert.folded", "alert.approved"} <= kinds


def test_the_other_pages_are_found_under_the_alert(desk: Desk, alert: Alert) -> None:
    assert [each.watch.url for each in folded_under(alert)] == [desk.web.base_url + "/news"] or [
        each.watch.url for each in folded_under(alert)
    ] == [desk.web.base_url + "/"]


@pytest.mark.parametrize(("wanted", "rows"), [(None, 1), (["low"], 0), (["critical", "high"], 1)])
def test_a_channel_hears_of_the_severities_it_wants(
    desk: Desk, web: WebSite, wanted: list[str] | None, rows: int
) -> None:
    given = {"type": "webhook", "name": "hook", "config": {"url": "https://hook.example/"}}
    create_channel(desk.actor, {**given, "alert_severities": wanted})
    assert db.session.scalar(select(Channel.alert_severities)) == wanted
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    sent = db.session.scalars(select(Delivery)).all()
    assert len(sent) == rows
    for row in sent:
        assert row.kind == "alert.opened" and row.message["sentence"]["en"] and row.message["sentence"]["zh"]


def test_that_it_is_over_hears_who_heard_that_it_began(desk: Desk, web: WebSite) -> None:
    given = {"type": "webhook", "name": "hook", "config": {"url": "https://hook.example/"}}
    hears = create_channel(desk.actor, given)
    create_channel(desk.actor, {**given, "alert_severities": []})
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    web.pages["/"] = article()
    desk.check(watch)
    sent = db.session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [(row.channel_id, row.kind) for row in sent] == [
        (hears.id, "alert.opened"),
        (hears.id, "alert.closed"),
    ]
    assert sent[1].message["severity"] == "info"


def test_the_same_word_said_twice_opens_one_incident(desk: Desk, alert: Alert) -> None:
    confirm_alert(desk.actor, alert.id)
    with pytest.raises(ConflictError):
        confirm_alert(desk.actor, alert.id)
    assert len(db.session.scalars(select(Incident)).all()) == 1
