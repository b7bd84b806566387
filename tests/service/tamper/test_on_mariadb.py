"""The same on MariaDB: locks, bulk updates and JSON columns as that database has them."""

from __future__ import annotations

from flask import Flask

from app.models import write
from app.service.tamper.decide import approve_alert, confirm_alert
from tests.cast import make_organization, make_user
from tests.service.tamper.desk import Desk
from tests.service.tamper.site import WebSite, article, tampered


def test_a_page_is_learned_tampered_with_approved_and_confirmed(mariadb_app: Flask, web: WebSite) -> None:
    organization = make_organization("ours")
    with write():
        organization.allowed_networks = ["127.0.0.0/8"]
    desk = Desk(make_user(organization, "owner", "owner"), web)
    web.pages["/news"] = article("News")
    watches = [desk.learned(), desk.learned("/news")]
    desk.check(*watches)
    for path in web.pages:
        web.pages[path] = tampered(web.pages[path])
    desk.check_twice(*watches)
    head, folded = desk.alerts()
    assert folded.parent_id == head.id
    approve_alert(desk.actor, head.id, reason="us")
    web.pages["/"] = web.pages["/"].replace("+49 30 1234567", "+49 30 7654321")
    desk.check_twice(*watches)
    (alert,) = desk.alerts(state="open")
    assert confirm_alert(desk.actor, alert.id).incident_id is not None
    web.pages["/"] = tampered(article())
    desk.check_twice(*watches)
    assert {desk.look(watch).state.state for watch in watches} == {"OK"}
