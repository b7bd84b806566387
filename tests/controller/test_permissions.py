"""Every endpoint, found by itself, tried by every role, a stranger of another organization and nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.controller.v1 import all_routes
from app.core.clock import now
from app.models import BugTemplate, Delivery, Finding, Incident, Membership, MessageTemplate, Scan, db, write
from app.service.access.api_tokens import create_api_token
from app.service.access.tokens import issue_tokens
from app.service.access.vendors import create_app, create_vendor
from app.service.account.invite import create_invitation
from app.service.actor import Actor
from app.service.alerting.policy import create_policy
from app.service.alerting.rota import create_rota, take_over
from app.service.bug.host import list_hosts
from app.service.bug.scan import request_scan
from app.service.channel.manage import create_channel
from app.service.channel.rules import create_rule
from app.service.job.ask import ask_for
from app.service.job.manage import cancel_job
from app.service.location.manage import create_location
from app.service.maintenance.window import create_window
from app.service.monitor.manage import create_monitor, pause_monitor
from app.service.objective.manage import create_objective
from app.service.permission.check import RULES, rule_of
from app.service.permission.roles import PERMISSIONS, PUBLIC, SELF, SESSION, SESSION_ONLY
from app.service.site import create_site
from app.service.status_page.notice import open_notice
from app.service.status_page.page import create_page
from app.service.tamper.deployment import announce
from app.service.tamper.deployment_token import create_token
from app.service.tamper.discover import start_discovery
from tests.cast import PASSWORD, make_organization, make_user
from tests.controller.factor_things import make_factor_things
from tests.service.file.kept import take_one
from tests.service.tamper.kept import make_watch, raise_alert, snap

ROLES = ("owner", "admin", "operator", "viewer")
WAYS = ("session", "jwt")
PROMISE = {"name": "Always there", "kind": "availability", "target": 99.9}
WORK = {
    "name": "Patching",
    "starts": "2026-01-03T02:00",
    "minutes": 60,
    "rule": "FREQ=DAILY",
    "covers_all": True,
}
METHODS = ("GET", "POST", "PATCH", "DELETE", "PUT")
# One of several words in an address: the first will do.
_CHOICE = re.compile(r"<any\((\w+)[^>]*>")


@dataclass
class World:
    app: Flask
    actors: dict[str, Actor]
    things: dict[str, int]


def make_things(owner: Actor) -> dict[str, int]:
    """One of everything an address can name."""
    site = create_site(owner, {"name": "Shop", "base_url": "http://127.0.0.1:9/"})
    monitor = create_monitor(
        owner, {"site_id": site.id, "type": "http", "name": "home", "config": {"url": "http://127.0.0.1:9/"}}
    )
    channel = create_channel(
        owner, {"type": "webhook", "name": "hook", "config": {"url": "http://127.0.0.1:9/"}}
    )
    with write() as session:
        incident = Incident(
            organization_id=owner.organization_id,
            site_id=site.id,
            monitor_id=monitor.id,
            cause="connect_refused",
            started_at=now(),
            opened_at=now(),
        )
        delivery = Delivery(
            organization_id=owner.organization_id,
            channel_id=channel.id,
            kind="test",
            message={},
            state="failed",
        )
        session.add_all([incident, delivery])
    pause_monitor(owner, monitor.id)
    turns = {"participants": [owner.user.id], "starts_on": "2026-01-05"}
    rota = create_rota(owner, {"name": "Night", "layers": [turns]})
    policy = create_policy(owner, {"name": "All", "steps": [{"after_minutes": 0, "channels": [channel.id]}]})
    spell = {"user_id": owner.user.id, "starts_at": now(), "ends_at": now() + timedelta(hours=1)}
    page = create_page(owner, {"slug": "our-status", "title": "Ours"})
    watch = make_watch(owner.organization)
    first, second = (snap(watch, body) for body in (b"<p>as it was</p>", b"<p>as it is</p>"))
    deployment = announce(owner, {"site_id": site.id})
    token, _ = create_token(owner, {"name": "release"})
    job = start_discovery(owner, site.id)
    asked = request_scan(owner, site.id)
    with write() as session:
        # A scan that is over: one that waits would be stopped by the first who may.
        scan = session.get_one(Scan, asked.id)
        scan.state, scan.waiting_key = "done", None
        finding = Finding(
            organization_id=owner.organization_id,
            site_id=site.id,
            fingerprint="f" * 32,
            rule="cookies.without-secure",
            cls="cookie_without_secure",
            severity="medium",
            severity_rank=2,
            confidence="firm",
            url="http://127.0.0.1:9/",
            first_seen_at=now(),
            last_seen_at=now(),
        )
        template = BugTemplate(organization_id=owner.organization_id, name="mine", body=b"id: mine")
        wording = MessageTemplate(
            organization_id=owner.organization_id, event="*", locale="zh", body="{{ text }}"
        )
        session.add_all([finding, template, wording])
    work = ask_for(owner, "sites.export", {"format": "csv"})
    cancel_job(owner, work.id)
    file = take_one(owner, incident_id=incident.id)
    vendor = create_vendor(owner, {"name": "Integrator"})
    app, _ = create_app(owner, vendor.id, {"name": "sync", "scopes": ["site.read"]})
    named, _ = create_api_token(owner, {"name": "script", "scopes": ["site.read"], "days": 1})
    return {
        "vendor_id": vendor.id,
        "app_id": app.id,
        "api_token_id": named.id,
        "file_id": file.id,
        "work_id": work.id,
        "attachment_id": file.attachments[0].id,
        "scan_id": scan.id,
        "finding_id": finding.id,
        "template_id": template.id,
        "host_id": list_hosts(owner, site.id)[0].id,
        "watch_id": watch.id,
        "alert_id": raise_alert(watch, first, second).id,
        "snapshot_id": first.id,
        "deployment_id": deployment.id,
        "token_id": token.id,
        "job_id": int(job["id"]),
        "site_id": site.id,
        "monitor_id": monitor.id,
        "objective_id": create_objective(owner, {**PROMISE, "site_id": site.id}).id,
        "window_id": create_window(owner, WORK).id,
        "page_id": page.id,
        "notice_id": open_notice(owner, page.id, {"title": "Slow", "text": "We look."}).id,
        "policy_id": policy.id,
        "rota_id": rota.id,
        "override_id": take_over(owner, rota.id, spell).id,
        "user_id": owner.user.id,
        "member_id": member_of(owner),
        "organization_id": owner.organization_id,
        "invitation_id": create_invitation(owner, {"role": "viewer"})[0].id,
        "channel_id": channel.id,
        "rule_id": create_rule(owner, {"name": "All", "channel_ids": [channel.id]}).id,
        "wording_id": wording.id,
        "incident_id": incident.id,
        "location_id": create_location(owner, {"code": "paris"})[0].id,
        "delivery_id": delivery.id,
        **make_factor_things(owner),
    }


def member_of(actor: Actor) -> int:
    """The id of their membership."""
    own = (Membership.user_id == actor.user.id, Membership.organization_id == actor.organization_id)
    return db.session.scalars(select(Membership.id).where(*own)).one()


@pytest.fixture
def world(app: Flask) -> World:
    ours = make_organization("ours")
    actors = {role: make_user(ours, role, role) for role in ROLES}
    actors["stranger"] = make_user(make_organization("theirs"), "stranger", "owner")
    return World(app, actors, make_things(actors["owner"]))


def endpoints(app: Flask) -> Iterator[tuple[str, str, str, set[str]]]:
    """(endpoint, method, rule, names in the address) of everything that is routed."""
    for rule in app.url_map.iter_rules():
        for method in sorted(set(METHODS) & (rule.methods or set())):
            yield rule.endpoint, method, rule.rule, set(rule.arguments)


def api_endpoints(app: Flask) -> list[tuple[str, str, str]]:
    return [(e, m, path) for e, m, path, _ in endpoints(app) if e.startswith("v1.")]


# What stands in an address instead of an id.
WORDS = {"token": "x" * 32, "act": "start", "slug": "our-status", "key": "all", "name": "rollup.trim"}


def address(path: str, things: dict[str, int]) -> str:
    for name, word in WORDS.items():
        path = path.replace(f"<string:{name}>", word)
    path = path.replace("<key:key>", "0123456789abcdef")
    for name, identifier in things.items():
        path = path.replace(f"<id:{name}>", str(identifier))
    path = _CHOICE.sub(r"\1", path)
    assert "<" not in path, f"the test knows no thing for {path}"
    return path


def speak(world: World, who: str | None, way: str) -> tuple[FlaskClient, dict[str, str]]:
    """A client of somebody, with the headers their requests carry."""
    client = world.app.test_client()
    if who is None:
        return client, {}
    actor = world.actors[who]
    if way == "jwt":
        return client, {"Authorization": f"Bearer {issue_tokens(actor)['access_token']}"}
    answer = client.post(
        "/api/cloudeye/v1/user/login", json={"account": actor.user.email, "password": PASSWORD}
    )
    return client, {"X-CSRF-Token": answer.get_json()["data"]["csrf_token"]}


def ask(client: FlaskClient, headers: dict[str, str], method: str, path: str) -> tuple[int, Any]:
    # A body with a field nobody knows: past the door it is refused as invalid, and nothing is changed.
    body = {"no_such_field": 1} if method in ("POST", "PATCH", "PUT") else None
    answer = client.open(path, method=method, headers=headers, json=body, buffered=True)
    document = answer.get_json(silent=True) or {"code": 0}  # A file to take away is no document.
    return answer.status_code, document.get("code")


def least(endpoint: str, method: str) -> dict[str, Any]:
    """The least that an operation takes: a value for each argument that must be there."""
    (resource,) = [each.resource for each in all_routes() if each.endpoint == endpoint.removeprefix("v1.")]
    operation = getattr(resource, method.lower()).operation
    if operation.parser is None:
        return {}
    needed = [each for each in operation.parser.arguments if each.required]
    return {each.name: some(each.type.schema) for each in needed}


def some(schema: dict[str, Any]) -> Any:
    """A value that fits a schema."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return "2026-11-21T12:00:00Z"
    if isinstance(schema["type"], list):
        return "1"  # An id, in digits.
    if schema["type"] in ("integer", "number"):
        return schema.get("minimum", 1)
    simple: dict[str, Any] = {"boolean": True, "array": [], "object": {}}
    return simple.get(schema["type"], "1" * max(1, schema.get("minLength", 1)))


def test_it_has_a_rule_for_every_endpoint(app: Flask) -> None:
    missing = [(e, m) for e, m, _, _ in endpoints(app) if rule_of(e, m) is None]
    assert missing == []


def test_it_has_no_rule_for_endpoints_that_are_gone(app: Flask) -> None:
    present = {(e, m) for e, m, _, _ in endpoints(app)}
    assert set(RULES) - present == set()


def test_every_permission_in_the_table_belongs_to_a_role() -> None:
    known = set().union(*PERMISSIONS.values()) | {PUBLIC, SELF, SESSION}
    assert set(RULES.values()) - known == set()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_passes_where_the_table_says_and_nowhere_else(world: World, role: str, way: str) -> None:
    client, headers = speak(world, role, way)
    wrong = []
    for endpoint, method, path in api_endpoints(world.app):
        if endpoint in ("v1.login", "v1.token", "v1.logout"):
            continue  # They act on the session itself; their own tests try them.
        if method == "DELETE" and may_pass(role, endpoint, method, way):
            continue  # Deleting would take the thing from the ones after it.
        status, code = ask(client, headers, method, address(path, world.things))
        if (code == 10005) == may_pass(role, endpoint, method, way) or code == 10006 or status >= 500:
            wrong.append((endpoint, method, status, code))
    assert wrong == []


def may_pass(role: str, endpoint: str, method: str, way: str) -> bool:
    rule = rule_of(endpoint, method)
    if way != "session" and (rule == SESSION or rule in SESSION_ONLY):
        return False
    return rule == SESSION or rule in (PUBLIC, SELF) or rule in PERMISSIONS[role]


@pytest.mark.parametrize("way", WAYS)
def test_a_stranger_finds_none_of_our_things(world: World, way: str) -> None:
    client, headers = speak(world, "stranger", way)
    named = [
        (e, m, p)
        for e, m, p, names in endpoints(world.app)
        if names and e.startswith("v1.") and rule_of(e, m) != PUBLIC and may_pass("owner", e, m, way)
    ]
    answers = {}
    for endpoint, method, path in named:
        body = least(endpoint, method) if method in ("POST", "PATCH") else None
        query = least(endpoint, method) if method == "GET" else None
        answer = client.open(
            address(path, world.things), method=method, headers=headers, json=body, query_string=query
        )
        answers[endpoint, method] = (answer.status_code, answer.get_json()["code"])
    assert {key: value for key, value in answers.items() if value != (404, 11004)} == {}
    assert len(answers) >= 15


def test_a_strangers_lists_hold_nothing_of_ours(world: World) -> None:
    client, headers = speak(world, "stranger", "jwt")
    for path in (
        "/sites",
        "/usability/monitors",
        "/usability/incidents",
        "/channels",
        "/deliveries",
        "/sites/tags",
        "/tamper/watches",
        "/tamper/alerts",
        "/tamper/snapshots",
        "/tamper/baselines",
        "/tamper/deployments",
        "/tamper/deployments/tokens",
        "/bug/sites",
        "/bug/scans",
        "/bug/findings?state=all",
        "/bug/templates",
        "/files",
    ):
        answer = client.get(f"/api/cloudeye/v1{path}", headers=headers).get_json()
        assert answer["data"]["items"] == [], path


def test_nobody_passes_where_it_is_not_public(world: World) -> None:
    client, headers = speak(world, None, "session")
    wrong = []
    for endpoint, method, path in api_endpoints(world.app):
        status, code = ask(client, headers, method, address(path, world.things))
        if (code == 10006) == (rule_of(endpoint, method) == PUBLIC):
            wrong.append((endpoint, method, status, code))
    assert wrong == []


def test_a_change_by_cookie_needs_its_csrf_token(world: World) -> None:
    client, _ = speak(world, "owner", "session")
    wrong = []
    for endpoint, method, path in api_endpoints(world.app):
        if method == "GET" or rule_of(endpoint, method) == PUBLIC:
            continue
        answer = ask(client, {}, method, address(path, world.things))
        if answer != (403, 10007):
            wrong.append((endpoint, method, answer))
    assert wrong == []


def test_a_stranger_reaches_none_of_our_pages(world: World) -> None:
    client, headers = speak(world, "stranger", "session")
    named = [(e, m, p) for e, m, p, names in endpoints(world.app) if e.startswith("web.") and names]
    asked = [
        (endpoint, method, address(path, world.things))
        for endpoint, method, path in named
        if "<id:" in path and "/static" not in path
    ]
    narrowed = ("watches", "alerts", "watches/new", "watches/find", "deployments/new")
    asked.extend((page, "GET", f"/{page}?site={world.things['site_id']}") for page in narrowed)
    asked.append(("alerts", "GET", f"/alerts?watch={world.things['watch_id']}"))
    answers = {
        (endpoint, method): client.open(path, method=method, headers=headers, data=said(method)).status_code
        for endpoint, method, path in asked
    }
    assert {key: status for key, status in answers.items() if status != 404} == {}
    assert len(answers) >= 40


def said(method: str) -> dict[str, str] | None:
    """What a form has to say before it is looked whose the thing is."""
    return {"reason": "release", "keys": "some:key", "name": "quote"} if method == "POST" else None


def test_nobody_reaches_a_page_that_is_not_public(world: World) -> None:
    client, _ = speak(world, None, "session")
    wrong = []
    for endpoint, method, path, names in endpoints(world.app):
        if not endpoint.startswith("web.") or rule_of(endpoint, method) == PUBLIC:
            continue
        if names and "<id:" not in path:
            continue
        answer = client.open(address(path, world.things), method=method)
        if not (answer.status_code in (302, 303) and "/login" in answer.location):
            wrong.append((endpoint, method, answer.status_code))
    assert wrong == []
