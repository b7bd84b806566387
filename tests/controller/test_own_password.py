"""A password that was made for somebody opens one thing: the choice of their own."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.settings import get_settings
from app.service.account.first import create_first_admin, create_owner
from app.service.account.reset import make_token, reset_password
from app.service.auth import log_in
from config.settings import DevelopmentConfig
from tests.cast import API, Caller

EMAIL, CHOSEN = "first@example.org", "rowing past the mill"


@pytest.fixture
def made(app: Flask) -> str:
    """The password that is printed when the first administrator is made."""
    first = create_first_admin(EMAIL, None)
    assert first is not None
    return first[1]


def entered(app: Flask, password: str) -> Caller:
    caller = Caller(app.test_client())
    said = caller.post("/user/login", {"account": EMAIL, "password": password}, 200)
    caller.csrf = said["data"]["csrf_token"]
    return caller


def choose(caller: Caller, made: str, chosen: str, status: int = 200) -> dict[str, object]:
    return caller.patch("/user/me", {"current_password": made, "password": chosen}, status)


def test_until_it_is_changed_nothing_else_opens(app: Flask, made: str) -> None:
    caller = entered(app, made)
    assert caller.get("/user/me")["data"]["user"]["must_change_password"] is True
    for path in ("/sites", "/settings", "/user/tokens", "/user/factors", "/user/members"):
        said = caller.get(path, 403)
        assert said["code"] == 10012 and "PATCH /user/me" in said["msg"]
    assert caller.post("/user/tokens", {"name": "x", "scopes": ["site.read"]}, 403)["code"] == 10012


def test_once_it_is_changed_everything_does(app: Flask, made: str) -> None:
    caller = entered(app, made)
    caller.csrf = str(choose(caller, made, CHOSEN)["data"]["csrf_token"])  # type: ignore[index]
    caller.get("/sites")
    entered(app, CHOSEN).get("/sites")
    caller.post("/user/login", {"account": EMAIL, "password": made}, 401)


def test_it_cannot_be_chosen_itself(app: Flask, made: str) -> None:
    caller = entered(app, made)
    said = choose(caller, made, made, 400)
    assert said["data"] == {"fields": {"password": "must be another one than was made for you"}}
    caller.get("/sites", 403)


def test_tokens_by_it_open_nothing_either(app: Flask, made: str) -> None:
    caller = Caller(app.test_client())
    pair = caller.post("/user/token", {"account": EMAIL, "password": made})["data"]
    answer = app.test_client().get(
        f"{API}/sites", headers={"Authorization": f"Bearer {pair['access_token']}"}
    )
    assert answer.get_json()["code"] == 10012


def test_a_link_for_a_new_password_does_it_too(app: Flask, made: str) -> None:
    user = log_in(EMAIL, made, ip="127.0.0.1").user
    reset_password(make_token(user), CHOSEN, ip="127.0.0.1")
    entered(app, CHOSEN).get("/sites")


@pytest.mark.parametrize("password", ["a-password-of-the-setting", None])
def test_who_was_given_one_at_the_prompt_changes_it(app: Flask, password: str | None) -> None:
    _email, given = create_owner(EMAIL, password)
    assert entered(app, given).get("/sites", 403)["code"] == 10012


def test_on_embedded_defaults_the_printed_one_opens_everything(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "MADE_PASSWORDS_END", DevelopmentConfig.MADE_PASSWORDS_END)
    first = create_first_admin(EMAIL, None)
    assert first is not None
    entered(app, first[1]).get("/sites")


def test_one_of_the_settings_is_one_s_own(app: Flask) -> None:
    create_first_admin(EMAIL, "a-password-of-the-setting")
    entered(app, "a-password-of-the-setting").get("/sites")


def test_every_page_leads_to_the_choice_and_on_from_there(app: Flask, made: str) -> None:
    caller = entered(app, made)
    client = caller.client
    away = client.get("/incidents")
    assert (away.status_code, away.location) == (303, "/account/own-password?next=/incidents")
    assert client.get("/sites", headers={"HX-Request": "true"}).headers["HX-Redirect"].startswith("/account/")
    with client.get(away.location) as page:
        said = page.get_data(as_text=True)
        assert 'autocomplete="new-password"' in said and 'action="/logout"' in said
    form = {"csrf_token": caller.csrf, "current_password": made, "password": CHOSEN, "password_again": CHOSEN}
    wrong = client.post(away.location, data={**form, "password_again": "something else"})
    assert wrong.status_code == 400
    done = client.post(away.location, data=form)
    assert (done.status_code, done.location) == (303, "/incidents")
    assert client.get("/incidents").status_code == 200
    assert client.get("/account/own-password").location == "/settings/account"
