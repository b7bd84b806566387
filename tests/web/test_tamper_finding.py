"""Finding a site's key pages: started, shown while it goes, chosen from, watched."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from app.models import Site
from app.service.actor import Actor
from app.service.organization import change_settings
from app.service.site import create_site
from app.service.tamper.discover import run_discovery
from tests.service.tamper.site import WebSite, article, web_site
from tests.web.test_pages import enter, token


@pytest.fixture
def library() -> Iterator[WebSite]:
    with web_site() as site:
        hostile = "<title>News <script>alert(1)</script></title>"
        site.pages["/news"] = article("News").replace("<title>News</title>", hostile)
        site.pages["/contact"] = article("Contact")
        yield site


@pytest.fixture
def shop(owner: Actor, library: WebSite) -> Site:
    change_settings(owner, {"is_set_up": True, "allowed_networks": ["127.0.0.0/8"]})
    return create_site(owner, {"name": "Library", "base_url": f"{library.base_url}/"})


def test_pages_are_found_chosen_and_watched(app: Flask, owner: Actor, shop: Site) -> None:
    client = enter(app, owner)
    form = f"/watches/find?site={shop.id}"
    csrf = token(client.get(form).text)
    started = client.post(form, data={"csrf_token": csrf, "start_url": shop.base_url})
    assert "Looking" in client.get(started.location).text
    job_id = int(re.search(r"job=(\d+)", started.location)[1])  # type: ignore[index]

    run_discovery(shop.organization_id, job_id)

    found = client.get(started.location).text
    assert "Pages found" in found and "<script>alert" not in found
    urls = re.findall(r'name="urls" value="([^"]+)"', found)
    assert len(urls) == 3
    nothing = client.post(f"/watches/find/{job_id}/confirm", data={"csrf_token": csrf})
    assert nothing.status_code == 400 and "choose at least one page" in nothing.text
    chosen = {"csrf_token": csrf, "urls": urls[:2], "interval_seconds": "900"}
    assert client.post(f"/watches/find/{job_id}/confirm", data=chosen).status_code == 303
    assert client.get(f"/watches?site={shop.id}").text.count('class="name"') == 2
    assert client.get(started.location).text.count("watched already") == 2


def test_a_wrong_start_is_named_at_its_field(app: Flask, owner: Actor, shop: Site) -> None:
    client = enter(app, owner)
    form = f"/watches/find?site={shop.id}"
    typed = {"csrf_token": token(client.get(form).text), "start_url": "nonsense"}
    answer = client.post(form, data=typed)
    assert answer.status_code == 400
    assert 'value="nonsense"' in answer.text and 'id="start_url-wrong"' in answer.text


def test_a_job_of_others_is_not_found(app: Flask, stranger: Actor, owner: Actor, shop: Site) -> None:
    client = enter(app, owner)
    form = f"/watches/find?site={shop.id}"
    typed = {"csrf_token": token(client.get(form).text), "start_url": shop.base_url}
    started = client.post(form, data=typed).location
    assert enter(app, stranger).get(started).status_code == 404
