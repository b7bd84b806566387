"""The pages of the tamper job: who sees what, what a hostile page can do in them, and what forms keep."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.models import Site
from app.service.actor import Actor
from tests.web.tamper_scene import SCRIPT, Scene, make_scene
from tests.web.test_pages import INLINE, enter, token

LISTS = ("/watches", "/alerts", "/alerts?state=all", "/deployments", "/words")
FORMS = ("/watches/new", "/watches/find", "/deployments/new")


def pages(scene: Scene) -> list[str]:
    watch, alert = f"/watches/{scene.watch}", f"/alerts/{scene.alert}"
    return [
        watch,
        f"{watch}/live",
        f"{watch}/snapshots",
        f"{watch}/baselines",
        alert,
        *(f"{alert}?show={show}" for show in ("text", "source", "picture", "page")),
        f"{alert}?show=text&view=nonsense",
        f"/watches?site={scene.site}",
        f"/alerts?watch={scene.watch}&state=all",
    ]


def copies(scene: Scene) -> list[str]:
    return [f"/snapshots/{scene.after}/page", f"/snapshots/{scene.after}/picture"]


def forms(scene: Scene) -> list[str]:
    return [f"/watches/{scene.watch}/edit", *(f"{path}?site={scene.site}" for path in FORMS)]


def test_the_owner_sees_every_page(app: Flask, owner: Actor, scene: Scene) -> None:
    client = enter(app, owner)
    every = (*LISTS, *pages(scene), *copies(scene), *forms(scene), f"/sites/{scene.site}", "/sites")
    seen = {path: client.get(path).status_code for path in every}
    assert set(seen.values()) == {200}, seen


def test_a_viewer_sees_pages_and_no_button_that_changes(app: Flask, viewer: Actor, scene: Scene) -> None:
    client = enter(app, viewer)
    every = (*LISTS, *pages(scene), *copies(scene))
    assert {client.get(path).status_code for path in every} == {200}
    assert {client.get(path).status_code for path in forms(scene)} == {403}
    for path in (*LISTS, f"/watches/{scene.watch}", f"/alerts/{scene.alert}"):
        acts = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]+)"', client.get(path).text)
        assert set(acts) <= {"/logout"}, (path, acts)


@pytest.mark.parametrize("verb", ["approve", "allow", "confirm"])
def test_a_viewer_cannot_decide(app: Flask, viewer: Actor, scene: Scene, verb: str) -> None:
    client = enter(app, viewer)
    csrf = token(client.get("/sites").text)
    answer = client.post(f"/alerts/{scene.alert}/{verb}", data={"csrf_token": csrf, "reason": "mine"})
    assert answer.status_code == 403


def test_a_stranger_finds_nothing_of_ours(app: Flask, stranger: Actor, scene: Scene) -> None:
    client = enter(app, stranger)
    own = (*pages(scene), *copies(scene), *forms(scene))
    seen = {path: client.get(path).status_code for path in own}
    assert set(seen.values()) == {404}, seen


def test_nobody_is_led_to_the_log_in(app: Flask, scene: Scene) -> None:
    client = app.test_client()
    for path in (*LISTS, *pages(scene), *copies(scene)):
        assert client.get(path).location.startswith("/login?next="), path


def test_nothing_of_a_hostile_page_comes_out_as_markup(app: Flask, owner: Actor, scene: Scene) -> None:
    client = enter(app, owner)
    for path in (*LISTS, *pages(scene), *forms(scene), f"/sites/{scene.site}", f"/sites/{scene.site}/events"):
        html = client.get(path).text
        assert SCRIPT not in html, path
        assert INLINE.search(html) is None, path


def test_unseen_characters_of_a_page_are_named(app: Flask, owner: Actor, scene: Scene) -> None:
    html = enter(app, owner).get(f"/alerts/{scene.alert}?show=text").text
    assert "U+202E" in html and "\u202e" not in html


def test_the_sentence_stands_first(app: Flask, owner: Actor, scene: Scene) -> None:
    html = enter(app, owner).get(f"/alerts/{scene.alert}").text
    assert html.index("<h1>no-such-code</h1>") < html.index('class="reasons"')


def test_both_versions_stand_side_by_side(app: Flask, owner: Actor, scene: Scene) -> None:
    html = enter(app, owner).get(f"/alerts/{scene.alert}?show=text").text
    assert "<mark>" in html or "<del>" in html
    assert "Welcome to our shop" in html and "Hacked by" in html


def test_a_copy_is_shown_where_it_can_do_nothing(app: Flask, owner: Actor, scene: Scene) -> None:
    answer = enter(app, owner).get(f"/snapshots/{scene.after}/page")
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert policy[:2] == ["sandbox", "default-src 'none'"]
    assert not any("allow-" in each or "script-src" in each for each in policy)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "<script" not in answer.text and "casino.example" not in answer.text
    assert "Hacked by" in answer.text


def test_only_the_alert_may_frame(app: Flask, owner: Actor, scene: Scene) -> None:
    client = enter(app, owner)
    assert "frame-src 'self'" in client.get(f"/alerts/{scene.alert}").headers["Content-Security-Policy"]
    assert "frame-src" not in client.get("/alerts").headers["Content-Security-Policy"]
    assert 'sandbox=""' in client.get(f"/alerts/{scene.alert}?show=page").text


def test_pictures_have_a_slider_that_a_keyboard_moves(app: Flask, owner: Actor, scene: Scene) -> None:
    html = enter(app, owner).get(f"/alerts/{scene.alert}?show=picture").text
    assert 'type="range"' in html and f"/snapshots/{scene.before}/picture" in html


def test_a_page_without_pictures_says_so(app: Flask, owner: Actor, shop: Site) -> None:
    plain = make_scene(owner, shop, pictures=False)
    html = enter(app, owner).get(f"/alerts/{plain.alert}?show=picture").text
    assert "No pictures" in html and 'type="range"' not in html


def test_a_copy_that_is_gone_is_told(app: Flask, owner: Actor, shop: Site) -> None:
    gone = make_scene(owner, shop, after_snapshot_id=1)
    html = enter(app, owner).get(f"/alerts/{gone.alert}").text
    assert "No copy is kept" in html
