"""Every service that Apprise knows, by its URL: mail, Slack, Telegram, 钉钉, 企业微信, 飞书 and many more.

Apprise sends by itself, in a fenced process that ends with the message: see `app.engine.notify.apprise_child`
for what the fence holds and what it does not.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from app.engine.notify.message import Message
from app.engine.notify.registry import (
    ChannelConfig,
    ChannelKind,
    Door,
    SendResult,
    is_permanent,
    register,
)

SECONDS = 30.0
ROOT = Path(__file__).resolve().parents[4]
TYPES = {"critical": "failure", "warning": "warning", "info": "success"}
# These speak to the desktop, the log or the devices of the machine that CloudEye runs on.
LOCAL = {"dbus", "gio", "glib", "qt", "kde", "gnome", "macosx", "windows", "syslog", "blink1"}
_SCHEME = re.compile(r"([a-z0-9][a-z0-9+.-]*)://\S.*", re.IGNORECASE)
_STATUS = re.compile(r"\berror=(\d{3})\b")


def _is_apprise_url(value: str) -> str:
    value = value.strip()
    parts = _SCHEME.fullmatch(value)
    if parts is None:
        raise ValueError("must be a URL such as slack://… or mailto://…")
    if parts[1].lower() in LOCAL:
        raise ValueError("this service acts on CloudEye's own machine and is not permitted")
    return value


class AppriseConfig(ChannelConfig):
    """The service's URL, which holds its credentials."""

    url: Annotated[str, AfterValidator(_is_apprise_url)] = Field(
        max_length=2000,
        title="Apprise URL",
        description="For example slack://…, tgram://…, dingtalk://…, wecombot://…, feishu://…, mailto://…; "
        "https://appriseit.com/services/ lists each service's form.",
        json_schema_extra={
            "zh": {
                "title": "Apprise 地址",
                "description": "例如 slack://…、tgram://…、dingtalk://…、wecombot://…、feishu://…、mailto://…；"
                "各服务的写法见 https://appriseit.com/services/。",
            },
            "secret": True,
            "widget": "password",
        },
    )


@register
class AppriseKind(ChannelKind):
    name: ClassVar[str] = "apprise"
    title: ClassVar[dict[str, str]] = {
        "en": "Apprise (mail, Slack, Telegram, DingTalk, …)",
        "zh": "Apprise（邮件、钉钉、企业微信、飞书等）",
    }
    doc: ClassVar[dict[str, str]] = {
        "en": "Sends through any of the services Apprise knows, by its URL.",
        "zh": "通过 Apprise 支持的任意服务发送，以其 URL 配置。",
    }
    Config: ClassVar[type[ChannelConfig]] = AppriseConfig

    def check(self, config: AppriseConfig) -> dict[str, str]:
        answer = ask_child({"url": config.url, "networks": []}, ca_file=None)
        if answer.get("known", True):
            return {}
        return {"url": "is not a URL that Apprise knows; see https://appriseit.com/services/"}

    def send(
        self, config: AppriseConfig, message: Message, door: Door, *, locale: str, at: datetime
    ) -> SendResult:
        title, body = message.text(locale)
        job = {
            "url": config.url,
            "title": title,
            "body": body,
            "type": TYPES.get(message.severity, "info"),
            "networks": list(door.networks),
        }
        started = time.monotonic()
        answer = ask_child(job, ca_file=door.ca_file)
        return _judged(answer, config.url, (time.monotonic() - started) * 1000)


def _judged(answer: dict[str, Any], url: str, ms: float) -> SendResult:
    if answer["ok"]:
        return SendResult(True, ms=ms)
    if not answer.get("known", True):
        return SendResult(False, permanent=True, error="Apprise does not know this URL any more", ms=ms)
    said = without_secrets(answer["error"], url)[:500] or "the service did not take the message"
    if status := _STATUS.search(answer["error"]):
        number = int(status[1])
        return SendResult(False, is_permanent(number), number, said, ms)
    if refused := answer.get("refused"):
        return SendResult(False, permanent=True, error=refused, ms=ms)
    return SendResult(False, error=said, ms=ms)


def without_secrets(said: str, url: str) -> str:
    """What Apprise said, less everything in it that stands in the URL: its parts are credentials."""
    parts = {part for part in re.split(r"[/:@?&=#,\s]+", url.partition("://")[2]) if len(part) > 3}
    for part in sorted(parts, key=len, reverse=True):
        said = said.replace(part, "…")
    return said


def ask_child(job: dict[str, Any], *, ca_file: str | None) -> dict[str, Any]:
    """Have a job done by `apprise_child`. Its answer, or one that says why there is none."""
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    if ca_file:
        environment |= {"REQUESTS_CA_BUNDLE": ca_file, "SSL_CERT_FILE": ca_file}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.engine.notify.apprise_child"],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=SECONDS,
            cwd=ROOT,
            env=environment,
            check=False,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {"ok": False, "error": f"the service did not answer within {SECONDS:g} s"}
    except ValueError:
        return {"ok": False, "error": f"Apprise ended without an answer (status {done.returncode})"}
    except OSError as error:
        return {"ok": False, "error": f"Apprise could not be started ({error.strerror})"}
    return answer
