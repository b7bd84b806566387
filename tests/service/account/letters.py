"""What the tests of accounts share: a system channel for mail, and the letters that wait to be sent."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, cast

from app.core.redis import get_redis
from app.core.secret_box import unseal
from app.models import Channel
from app.service.account.letter import NOBODY
from app.service.account.letter_words import text_of
from app.service.account.rules import change_rules
from app.service.actor import Actor
from app.service.channel.manage import create_channel

IP = "192.0.2.7"


def use_mail(owner: Actor, port: int = 9, **rules: Any) -> Channel:
    """Let letters go through an SMTP server on this port of loopback."""
    config = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "eye@example.org"}
    channel = create_channel(
        owner, {"type": "mail", "name": "letters", "config": {**config, "to": ["ops@example.org"]}}
    )
    change_rules(owner, {"mail_channel": channel.id, **rules})
    return channel


def sealed_letters() -> list[str]:
    """What waits on the queue for letters, in order; it is empty afterwards."""
    found: list[str] = []
    while raw := cast("bytes | None", get_redis().rpop("notify")):
        message = json.loads(raw)
        if message["headers"]["task"] == "account.letter":
            found.append(json.loads(base64.b64decode(message["body"]))[0][0])
    return found


def letters() -> list[tuple[str, str, str]]:
    """(address, title, body) of each letter that waits for somebody; the queue is empty afterwards."""
    jobs = [unseal(each) for each in sealed_letters()]
    return [
        (job["to"][1], *text_of(job["kind"], job["locale"], job["facts"]))
        for job in jobs
        if job["kind"] != NOBODY
    ]


def one_letter(address: str) -> str:
    """The only letter that waits, which is for this address: its words."""
    ((to, title, body),) = letters()
    assert to == address
    return f"{title}\n{body}"


def code_in(text: str) -> str:
    """The eight digits of a letter."""
    found = re.search(r"\b\d{8}\b", text)
    assert found is not None, text
    return found.group()


def token_in(text: str) -> str:
    """The last part of the link of a letter."""
    found = re.search(r"/(?:join|reset)/([\w-]+)", text)
    assert found is not None, text
    return found.group(1)
