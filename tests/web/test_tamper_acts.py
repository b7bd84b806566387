"""What people do on the pages of the tamper job: decide, watch, announce, and take files away."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models import Alert, Site, Watch, db
from app.service.actor import Actor
from app.web.family import watch_forms
from tests.web.tamper_scene import SCRIPT, Scene, learn_news, make_scene
from tests.web.test_pages import enter, token


def decide(client: FlaskClient, scene: Scene, verb: str, **form: str | list[str]) -> None:
    csrf = token(client.get(f"/alerts/{scene.alert}").text)
    answer = client.post(f"/alerts/{scene.alert}/{verb}", data={"csrf_token": csrf, **form})
    assert answer.status_code == 303


def stored(scene: Scene) -> Alert:
    db.session.expire_all()
    return db.session.get_one(Alert, scene.alert)


def test_approving_needs_a_reason(app: Flask, owner: Actor, scene: Scene) -> None:
    client = enter(app, owner)
    decide(client, scene, "approve", reason="  ")
    assert stored(scene).state == "open"
    assert "Say what was changed" in client.get(f"/alerts/{scene.alert}").text


def test_approving_says_who_and_why(app: Flask, owner: Actor, scene: Scene) -> None:
    client = enter(app, owner)
    decide(client, scene, "approve", reason="spring sale")
    html = client.get(f"/alerts/{scene.alert}").text
    assert "it was us" in html and "spring sale" in html
    assert f"/alerts/{scene.alert}/approve" not in html


def test_allowing_takes_the_chosen_findings(app: Flask, owner: Actor, scene: Scene) -> None:
    decide(enter(app, owner), scene, "allow", keys=["other"])
    assert "other" in db.session.get_one(Watch, scene.watch, populate_existing=True).allowed_keys


def test_what_is_real_opens_an_incident(app: Flask, owner: Actor, scene: Scene) -> None:
    client = enter(app, owner)
    decide(client, scene, "confirm", reason="seen by a customer")
    found = stored(scene)
    assert found.state == "confirmed" and found.incident_id is not None
    html = client.get(f"/incidents/{found.incident_id}").text
    assert f"/watches/{scene.watch}" in html and f"/alerts/{scene.alert}" in html
    assert client.get("/incidents").status_code == 200


def test_the_form_keeps_what_was_typed_and_names_the_field(app: Flask, owner: Actor, shop: Site) -> None:
    client = enter(app, owner)
    path = f"/watches/new?site={shop.id}"
    typed = {
        "csrf_token": token(client.get(path).text),
        "url": "nonsense",
        "name": "My page",
        "interval_seconds": "900",
        "mode": "plain",
        "views": "mobile",
        "snapshot_days": "soon",
        "words": "alpha\nbeta",
    }
    answer = client.post(path, data=typed)
    assert answer.status_code == 400
    assert 'value="My page"' in answer.text and "alpha\nbeta" in answer.text
    assert 'id="snapshot_days-wrong"' in answer.text
    assert re.search(r'value="mobile" checked', answer.text)
    assert re.search(r'value="900" selected', answer.text)


def test_a_page_is_watched_paused_and_deleted(app: Flask, owner: Actor, shop: Site) -> None:
    client = enter(app, owner)
    path = f"/watches/new?site={shop.id}"
    csrf = token(client.get(path).text)
    typed = {"url": "http://127.0.0.1:9/a", "interval_seconds": "300", "mode": "plain", "snapshot_days": "30"}
    made = client.post(path, data={"csrf_token": csrf, **typed})
    assert made.status_code == 303 and "/watches/" in made.location
    assert "Getting to know the page" in client.get(made.location).text
    assert client.post(f"{made.location}/pause", data={"csrf_token": csrf}).status_code == 303
    assert "Paused" in client.get(made.location).text
    assert client.post(f"{made.location}/delete", data={"csrf_token": csrf}).status_code == 303
    assert client.get(made.location).status_code == 404


def test_words_are_kept(app: Flask, owner: Actor) -> None:
    client = enter(app, owner)
    typed = {"csrf_token": token(client.get("/words").text), "words": "alpha\nbeta", "allowed_words": "gamma"}
    assert client.post("/words", data=typed).status_code == 303
    html = client.get("/words").text
    assert "alpha\nbeta" in html and "gamma" in html


def test_a_token_is_shown_once(app: Flask, owner: Actor, shop: Site) -> None:
    client = enter(app, owner)
    csrf = token(client.get("/deployments").text)
    answer = client.post("/deployments/tokens", data={"csrf_token": csrf, "name": "pipeline"})
    secret = re.search(r'id="secret" value="([^"]+)"', answer.text)
    assert answer.status_code == 201 and secret is not None
    assert answer.text.count("curl -fsS -X POST http://localhost/api/cloudeye/v1/tamper/deployments") == 2
    assert secret.group(1) not in client.get("/deployments").text


def test_a_release_is_announced_by_hand(app: Flask, owner: Actor, shop: Site) -> None:
    client = enter(app, owner)
    path = f"/deployments/new?site={shop.id}"
    csrf = token(client.get(path).text)
    assert client.post(path, data={"csrf_token": csrf, "paths": "/*", "minutes": "x"}).status_code == 400
    announced = client.post(
        path, data={"csrf_token": csrf, "paths": "/news/*", "minutes": "30", "note": "v2"}
    )
    assert announced.status_code == 303
    assert "/news/*" in client.get("/deployments").text


def test_a_channel_takes_the_severities_it_is_for(app: Flask, owner: Actor, scene: Scene) -> None:
    client = enter(app, owner)
    csrf = token(client.get("/channels/new").text)
    typed = {"name": "hook", "config.url": "http://127.0.0.1:9/", "alert_severities": ["low", "notice"]}
    made = client.post("/channels/new", data={"csrf_token": csrf, **typed})
    html = client.get(made.location).text
    chosen = re.findall(r'name="alert_severities" value="(\w+)" checked', html)
    assert chosen == ["low", "notice"]


def test_evidence_and_the_approved_copy_are_files(app: Flask, owner: Actor, scene: Scene) -> None:
    client = enter(app, owner)
    for path in (f"/alerts/{scene.alert}/evidence", f"/watches/{scene.watch}/restore"):
        answer = client.get(path)
        assert answer.status_code == 200 and answer.data.startswith(b"PK"), path
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_stranger_takes_nothing_away(app: Flask, stranger: Actor, scene: Scene) -> None:
    client = enter(app, stranger)
    for path in (f"/alerts/{scene.alert}/evidence", f"/watches/{scene.watch}/restore"):
        assert client.get(path).status_code == 404


def test_without_a_chromium_the_form_says_why_there_is_no_browser(
    app: Flask, owner: Actor, shop: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_forms, "find_chromium", lambda _setting: None)
    html = enter(app, owner).get(f"/watches/new?site={shop.id}").text
    assert re.search(r'value="browser" disabled', html)
    assert "apt-get install chromium" in html


def test_a_learned_region_is_explained_and_can_be_taken_back(app: Flask, owner: Actor, scene: Scene) -> None:
    learn_news(scene.watch)
    client = enter(app, owner)
    html = client.get(f"/watches/{scene.watch}").text
    key = re.search(r'name="key" value="(text:[^"]+)"', html)
    assert key is not None and "Judge it like the rest" in html
    typed = {"csrf_token": token(html), "key": unescape(key.group(1)), "as": "strict"}
    assert client.post(f"/watches/{scene.watch}/regions", data=typed).status_code == 303
    assert "judged like the rest" in client.get(f"/watches/{scene.watch}").text


def test_what_was_allowed_can_be_taken_back(app: Flask, owner: Actor, scene: Scene) -> None:
    client = enter(app, owner)
    typed = {"csrf_token": token(client.get(f"/watches/{scene.watch}").text), "key": SCRIPT}
    assert client.post(f"/watches/{scene.watch}/forbid", data=typed).status_code == 303
    assert db.session.get_one(Watch, scene.watch, populate_existing=True).allowed_keys == []


def test_the_same_change_elsewhere_is_named_on_both_pages(app: Flask, owner: Actor, shop: Site) -> None:
    first = make_scene(owner, shop)
    second = make_scene(owner, shop, parent_id=first.alert)
    client = enter(app, owner)
    assert f'href="/alerts/{second.alert}"' in client.get(f"/alerts/{first.alert}").text
    assert f'href="/alerts/{first.alert}"' in client.get(f"/alerts/{second.alert}").text
    listed = client.get("/alerts").text
    assert "and 1 other page" in listed and f'href="/alerts/{second.alert}"' not in listed
