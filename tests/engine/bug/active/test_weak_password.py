"""Default log-ins are tried so that nobody is locked out."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest

from app.engine.bug.asking.default_logins import MAX_TRIES, products
from tests.bug.serving import Answer, App, Asked
from tests.engine.bug.active.asking import NOT_FOUND, Probed, page, probed

FORM = (
    '<form method="post" action="/staff/login"><input type="hidden" name="token" value="t7">'
    '<input name="user">'
    '<input type="password" name="pass"></form>'
)
Judge = Callable[[str, str], Answer]
WRONG = Answer(page("Staff log-in", f"{FORM}<p>Wrong name or password</p>"))
IN = Answer("", 302, "", (("Location", "/staff/"), ("Set-Cookie", "sid=k2; HttpOnly")))


def by_form(judge: Judge) -> App:
    def answer(asked: Asked) -> Answer:
        if asked.path == "/":
            return Answer(page("Tea", '<a href="/staff/login">Staff</a>'))
        if asked.path == "/staff/":
            return Answer(page("Welcome", "<p>Orders</p>") if "sid" in asked.cookies else FORM)
        if asked.path != "/staff/login":
            return NOT_FOUND
        sent = dict(parse_qsl(asked.body.decode()))
        return (
            judge(sent["user"], sent.get("pass", ""))
            if asked.method == "POST"
            else Answer(page("Staff", FORM))
        )

    return answer


def by_realm(judge: Judge, realm: str = "Members") -> App:
    asks = Answer("log in", 401, "text/plain", (("WWW-Authenticate", f'Basic realm="{realm}"'),))

    def answer(asked: Asked) -> Answer:
        if asked.path == "/":
            return Answer(page("Tea", '<a href="/members">Members</a>'))
        if asked.path != "/members":
            return NOT_FOUND
        word = asked.headers.get("authorization", "").removeprefix("Basic ")
        user, _, password = base64.b64decode(word).decode().partition(":")
        return judge(user, password) if word and judge(user, password).status != 401 else asks

    return answer


def users(found: Probed) -> list[str]:
    sent = [
        dict(parse_qsl(asked.body.decode())).get("user", "")
        for asked in found.asked
        if asked.method == "POST"
    ]
    words = [asked.headers.get("authorization", "").removeprefix("Basic ") for asked in found.asked]
    return [*sent, *(base64.b64decode(word).decode().partition(":")[0] for word in words if word)]


def only_admin(given: Answer, otherwise: Answer) -> Judge:
    return lambda user, password: given if (user, password) == ("admin", "admin") else otherwise


def test_a_default_account_of_a_form_is_found() -> None:
    found = probed(by_form(only_admin(IN, WRONG)), "weak_password")
    assert [(hit.rule, hit.detail["user"]) for hit in found.hits] == [("weak_password.form", "admin")]


def test_a_default_account_of_a_realm_is_found() -> None:
    found = probed(by_realm(only_admin(Answer("in"), Answer("no", 401))), "weak_password")
    assert [(hit.rule, hit.detail["user"]) for hit in found.hits] == [("weak_password.realm", "admin")]


def test_a_products_own_account_is_tried() -> None:
    def tomcat(user: str, password: str) -> Answer:
        return Answer("in") if user == password == "tomcat" else Answer("no", 401)

    assert probed(by_realm(tomcat, "Tomcat Manager Application"), "weak_password").hits


@pytest.mark.parametrize(
    "app", [by_form(lambda user, password: WRONG), by_realm(lambda user, password: Answer("", 401))]
)
def test_three_tries_and_none_twice_for_one_user(app: App) -> None:
    tried = Counter(users(probed(app, "weak_password")))
    known = {user: times for user, times in tried.items() if not user.startswith("nobody-")}
    assert 0 < len(known) <= MAX_TRIES
    assert set(known.values()) == {1}


@pytest.mark.parametrize(
    "words", ["Too many attempts", "Your account is locked", "Please solve the captcha", "账号已锁定"]
)
def test_it_ends_at_the_first_word_of_a_lock(words: str) -> None:
    warned = Answer(page("Staff", f"{FORM}<p>{words}</p>"))
    assert len(users(probed(by_form(lambda user, password: warned), "weak_password"))) == 1


def test_a_log_in_that_takes_everybody_proves_nothing() -> None:
    assert probed(by_form(lambda user, password: IN), "weak_password").hits == []
    assert probed(by_realm(lambda user, password: Answer("in")), "weak_password").hits == []


def test_a_redirect_back_to_the_form_is_no_way_in() -> None:
    back = Answer("", 302, "", (("Location", "/staff/login?failed=1"),))
    again = Answer("", 302, "", (("Location", "/staff/login?failed=2"),))
    assert probed(by_form(only_admin(again, back)), "weak_password").hits == []


def test_log_ins_of_customers_are_left_alone() -> None:
    form = FORM.replace("/staff/login", "/session")

    def answer(asked: Asked) -> Answer:
        return Answer(page("Log in", form)) if asked.path == "/" else NOT_FOUND

    assert users(probed(answer, "weak_password")) == []


def test_no_product_has_a_user_twice_or_too_many() -> None:
    for each in products():
        names = [user for user, _ in each.accounts]
        assert 0 < len(names) == len(set(names)) <= MAX_TRIES
