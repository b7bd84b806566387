"""Announced releases, and the tokens release scripts announce them with."""

from __future__ import annotations

import hashlib
import hmac
import time

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.errors import ConflictError, InvalidError, NotFoundError
from app.models import Baseline, DeploymentToken, db
from app.service.actor import Actor
from app.service.site import create_site
from app.service.tamper.deployment import announce, finish, list_deployments, revoke, state_of
from app.service.tamper.deployment_token import create_token, revoke_token
from tests.cast import API
from tests.service.tamper.desk import Desk
from tests.service.tamper.site import WebSite, article, tampered

pytestmark = pytest.mark.faces

PATH = f"{API}/tamper/deployments"


def test_what_a_release_brings_becomes_the_baseline(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    announce(desk.actor, {"site_id": desk.site.id, "note": "release 7"})
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    assert desk.alerts() == []
    baseline = db.session.scalar(select(Baseline).where(Baseline.kind == "deployment"))
    assert baseline is not None and baseline.reason == "release 7"
    desk.check_twice(watch)
    assert desk.alerts() == []


def test_what_changes_on_other_paths_stays_an_alert(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    announce(desk.actor, {"site_id": desk.site.id, "paths": ["/news/*"]})
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    assert len(desk.alerts()) == 1


def test_a_page_that_was_wrong_before_stays_wrong(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    announce(desk.actor, {"site_id": desk.site.id})
    web.pages["/"] = web.pages["/"].replace("+49 30 1234567", "+49 30 7654321")
    desk.check_twice(watch)
    assert [alert.state for alert in desk.alerts()] == ["open"]


def test_what_changes_after_it_was_revoked_is_an_alert(desk: Desk, web: WebSite) -> None:
    watch = desk.learned()
    deployment = announce(desk.actor, {"site_id": desk.site.id})
    assert state_of(revoke(desk.actor, deployment.id)) == "revoked"
    web.pages["/"] = tampered(article())
    desk.check_twice(watch)
    assert len(desk.alerts()) == 1


def test_the_last_word_closes_the_window_soon(desk: Desk) -> None:
    deployment = finish(desk.actor, announce(desk.actor, {"site_id": desk.site.id}).id)
    assert state_of(deployment) == "finished"
    assert deployment.finished_at is not None
    assert 0 < (deployment.ends_at - deployment.finished_at).total_seconds() <= 120
    with pytest.raises(ConflictError):
        finish(desk.actor, deployment.id)


@pytest.mark.parametrize(
    ("values", "field"), [({"paths": ["news"]}, "paths"), ({"minutes": 100_000}, "minutes")]
)
def test_it_names_what_is_wrong(desk: Desk, values: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        announce(desk.actor, {"site_id": desk.site.id, **values})
    assert field in caught.value.fields


def test_a_stranger_announces_nothing_for_our_site(desk: Desk, stranger: Actor) -> None:
    with pytest.raises(NotFoundError):
        announce(stranger, {"site_id": desk.site.id})
    announce(desk.actor, {"site_id": desk.site.id})
    assert list_deployments(stranger).items == []


def test_a_token_announces_and_finishes(app: Flask, desk: Desk) -> None:
    token, text = create_token(desk.actor, {"name": "ci"})
    headers = {"Authorization": f"Bearer {text}"}
    client = app.test_client()
    body = {"site_id": str(desk.site.id), "paths": ["/*"]}
    said = client.post(PATH, json=body, headers=headers).get_json()
    assert said["data"]["announced_by"] == "token ci"
    done = client.post(f"{PATH}/{said['data']['id']}/finish", headers=headers).get_json()
    assert done["data"]["state"] == "finished"
    assert db.session.scalar(select(DeploymentToken.last_used_at)) is not None
    assert text not in repr(token.__dict__)


def test_a_token_opens_nothing_else(app: Flask, desk: Desk) -> None:
    _, text = create_token(desk.actor, {"name": "ci"})
    headers = {"Authorization": f"Bearer {text}"}
    assert app.test_client().get(f"{API}/sites", headers=headers).status_code == 403


def test_a_token_is_not_its_maker(app: Flask, desk: Desk) -> None:
    _, text = create_token(desk.actor, {"name": "ci"})
    client, headers = app.test_client(), {"Authorization": f"Bearer {text}"}
    told = {
        client.get(f"{API}/user/me", headers=headers).status_code,
        client.patch(f"{API}/user/me", headers=headers, json={"name": "Mallory"}).status_code,
        client.post(f"{API}/user/logout", headers=headers).status_code,
        client.get("/settings/account", headers=headers).status_code,
    }
    assert told == {403}


def test_a_revoked_or_changed_token_is_worth_nothing(app: Flask, desk: Desk) -> None:
    token, text = create_token(desk.actor, {"name": "ci"})
    body = {"site_id": str(desk.site.id)}
    client = app.test_client()
    wrong = {"Authorization": f"Bearer {text[:-1]}{'a' if text[-1] != 'a' else 'b'}"}
    assert client.post(PATH, json=body, headers=wrong).status_code == 401
    revoke_token(desk.actor, token.id)
    right = {"Authorization": f"Bearer {text}"}
    assert client.post(PATH, json=body, headers=right).status_code == 401


def test_a_token_for_one_site_is_for_no_other(app: Flask, desk: Desk, keeper: Actor) -> None:
    other = create_site(keeper, {"name": "Other", "base_url": "https://other.example/"})
    _, text = create_token(desk.actor, {"name": "ci", "site_id": desk.site.id})
    headers = {"Authorization": f"Bearer {text}"}
    answer = app.test_client().post(PATH, json={"site_id": str(other.id)}, headers=headers)
    assert answer.status_code == 403


def signed(token: DeploymentToken, text: str, body: bytes, at: float | None = None) -> dict[str, str]:
    stamp = str(int(at or time.time()))
    said = b".".join((stamp.encode(), b"POST", PATH.encode(), body))
    return {
        "Content-Type": "application/json",
        "X-CloudEye-Token": str(token.id),
        "X-CloudEye-Timestamp": stamp,
        "X-CloudEye-Signature": hmac.new(text.encode(), said, hashlib.sha256).hexdigest(),
    }


def test_a_signed_call_is_taken_once(app: Flask, desk: Desk) -> None:
    token, text = create_token(desk.actor, {"name": "ci"})
    body = b'{"site_id": "%d"}' % desk.site.id
    headers = signed(token, text, body)
    assert app.test_client().post(PATH, data=body, headers=headers).status_code == 201
    assert app.test_client().post(PATH, data=body, headers=headers).status_code == 401


def test_a_signature_is_for_its_body_and_its_time(app: Flask, desk: Desk) -> None:
    token, text = create_token(desk.actor, {"name": "ci"})
    body = b'{"site_id": "%d"}' % desk.site.id
    client = app.test_client()
    other = signed(token, text, b'{"site_id": "1"}')
    assert client.post(PATH, data=body, headers=other).status_code == 401
    late = signed(token, text, body, at=time.time() - 3600)
    assert client.post(PATH, data=body, headers=late).status_code == 401
