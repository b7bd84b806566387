"""Alibaba Cloud's text messages: the documented signature, and what its answers mean."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from app.engine.notify.kinds.aliyun_sms import ADDRESS, signed
from app.engine.notify.registry import SendResult, get_kind, problems
from tests.engine.notify.local import AT, PlainDoor, opened
from tests.engine.notify.receiver import Hook
from tests.engine.notify.test_service_kinds import LeadingDoor

CONFIG = {
    "key_id": "LTAI5tExampleExample",
    "key_secret": "a" * 30,
    "signature": "云眼",
    "template": "SMS_123456789",
    "to": ["+86 138 0013 8000", "13900139000"],
}


def send(door: PlainDoor, **changes: Any) -> SendResult:
    kind = get_kind("sms_aliyun")
    return kind.send(kind.parse(CONFIG), opened(**changes), door, locale="zh", at=AT)


def test_the_signature_is_the_documented_one() -> None:
    values = {
        "AccessKeyId": "testId",
        "Action": "SendSms",
        "Format": "XML",
        "OutId": "123",
        "PhoneNumbers": "15300000001",
        "RegionId": "cn-hangzhou",
        "SignName": "阿里云短信测试专用",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "45e25e9b-0a6f-4070-8c85-2956eda1b466",
        "SignatureVersion": "1.0",
        "TemplateCode": "SMS_71390007",
        "TemplateParam": '{"customer":"test"}',
        "Timestamp": "2017-07-12T02:42:19Z",
        "Version": "2017-05-25",
    }
    assert signed(values, "testSecret", "GET")["Signature"] == "zJDF+Lrzhj/ThnlvIToysFRq6t4="


def test_it_sends_the_title_as_the_templates_variable(hook: Hook) -> None:
    hook.answer_body = b'{"Code": "OK", "BizId": "1", "Message": "OK", "RequestId": "2"}'
    door = LeadingDoor(hook.url)
    assert send(door).ok
    form = parse_qs(hook.requests[0].body.decode())
    assert door.asked == ADDRESS
    assert form["PhoneNumbers"] == ["13800138000,13900139000"]
    assert json.loads(form["TemplateParam"][0]) == {"content": "故障：home（Shop）"}
    assert form["Timestamp"] == ["2026-11-21T08:30:00Z"]
    assert form["SignatureNonce"] == ["7001-1795249800000"]


def test_a_long_title_is_cut_to_what_a_variable_holds(hook: Hook) -> None:
    send(LeadingDoor(hook.url), monitor={"name": "x" * 100})
    form = parse_qs(hook.requests[0].body.decode())
    assert len(json.loads(form["TemplateParam"][0])["content"]) == 35


@pytest.mark.parametrize(
    ("status", "code", "is_permanent"),
    [
        (200, "isv.BUSINESS_LIMIT_CONTROL", False),
        (200, "isv.SMS_TEMPLATE_ILLEGAL", True),
        (400, "SignatureDoesNotMatch", True),
        (503, "ServiceUnavailable", False),
        (400, "Throttling.User", False),
    ],
)
def test_a_refusal_is_one_whatever_the_status(hook: Hook, status: int, code: str, is_permanent: bool) -> None:
    hook.status, hook.answer_body = status, json.dumps({"Code": code, "Message": "why"}).encode()
    result = send(LeadingDoor(hook.url))
    assert (result.ok, result.permanent) == (False, is_permanent)
    assert result.error == f"the service refused it: why ({code})"


@pytest.mark.parametrize(("status", "is_permanent"), [(502, False), (404, True), (200, False)])
def test_an_answer_nobody_understands_is_no_yes(hook: Hook, status: int, is_permanent: bool) -> None:
    hook.status, hook.answer_body = status, b"<html>"
    result = send(LeadingDoor(hook.url))
    assert (result.ok, result.permanent) == (False, is_permanent)


@pytest.mark.parametrize(
    "changes",
    [
        {"key_id": "x"},
        {"key_secret": "short"},
        {"signature": ""},
        {"template": "123"},
        {"variable": "1 x"},
        {"to": []},
    ],
)
def test_what_cannot_be_right_is_refused_by_its_field(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        get_kind("sms_aliyun").parse({**CONFIG, **changes})
    assert set(problems(caught.value)) == set(changes)
