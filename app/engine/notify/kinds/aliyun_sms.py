"""Text messages by Alibaba Cloud's short message service (阿里云短信服务), API version 2017-05-25.

In China an operator's text has to be approved beforehand, so what is sent is a template with one variable,
into which the message's title goes: https://help.aliyun.com/document_detail/101414.html; signed as
https://help.aliyun.com/document_detail/315526.html has it (HMAC-SHA1 over the sorted parameters).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import Field

from app.engine.notify.fields import Phones, shown
from app.engine.notify.message import Message
from app.engine.notify.registry import (
    ChannelConfig,
    ChannelKind,
    Door,
    DoorAnswer,
    DoorRefusedError,
    SendResult,
    is_permanent,
    register,
)

ADDRESS = "https://dysmsapi.aliyuncs.com/"
MOST_CHARACTERS = 35
"""What a variable may hold."""
PASSING = (
    "isv.BUSINESS_LIMIT_CONTROL",
    "isp.SYSTEM_ERROR",
    "Throttling",
    "ServiceUnavailable",
    "InternalError",
)


class AliyunSmsConfig(ChannelConfig):
    """The account, what was approved, and whom it is for."""

    key_id: str = Field(
        pattern=r"^\s*[A-Za-z0-9.]{12,64}\s*$",
        title="AccessKey ID",
        description="Of a RAM user that may only send text messages (AliyunDysmsFullAccess).",
        json_schema_extra=shown("AccessKey ID", "建议使用只有短信权限（AliyunDysmsFullAccess）的 RAM 用户。"),
    )
    key_secret: str = Field(
        pattern=r"^\s*[A-Za-z0-9]{20,64}\s*$",
        title="AccessKey Secret",
        json_schema_extra=shown("AccessKey Secret", secret=True),
    )
    signature: str = Field(
        min_length=2,
        max_length=32,
        title="Signature",
        description="The approved name that stands before the text.",
        json_schema_extra=shown("短信签名", "已通过审核的签名名称。"),
    )
    template: str = Field(
        pattern=r"^\s*SMS_[0-9]{4,20}\s*$",
        title="Template's code",
        description="Of an approved template with one variable, such as: Monitoring: ${content}.",
        json_schema_extra=shown(
            "模板 CODE",
            "已通过审核、含一个变量的通知模板，例如“监控通知：${content}”。",
            placeholder="SMS_123456789",
        ),
    )
    variable: str = Field(
        default="content",
        pattern=r"^[A-Za-z][A-Za-z0-9_]{0,30}$",
        title="The variable's name",
        description=f"The message's title goes there, its first {MOST_CHARACTERS} characters.",
        json_schema_extra=shown("变量名", f"填入消息标题的前 {MOST_CHARACTERS} 个字符。"),
    )
    to: Phones = Field(
        title="Recipients",
        description="One number a line.",
        json_schema_extra=shown("收信号码", "每行一个手机号。"),
    )


@register
class AliyunSms(ChannelKind):
    name: ClassVar[str] = "sms_aliyun"
    title: ClassVar[dict[str, str]] = {"en": "SMS by Alibaba Cloud", "zh": "短信（阿里云）"}
    doc: ClassVar[dict[str, str]] = {
        "en": "Sends each message's title as a text message, by a template approved at Alibaba Cloud.",
        "zh": "通过阿里云短信服务，用已审核的模板以短信发送消息标题。",
    }
    order: ClassVar[int] = 39
    Config: ClassVar[type[ChannelConfig]] = AliyunSmsConfig

    def send(
        self, config: AliyunSmsConfig, message: Message, door: Door, *, locale: str, at: datetime
    ) -> SendResult:
        body = form_of(signed(parameters(config, message, locale, at), config.key_secret.strip()))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = door.post(ADDRESS, headers=headers, data=body.encode())
        except DoorRefusedError as error:
            return SendResult(False, permanent=error.permanent, error=error.sentence)
        return _judged(answer)


def parameters(config: AliyunSmsConfig, message: Message, locale: str, at: datetime) -> dict[str, str]:
    title, _ = message.text(locale)
    text = title if len(title) <= MOST_CHARACTERS else f"{title[: MOST_CHARACTERS - 1]}…"
    return {
        "AccessKeyId": config.key_id.strip(),
        "Action": "SendSms",
        "Format": "JSON",
        "PhoneNumbers": ",".join(each.removeprefix("+86").lstrip("+") for each in config.to),
        "SignName": config.signature.strip(),
        "SignatureMethod": "HMAC-SHA1",
        # The same for no other attempt: the message's own id and the moment.
        "SignatureNonce": f"{message.id}-{int(at.timestamp() * 1000)}",
        "SignatureVersion": "1.0",
        "TemplateCode": config.template.strip(),
        "TemplateParam": json.dumps({config.variable: text}, ensure_ascii=False),
        "Timestamp": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Version": "2017-05-25",
    }


def signed(values: Mapping[str, str], secret: str, method: str = "POST") -> dict[str, str]:
    """The parameters with their `Signature`."""
    text = f"{method}&%2F&{quote(form_of(values), safe='')}"
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return {**values, "Signature": base64.b64encode(digest).decode()}


def form_of(values: Mapping[str, str]) -> str:
    """Sorted by name, and encoded as RFC 3986 has it: a space is %20, and ~ stays."""
    return "&".join(f"{quote(name, safe='~')}={quote(values[name], safe='~')}" for name in sorted(values))


def _judged(answer: DoorAnswer) -> SendResult:
    try:
        said: Any = json.loads(answer.body)
    except ValueError:
        said = {}
    code = str(said.get("Code", "")) if isinstance(said, dict) else ""
    if code == "OK":
        return SendResult(True, http_status=answer.status, ms=answer.ms)
    if code:
        error = f"the service refused it: {said.get('Message', '')} ({code})"[:500]
        return SendResult(False, not code.startswith(PASSING), answer.status, error, answer.ms)
    error = f"the receiver answered {answer.status}"
    return SendResult(False, is_permanent(answer.status), answer.status, error, answer.ms)
