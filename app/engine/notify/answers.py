"""What services answer that say 200 and mean no: the code is in the body, and Apprise does not look at it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a service did not take a message. `is_passing`: it may take the same one later."""

    sentence: str
    is_passing: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the code stands in an answer (0 is good) and its words; which codes pass by themselves."""

    code: str
    words: str
    passing: frozenset[int] = frozenset()


SHAPES: Mapping[str, Shape] = {
    # https://open.dingtalk.com/document/orgapp/custom-robot-access (20 messages a minute)
    "dingtalk": Shape("errcode", "errmsg", frozenset({-1, 130101, 130102, 410100})),
    # https://developer.work.weixin.qq.com/document/path/91770 (20 messages a minute)
    "wecombot": Shape("errcode", "errmsg", frozenset({-1, 45009, 45033})),
    # https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot (100 messages a minute, 5 a second)
    "feishu": Shape("code", "msg", frozenset({11232, 99991400})),
    "lark": Shape("code", "msg", frozenset({11232, 99991400})),
}
# https://developer.vonage.com/en/messaging/sms/guides/troubleshooting-sms
_VONAGE_PASSING = frozenset({1, 5})


def refusal_in(service: str, body: str) -> Refusal | None:
    """What an answer with status 200 refuses; None when it is a yes, or nothing that can be read."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    if service in ("vonage", "nexmo"):
        return _vonage(said)
    shape = SHAPES.get(service)
    code = _number(said.get(shape.code)) if shape else None
    if shape is None or code in (None, 0):
        return None
    return Refusal(f"the service refused it: {said.get(shape.words, '')} ({code})", code in shape.passing)


def _vonage(said: dict[str, Any]) -> Refusal | None:
    for each in said.get("messages") or ():
        code = _number(each.get("status")) if isinstance(each, dict) else None
        if code:
            words = each.get("error-text", "")
            return Refusal(f"the service refused it: {words} ({code})", code in _VONAGE_PASSING)
    return None


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
