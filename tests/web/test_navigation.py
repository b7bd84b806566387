"""Whatever can be looked at or done is to be found by following links: nobody finds what nothing leads to."""

from __future__ import annotations

import re
from collections import deque
from html import unescape
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from app.service.actor import Actor
from app.service.organization import change_settings
from config.env import ROOT
from tests.controller.test_permissions import make_things
from tests.web.test_pages import enter

# Where a letter's link leads, and where a sign-in service sends people back to.
FROM_OUTSIDE = {"web.reset_page", "web.login_with_answer"}
NAMED = re.compile(r"""["'](web\.\w+)["']""")
LEADS = re.compile(r'\b(?:href|action|formaction|src|hx-get|hx-post|sse-connect|data-[a-z-]+)="(/[^"]*)"')


def led_to(app: Flask, client: FlaskClient, start: str) -> set[str]:
    """The endpoints that pages name, from this page on; one page of each endpoint is opened."""
    adapter = app.url_map.bind("localhost")
    seen, opened = set(), set()
    ahead = deque([start])
    while ahead:
        here = ahead.popleft()
        answer = client.get(here, buffered=True)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        for found in LEADS.findall(answer.text):
            path = urlsplit(urljoin(here, unescape(found))).path
            for method in ("GET", "POST"):
                try:
                    endpoint = str(adapter.match(path, method)[0])
                except HTTPException:
                    continue
                seen.add(endpoint)
                if method == "GET" and endpoint not in opened and endpoint != "web.live":
                    opened.add(endpoint)
                    ahead.append(unescape(found))
    return seen


def named_somewhere() -> set[str]:
    """The endpoints that some template or some page's code names, whatever must be the case for it."""
    files = [*(ROOT / "app" / "templates").rglob("*.html"), *(ROOT / "app" / "web").rglob("*.py")]
    return {name for path in files for name in NAMED.findall(path.read_text())}


def test_every_page_is_led_to(app: Flask, owner: Actor) -> None:
    make_things(owner)
    change_settings(owner, {"is_set_up": True})
    seen = led_to(app, enter(app, owner), "/sites") | led_to(app, app.test_client(), "/login")
    ways = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web.")]
    pages = {rule.rule for rule in ways if "GET" in (rule.methods or ())}
    # A form that is sent to its own page's address is on that page.
    there = {rule.endpoint for rule in ways if "GET" in (rule.methods or ()) or rule.rule not in pages}
    assert there - seen - named_somewhere() - FROM_OUTSIDE == set()
