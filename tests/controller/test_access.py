"""Log-ins over HTTP: how sessions turn and end, tokens in headers and cookies, signed requests."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.controller.common import identity
from app.core.clock import now_ms
from app.core.redis import get_redis
from app.models import Membership, User, write
from app.service.access import sessions
from app.service.access.signed import APP, NONCE, SIGNATURE, TIMESTAMP, VENDOR, signature_of
from app.service.access.tokens import issue_tokens
from app.service.access.vendors import create_app, create_vendor
from app.service.actor import Actor
from tests.cast import API, PASSWORD, Caller

DAY = 86_400_000
DOCUMENT = Path(__file__).parents[2] / "docs" / "signing.md"


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("cloudeye")
    assert cookie is not None
    return cookie.value


def role(actor: Actor, name: str) -> None:
    with write() as session:
        session.scalars(select(Membership).where(Membership.user_id == actor.user.id)).one().role = name


def test_a_log_in_gives_a_new_session_id(app: Flask, owner: Actor) -> None:
    caller = Caller(app.test_client()).log_in(owner)
    before = cookie_of(caller.client)
    caller.log_in(owner)
    assert cookie_of(caller.client) != before
    caller.client.set_cookie("cloudeye", before)
    caller.get("/user/me", 401)


def test_an_id_that_somebody_else_chose_is_not_taken(app: Flask, owner: Actor) -> None:
    client = app.test_client()
    client.set_cookie("cloudeye", "chosen-by-somebody-else-for-you-000000000000")
    Caller(client).log_in(owner)
    assert cookie_of(client) != "chosen-by-somebody-else-for-you-000000000000"


def test_other_rights_give_another_session_id(app: Flask, teammate: Actor) -> None:
    caller = Caller(app.test_client()).log_in(teammate)
    before = cookie_of(caller.client)
    role(teammate, "viewer")
    assert caller.get("/user/me")["data"]["role"] == "viewer"
    assert cookie_of(caller.client) != before
    caller.patch("/user/me", {"name": "Tea"})
    caller.client.set_cookie("cloudeye", before)
    caller.get("/user/me", 401)


def test_a_changed_password_ends_other_sessions_and_renews_this(app: Flask, owner: Actor) -> None:
    here, there = Caller(app.test_client()).log_in(owner), Caller(app.test_client()).log_in(owner)
    before = cookie_of(here.client)
    body = {"current_password": PASSWORD, "password": "seven green bicycles"}
    here.csrf = here.patch("/user/me", body)["data"]["csrf_token"]
    assert cookie_of(here.client) != before
    here.patch("/user/me", {"name": "Ann"})
    there.get("/user/me", 401)


def test_a_log_out_ends_the_session_at_the_server(app: Flask, owner: Actor) -> None:
    caller = Caller(app.test_client()).log_in(owner)
    before = cookie_of(caller.client)
    caller.post("/user/logout")
    caller.client.set_cookie("cloudeye", before)
    caller.get("/user/me", 401)
    assert sessions.list_sessions(owner) == []


def test_a_request_under_way_saves_no_session_that_was_ended(app: Flask, owner: Actor) -> None:
    caller = Caller(app.test_client()).log_in(owner)
    with caller.client.session_transaction() as held:
        sessions.end_all_of(owner.user.id)
        held["later"] = "a message on the next page"
    caller.get("/user/me", 401)


def test_a_session_is_as_old_as_it_may_become(
    app: Flask, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = Caller(app.test_client()).log_in(owner)
    begin = now_ms()
    monkeypatch.setattr(identity, "now_ms", lambda: begin + 7 * DAY - 60_000)
    caller.get("/user/me")
    monkeypatch.setattr(identity, "now_ms", lambda: begin + 7 * DAY + 1)
    caller.get("/user/me", 401)


def test_an_idle_session_ends(app: Flask, owner: Actor) -> None:
    Caller(app.test_client()).log_in(owner)
    (key,) = get_redis().keys("session:*")
    assert 11.9 * 3600 < get_redis().ttl(key) <= 12 * 3600


@pytest.mark.parametrize(
    ("path", "headers", "is_use"),
    [
        ("/sites", {"Accept": "text/html,*/*;q=0.8"}, True),
        (f"{API}/sites", {"Accept": "application/json"}, True),
        ("/sites", {"Accept": "text/event-stream"}, False),
        ("/locations/live", {"Accept": "*/*", "HX-Request": "true"}, False),
        ("/sites", {"Accept": "*/*"}, False),
    ],
)
def test_a_page_that_renews_itself_keeps_no_session_open(
    app: Flask, owner: Actor, path: str, headers: dict[str, str], is_use: bool
) -> None:
    caller = Caller(app.test_client()).log_in(owner)
    (key,) = get_redis().keys("session:*")
    get_redis().expire(key, 60)
    sessions._touched.clear()
    caller.client.get(path, headers=headers).close()
    assert (get_redis().ttl(key) > 60) == is_use


def test_a_session_of_before_the_upgrade_is_over(app: Flask, owner: Actor) -> None:
    caller = Caller(app.test_client()).log_in(owner)
    with caller.client.session_transaction() as held:
        for name in ("since", "key", "how", "role"):
            del held[name]
    caller.get("/user/me", 401)


def test_i_see_my_sessions_and_end_another(app: Flask, owner: Actor) -> None:
    here, there = Caller(app.test_client()).log_in(owner), Caller(app.test_client()).log_in(owner)
    listed = here.get("/user/sessions")["data"]["items"]
    assert sorted(each["is_current"] for each in listed) == [False, True]
    (other,) = [each["key"] for each in listed if not each["is_current"]]
    here.delete(f"/user/sessions/{other}")
    there.get("/user/me", 401)
    here.get("/user/me")


def test_a_word_is_no_log_in_to_be_ended(app: Flask, owner: Actor) -> None:
    allowed = app.test_client().options(f"{API}/user/sessions/end_others").headers["Allow"]
    assert set(allowed.split(", ")) == {"OPTIONS", "POST"}


def test_i_end_all_others_at_once(app: Flask, owner: Actor) -> None:
    here, there = Caller(app.test_client()).log_in(owner), Caller(app.test_client()).log_in(owner)
    token = issue_tokens(owner)["access_token"]
    assert here.post("/user/sessions/end_others")["data"] == {"ended": 2}
    there.get("/user/me", 401)
    answer = app.test_client().get(f"{API}/user/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_a_refresh_token_used_twice_is_refused_with_all_of_its_login(app: Flask, owner: Actor) -> None:
    caller = Caller(app.test_client())
    first = caller.post("/user/token", {"account": owner.user.account, "password": PASSWORD})["data"]
    second = caller.post("/user/token", {"refresh_token": first["refresh_token"]})["data"]
    for token in (first, second):
        caller.post("/user/token", {"refresh_token": token["refresh_token"]}, 401)


def by_cookie(app: Flask, owner: Actor) -> Caller:
    caller = Caller(app.test_client())
    grant = {"account": owner.user.account, "password": PASSWORD, "cookie": True}
    data = caller.post("/user/token", grant)["data"]
    assert data["access_token"] is None and data["refresh_token"] is None
    caller.csrf = data["csrf_token"]
    return caller


def test_tokens_come_in_cookies_no_script_reads(app: Flask, owner: Actor) -> None:
    answer = app.test_client().post(
        f"{API}/user/token", json={"account": owner.user.account, "password": PASSWORD, "cookie": True}
    )
    cookies = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("cloudeye_")]
    assert len(cookies) == 2
    assert all("HttpOnly" in each and "SameSite=Strict" in each for each in cookies)


def test_a_cookie_token_opens_the_api_and_no_page(app: Flask, owner: Actor) -> None:
    caller = by_cookie(app, owner)
    assert caller.get("/user/me")["data"]["user"]["id"] == str(owner.user.id)
    assert caller.client.get("/sites").status_code in (302, 303)


def test_a_cookie_token_changes_nothing_without_its_csrf_token(app: Flask, owner: Actor) -> None:
    caller = by_cookie(app, owner)
    caller.patch("/user/me", {"name": "Ann"})
    good, caller.csrf = caller.csrf, ""
    assert caller.patch("/user/me", {"name": "Bob"}, 403)["code"] == 10007
    caller.csrf = by_cookie(app, owner).csrf
    assert caller.patch("/user/me", {"name": "Bob"}, 403)["code"] == 10007
    caller.csrf = good
    assert caller.get("/user/me")["data"]["user"]["name"] == "Ann"


def test_cookies_are_refreshed_by_their_cookie_and_csrf_token(app: Flask, owner: Actor) -> None:
    caller = by_cookie(app, owner)
    caller.post("/user/token", {"cookie": True})
    caller.get("/user/me")
    caller.csrf = ""
    assert caller.post("/user/token", {"cookie": True}, 403)["code"] == 10007


def test_a_cookie_login_ends_with_its_cookies(app: Flask, owner: Actor) -> None:
    caller = by_cookie(app, owner)
    caller.post("/user/logout")
    assert caller.client.get_cookie("cloudeye_access", path=API) is None
    caller.get("/user/me", 401)


def test_an_api_token_is_made_used_and_deleted(app: Flask, owner: Actor) -> None:
    caller = Caller(app.test_client()).log_in(owner)
    made = caller.post("/user/tokens", {"name": "report", "scopes": ["site.read"]}, 201)["data"]
    headers = {"Authorization": f"Bearer {made['token']}"}
    script = app.test_client()
    assert script.get(f"{API}/sites", headers=headers).status_code == 200
    assert script.get(f"{API}/channels", headers=headers).status_code == 403
    me = script.get(f"{API}/user/me", headers=headers).get_json()["data"]
    assert (me["permissions"], me["csrf_token"]) == (["site.read"], None)
    (listed,) = caller.get("/user/tokens")["data"]["items"]
    assert "token" not in listed and listed["last_used_at"]
    caller.delete(f"/user/tokens/{made['id']}")
    assert script.get(f"{API}/sites", headers=headers).status_code == 401


def test_a_token_counts_instead_of_the_cookie_that_comes_with_it(
    app: Flask, owner: Actor, viewer: Actor
) -> None:
    caller = Caller(app.test_client()).log_in(owner)
    headers = {"Authorization": f"Bearer {issue_tokens(viewer)['access_token']}"}
    said = caller.client.get(f"{API}/user/me", headers=headers).get_json()
    assert said["data"]["role"] == "viewer"


class Signer:
    """A program that signs as docs/signing.md says."""

    def __init__(self, app: Flask, actor: Actor, *scopes: str, **values: Any) -> None:
        vendor = create_vendor(actor, {"name": "Integrator"})
        made, self.secret = create_app(actor, vendor.id, {"name": "sync", "scopes": list(scopes), **values})
        self.client, self.vendor, self.app, self._count = app.test_client(), vendor.id, made.id, 0

    def send(self, method: str, target: str, body: bytes = b"", **spoilt: str) -> Any:
        self._count += 1
        stamp, nonce = str(int(time.time())), f"nonce-{self._count:08}"
        headers = {
            VENDOR: str(self.vendor),
            APP: str(self.app),
            TIMESTAMP: stamp,
            NONCE: nonce,
            SIGNATURE: signature_of(self.secret, method, target, stamp, nonce, body),
            **spoilt,
        }
        kind = "application/json" if body else None
        return self.client.open(target, method=method, data=body, headers=headers, content_type=kind)


def test_a_signed_program_reads_and_changes_within_its_scopes(app: Flask, owner: Actor) -> None:
    signer = Signer(app, owner, "site.read", "site.write")
    body = b'{"name": "Shop", "base_url": "https://shop.example"}'
    assert signer.send("POST", f"{API}/sites", body).status_code == 201
    listed = signer.send("GET", f"{API}/sites?q=sh%6Fp&limit=5").get_json()
    assert [each["name"] for each in listed["data"]["items"]] == ["Shop"]
    assert signer.send("GET", f"{API}/channels").get_json()["code"] == 10005


def test_a_refused_signed_call_says_its_code(app: Flask, owner: Actor) -> None:
    signer = Signer(app, owner, "site.read")
    cases: tuple[tuple[dict[str, Any], int], ...] = (
        ({SIGNATURE: ""}, 901),
        ({SIGNATURE: "0" * 64}, 904),
        ({APP: "7"}, 902),
        ({VENDOR: "7"}, 900),
        ({TIMESTAMP: "1"}, 905),
    )
    for spoilt, code in cases:
        answer = signer.send("GET", f"{API}/sites", **spoilt)
        assert (answer.status_code, answer.get_json()["code"]) == (401, code)


def test_a_call_that_lacks_the_signature_alone_is_told_so(app: Flask) -> None:
    headers = {VENDOR: "1", APP: "2", TIMESTAMP: "3", NONCE: "nonce-00000001"}
    answer = app.test_client().get(f"{API}/sites", headers=headers).get_json()
    assert (answer["code"], answer["msg"]) == (901, f"these headers are missing: {SIGNATURE}")


def test_an_empty_signature_is_a_bad_one_whatever_stands_beside_it(app: Flask, owner: Actor) -> None:
    headers = {"Authorization": f"Bearer {issue_tokens(owner)['access_token']}", SIGNATURE: ""}
    assert app.test_client().get(f"{API}/sites", headers=headers).get_json()["code"] == 901


def test_a_signed_call_is_refused_from_elsewhere(app: Flask, owner: Actor) -> None:
    answer = Signer(app, owner, "site.read", networks=["203.0.113.0/24"]).send("GET", f"{API}/sites")
    assert answer.get_json()["code"] == 907


def test_a_signature_over_too_much_is_not_even_reckoned(app: Flask, owner: Actor) -> None:
    answer = Signer(app, owner, "site.write").send("POST", f"{API}/sites", b"x" * (2 * 1024 * 1024 + 1))
    assert answer.status_code == 413


def test_what_a_closed_account_had_opens_nothing(app: Flask, owner: Actor) -> None:
    caller, signer = Caller(app.test_client()).log_in(owner), Signer(app, owner, "site.read")
    token = issue_tokens(owner)["access_token"]
    with write() as session:
        session.get_one(User, owner.user.id).is_active = False
    caller.get("/user/me", 401)
    assert signer.send("GET", f"{API}/sites").status_code == 401
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get(f"{API}/user/me", headers=headers).status_code == 401


def example(name: str) -> str:
    """A block of docs/signing.md by what its fence is called."""
    found = re.search(rf"```[a-z]+ {name}\n(.*?)\n```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None, name
    return found.group(1)


def test_the_documents_example_signs_as_we_do() -> None:
    said = dict(line.split(": ", 1) for line in example("headers").splitlines())
    body = example("body").encode()
    signature = signature_of(
        example("secret"),
        "POST",
        example("target"),
        said["X-EACH-TIMESTAMP"],
        said["X-EACH-NONCE"],
        body,
    )
    assert said["X-EACH-SIGNATURE"] == signature


def test_the_documents_program_makes_the_documents_signature() -> None:
    space: dict[str, Any] = {}
    exec(compile(example("program"), "docs/signing.md", "exec"), space)  # noqa: S102 - our own document's
    said = dict(line.split(": ", 1) for line in example("headers").splitlines())
    made = space["headers"](
        said["X-EACH-VENDOR-ID"],
        said["X-EACH-APP-ID"],
        example("secret"),
        "POST",
        example("target"),
        example("body").encode(),
        timestamp=said["X-EACH-TIMESTAMP"],
        nonce=said["X-EACH-NONCE"],
    )
    assert made == said
