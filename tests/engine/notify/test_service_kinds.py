"""The kinds for common services, each against a real server that speaks under the service's own name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from app.engine.notify.kinds.feishu import signature
from app.engine.notify.registry import SendResult, get_kind, problems
from tests.engine.certs import Authority
from tests.engine.notify.local import AT, PlainDoor, opened
from tests.engine.notify.receiver import Hook
from tests.engine.notify.sinks import posing_as_services

TOKEN = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6"
KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
DINGTALK = {"webhook": f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}"}
WECOM = {"webhook": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"}
FEISHU = {"webhook": f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}"}
SLACK = {"webhook": "https://hooks.slack.com/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx"}
TELEGRAM = {"token": "123456789:AAabcdefghijklmnopqrstuvwxyz0123456", "chats": ["-100200300"]}
TWILIO = {
    "provider": "twilio",
    "account": "AC" + "0" * 32,
    "secret": "f" * 32,
    "sender": "+15005550006",
    "to": ["+8613800138000"],
}
VONAGE = {**TWILIO, "provider": "vonage", "account": "abcd1234", "secret": "Secret0123456789"}
EAGLE = {"provider": "smseagle", "host": "gateway.example", "secret": "token-0123", "to": ["+8613800138000"]}
BY_APPRISE: dict[str, dict[str, Any]] = {"slack": SLACK, "telegram": TELEGRAM, "sms": TWILIO}


class LeadingDoor(PlainDoor):
    """Posts to the sink whatever address it is told, and keeps that."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url, self.asked = url, ""

    def post(self, url: str, **how: Any) -> Any:
        self.asked = url
        return super().post(self.url, **how)


@pytest.fixture
def services(hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlainDoor]:
    with posing_as_services(hook, Authority(tmp_path), monkeypatch) as ca_file:
        yield PlainDoor(ca_file=ca_file)


def send(
    name: str, config: dict[str, Any], door: PlainDoor, locale: str = "en", **changes: Any
) -> SendResult:
    kind = get_kind(name)
    return kind.send(kind.parse(config), opened(**changes), door, locale=locale, at=AT)


def said(hook: Hook) -> Any:
    return json.loads(hook.requests[0].body)


def test_dingtalk_gets_its_text_signed(hook: Hook) -> None:
    hook.answer_body = b'{"errcode": 0, "errmsg": "ok"}'
    door, secret = LeadingDoor(hook.url), "SEC" + "e" * 61
    config = {**DINGTALK, "secret": secret, "mobiles": ["+86 138 0013 8000"]}
    assert send("dingtalk", config, door, "zh").ok
    query = parse_qs(urlsplit(door.asked).query)
    signed = f"{query['timestamp'][0]}\n{secret}".encode()
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    assert door.asked.startswith("https://oapi.dingtalk.com/robot/send?")
    assert query == {
        "access_token": [TOKEN],
        "timestamp": ["1795249800000"],
        "sign": [base64.b64encode(expected).decode()],
    }
    assert said(hook)["at"]["atMobiles"] == ["13800138000"]
    assert said(hook)["text"]["content"].startswith("故障：home（Shop）")


def test_a_refusal_that_dingtalk_answers_with_200_is_one(hook: Hook) -> None:
    hook.answer_body = b'{"errcode": 310000, "errmsg": "keywords not in content"}'
    result = send("dingtalk", DINGTALK, LeadingDoor(hook.url))
    assert (result.ok, result.permanent) == (False, True)
    assert result.error == "the service refused it: keywords not in content (310000)"


def test_markdown_is_sent_as_markdown_where_the_robot_reads_it(hook: Hook) -> None:
    words = {"title": "Down", "body": "**home**", "format": "markdown"}
    send("dingtalk", DINGTALK, LeadingDoor(hook.url), words=words)
    assert said(hook)["markdown"] == {"title": "Down", "text": "#### Down\n**home**"}


def test_html_loses_its_tags_where_only_text_is_read(hook: Hook) -> None:
    words = {"title": "Down", "body": "<p>home &amp; away<br>since <b>8</b></p>", "format": "html"}
    send("feishu", FEISHU, LeadingDoor(hook.url), words=words)
    assert said(hook)["content"]["text"] == "Down\nhome & away\nsince 8\n"


def test_too_many_messages_at_once_are_tried_again(hook: Hook) -> None:
    hook.answer_body = b'{"errcode": 45009, "errmsg": "api freq out of limit"}'
    result = send("wecom", WECOM, LeadingDoor(hook.url))
    assert (result.ok, result.permanent) == (False, False)


def test_wecom_gets_its_text(hook: Hook) -> None:
    hook.answer_body = b'{"errcode": 0, "errmsg": "ok"}'
    door = LeadingDoor(hook.url)
    assert send("wecom", WECOM, door).ok
    assert door.asked == f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
    assert "DOWN: home (Shop)" in said(hook)["text"]["content"]


def test_wecom_gets_no_more_bytes_than_it_takes(hook: Hook) -> None:
    link = "https://cloudeye.example/incidents/4"
    send("wecom", WECOM, LeadingDoor(hook.url), "zh", sentence={"zh": "很长" * 2000}, url=link)
    text = said(hook)["text"]["content"]
    assert 2040 < len(text.encode()) <= 2048
    assert text.endswith(f"…\n{link}")


def test_feishu_gets_its_text(hook: Hook) -> None:
    hook.answer_body = b'{"code": 0, "msg": "success", "data": {}}'
    door = LeadingDoor(hook.url)
    assert send("feishu", FEISHU, door).ok
    assert door.asked == FEISHU["webhook"]
    assert "DOWN: home (Shop)" in said(hook)["content"]["text"]


def test_feishu_gets_its_text_signed_where_there_is_a_secret(hook: Hook) -> None:
    assert send("feishu", {**FEISHU, "secret": "s3cret"}, LeadingDoor(hook.url)).ok
    assert (said(hook)["timestamp"], said(hook)["sign"]) == ("1795249800", signature("s3cret", 1795249800))


def test_feishus_signature_is_what_openssl_makes_of_it() -> None:
    # printf "" | openssl dgst -sha256 -mac HMAC -macopt hexkey:<time, line break, secret> -binary | base64
    assert signature("demo", 1599360473) == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


def test_a_signature_feishu_does_not_take_is_said(hook: Hook) -> None:
    hook.answer_body = b'{"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}'
    result = send("feishu", {**FEISHU, "secret": "s3cret"}, LeadingDoor(hook.url))
    assert (result.ok, result.permanent) == (False, True)
    assert "sign match fail" in result.error


def test_slack_gets_its_text(hook: Hook, services: PlainDoor) -> None:
    assert send("slack", SLACK, services).ok
    assert hook.requests[0].path.startswith("/services/T00000000/B00000000/")
    assert "home (Shop)" in hook.requests[0].body.decode()


def test_telegram_gets_its_text(hook: Hook, services: PlainDoor) -> None:
    hook.answer_body = b'{"ok": true, "result": {"message_id": 1}}'
    assert send("telegram", TELEGRAM, services).ok
    assert hook.requests[0].path == f"/bot{TELEGRAM['token']}/sendMessage"
    assert said(hook)["chat_id"] == -100200300


def test_telegram_gets_no_more_characters_than_it_takes(hook: Hook, services: PlainDoor) -> None:
    hook.answer_body = b'{"ok": true, "result": {"message_id": 1}}'
    link = "https://cloudeye.example/incidents/4"
    send("telegram", TELEGRAM, services, sentence={"en": "very long " * 2000}, url=link)
    (request,) = hook.requests
    shown = json.loads(request.body)["text"].replace("<b>", "").replace("</b>", "")
    assert 4000 < len(shown) <= 4096
    assert shown.endswith(f"…\r\n{link}")


def test_what_telegram_says_is_kept_without_the_token(hook: Hook, services: PlainDoor) -> None:
    hook.status, hook.answer_body = 401, b'{"ok": false, "error_code": 401, "description": "Unauthorized"}'
    result = send("telegram", TELEGRAM, services)
    assert (result.ok, result.permanent) == (False, True)
    assert str(TELEGRAM["token"]) not in result.error


def test_twilio_gets_its_text(hook: Hook, services: PlainDoor) -> None:
    hook.status, hook.answer_body = 201, b'{"sid": "SM1"}'
    assert send("sms", TWILIO, services).ok
    form = parse_qs(hook.requests[0].body.decode())
    assert (form["From"], form["To"]) == (["+15005550006"], ["+8613800138000"])


def test_a_phone_is_sent_few_words(hook: Hook, services: PlainDoor) -> None:
    hook.status, hook.answer_body = 201, b'{"sid": "SM1"}'
    send("sms", TWILIO, services, "zh", sentence={"zh": "很长" * 500})
    (text,) = parse_qs(hook.requests[0].body.decode())["Body"]
    assert len(text) == 280
    assert text.startswith("故障：home（Shop）")
    assert text.endswith("…")


def test_vonages_no_in_a_200_is_one(hook: Hook, services: PlainDoor) -> None:
    hook.answer_body = b'{"messages": [{"status": "4", "error-text": "Bad Credentials"}]}'
    result = send("sms", VONAGE, services)
    assert (result.ok, result.permanent) == (False, True)
    assert "Bad Credentials" in result.error


def test_a_gateway_of_ones_own_gets_its_text(hook: Hook, services: PlainDoor) -> None:
    hook.answer_body = b'{"result": {"message_id": 1, "status": "ok"}}'
    assert send("sms", EAGLE, services).ok
    assert "13800138000" in hook.requests[0].body.decode()


@pytest.mark.parametrize("name", ["slack", "telegram", "sms"])
def test_a_private_address_is_refused_to_every_kind(name: str, hook: Hook, services: PlainDoor) -> None:
    services.networks = ()
    result = send(name, BY_APPRISE[name], services)
    assert (result.ok, result.permanent) == (False, True)
    assert "loopback" in result.error
    assert hook.requests == []


@pytest.mark.parametrize(
    ("name", "config", "field"),
    [
        ("dingtalk", {"webhook": "https://evil.example/robot/send?access_token=" + TOKEN}, "webhook"),
        ("dingtalk", {**DINGTALK, "secret": "a/../b"}, "secret"),
        ("dingtalk", {**DINGTALK, "mobiles": ["call me"]}, "mobiles.0"),
        ("wecom", {"webhook": "https://qyapi.weixin.qq.com.evil.example/?key=" + KEY}, "webhook"),
        (
            "feishu",
            {"webhook": f"https://open.feishu.cn@evil.example/open-apis/bot/v2/hook/{KEY}"},
            "webhook",
        ),
        ("feishu", {"webhook": f"http://open.feishu.cn/open-apis/bot/v2/hook/{KEY}"}, "webhook"),
        ("slack", {"webhook": "https://hooks.slack.com/services/T0"}, "webhook"),
        ("telegram", {**TELEGRAM, "token": "no token"}, "token"),
        ("telegram", {**TELEGRAM, "chats": []}, "chats"),
        ("sms", {**TWILIO, "account": "XX"}, "account"),
        ("sms", {**TWILIO, "sender": ""}, "sender"),
        ("sms", {**TWILIO, "to": []}, "to"),
        ("sms", {**EAGLE, "host": "gateway.example/../x"}, "host"),
    ],
)
def test_what_cannot_be_right_is_refused_by_its_field(name: str, config: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        get_kind(name).parse(config)
    assert set(problems(caught.value)) == {field}


def test_a_text_message_goes_to_one_number_where_it_is_addressed() -> None:
    kind = get_kind("sms")
    assert kind.addressed(kind.parse(TWILIO), "+1 202 555 0123").to == ("+12025550123",)


def test_a_group_cannot_be_addressed() -> None:
    kind = get_kind("wecom")
    with pytest.raises(ValueError, match="single person"):
        kind.addressed(kind.parse(WECOM), "someone@example.org")
