"""How a site is scanned: what may be set, what is sealed, what is consented to, and who sees it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import now
from app.core.errors import InvalidError, NotFoundError
from app.models import AuditEntry, db
from app.service.actor import Actor
from app.service.bug.login import MASK, login_of, masked_login
from app.service.bug.scan import request_scan
from app.service.bug.settings import change_settings_of, get_settings_of, give_consent
from app.service.organization import change_settings
from app.service.site import change_site
from tests.service.bug.desk import Desk

FORM = {"kind": "form", "url": "https://shop.example/login", "fields": {"user": "me", "password": "p4ss"}}


def test_a_site_that_nobody_has_set_is_scanned_politely_and_passively(desk: Desk) -> None:
    settings = get_settings_of(desk.actor, desk.site.id)
    assert (settings.profile, settings.rate, settings.connections) == ("passive", 2.0, 2)
    assert (settings.schedule, settings.consents) == ("off", {})


def test_a_schedule_sets_when_it_is_due(desk: Desk) -> None:
    settings = change_settings_of(desk.actor, desk.site.id, {"schedule": "daily", "hour": 3})
    assert settings.next_due_at is not None and settings.next_due_at > now()
    assert change_settings_of(desk.actor, desk.site.id, {"schedule": "off"}).next_due_at is None


@pytest.mark.parametrize(
    "values",
    [
        {"profile": "gentle"},
        {"budget": 61},
        {"budget": 0},
        {"profile": "full", "budget": 3001},
        {"rate": 21},
        {"rate": True},
        {"connections": 9},
        {"hour": 24},
        {"month_day": 31},
        {"timezone": "Mars/Base"},
        {"from_hour": 3},
        {"template_ids": ["x"]},
        {"template_ids": ["²"]},
        {"template_ids": ["9" * 19]},
        {"login": {"kind": "magic"}},
        {"login": {"kind": "form", "url": "javascript:1", "fields": {"a": "b"}}},
        {"login": {"kind": "headers", "headers": {"Cookie": "a\r\nX: y"}}},
        {"login": {"kind": "headers", "headers": {}}},
        {"login": {**FORM, "more": 1}},
    ],
)
def test_it_refuses_what_will_not_do(desk: Desk, values: dict[str, Any]) -> None:
    with pytest.raises(InvalidError):
        change_settings_of(desk.actor, desk.site.id, values)
    assert get_settings_of(desk.actor, desk.site.id).budget is None


def test_a_log_in_is_sealed_and_never_given_out(desk: Desk) -> None:
    settings = change_settings_of(desk.actor, desk.site.id, {"login": FORM})
    assert "p4ss" not in str(settings.login) + str(settings.sealed_login)
    assert masked_login(settings) == {**FORM, "fields": {"user": MASK, "password": MASK}, "logged_in": ""}
    opened = login_of(settings)
    assert opened is not None and opened.fields == {"user": "me", "password": "p4ss"}
    audit = [(entry.before, entry.after) for entry in db.session.scalars(select(AuditEntry))]
    assert "p4ss" not in str(audit)


def test_a_value_that_comes_back_as_its_mask_stays(desk: Desk) -> None:
    change_settings_of(desk.actor, desk.site.id, {"login": FORM})
    again = {**FORM, "fields": {"user": "you", "password": MASK}}
    settings = change_settings_of(desk.actor, desk.site.id, {"login": again})
    opened = login_of(settings)
    assert opened is not None and opened.fields == {"user": "you", "password": "p4ss"}


def test_a_log_in_that_is_taken_away_is_gone(desk: Desk) -> None:
    change_settings_of(desk.actor, desk.site.id, {"login": FORM})
    settings = change_settings_of(desk.actor, desk.site.id, {"login": None})
    assert (settings.login, settings.sealed_login) == (None, None)
    assert desk.events() == ["settings_changed", "settings_changed"]


def test_a_consent_names_who_gave_it_and_when(desk: Desk) -> None:
    settings = give_consent(desk.actor, desk.site.id, "reflected", True)
    assert settings.consents["reflected"]["by"] == "owner@example.org"
    assert give_consent(desk.actor, desk.site.id, "reflected", False).consents == {}
    assert desk.events() == ["consent_given", "consent_taken_back"]


def test_a_consent_to_what_nobody_knows_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidError):
        give_consent(desk.actor, desk.site.id, "everything", True)


def test_a_stranger_neither_sees_nor_changes_them(desk: Desk, stranger: Actor) -> None:
    with pytest.raises(NotFoundError):
        get_settings_of(stranger, desk.site.id)
    with pytest.raises(NotFoundError):
        change_settings_of(stranger, desk.site.id, {"profile": "full"})


@pytest.mark.parametrize("days", [{"critical": 0}, {"grave": 3}, {"high": True}, "soon"])
def test_days_to_fix_are_checked(desk: Desk, days: Any) -> None:
    with pytest.raises(InvalidError):
        change_settings(desk.actor, {"fix_days": days})


def test_a_log_in_does_not_follow_the_form_to_another_host(desk: Desk) -> None:
    """Who may not read a password may not have it sent elsewhere either."""
    change_settings_of(desk.actor, desk.site.id, {"login": FORM})
    again = {**FORM, "url": "https://other.example/login", "fields": {"user": "me", "password": MASK}}
    opened = login_of(change_settings_of(desk.actor, desk.site.id, {"login": again}))
    assert opened is not None and opened.fields["password"] == ""


def test_another_address_of_the_site_takes_log_in_and_consents_away(desk: Desk) -> None:
    change_settings_of(desk.actor, desk.site.id, {"login": FORM})
    give_consent(desk.actor, desk.site.id, "quote", True)
    change_site(desk.actor, desk.site.id, {"base_url": "https://shop.example/start"})
    assert login_of(get_settings_of(desk.actor, desk.site.id)) is not None
    change_site(desk.actor, desk.site.id, {"base_url": "https://other.example/"})
    settings = get_settings_of(desk.actor, desk.site.id)
    assert (settings.login, settings.sealed_login, settings.consents) == (None, None, {})


def test_a_host_that_nobody_has_shown_to_be_theirs_is_asked_slowly(desk: Desk) -> None:
    change_settings_of(desk.actor, desk.site.id, {"rate": 20, "connections": 8})
    scan = request_scan(desk.actor, desk.site.id)
    assert (scan.rate, scan.connections) == (2.0, 2)
