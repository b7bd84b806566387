"""Letters to single people: codes, links, warnings. They go through the channels the installation has chosen.

They are no deliveries of an organization: nobody may read a code or a link in a list. A letter is sealed,
lies on queue `notify` for a moment, and is sent by whoever takes it there; so the request that caused it
takes no longer for an account that exists than for one that does not.

Without a channel for that kind of address, letters are written to the log in development and refused
otherwise: a log is read by more people than an account has.
"""

from __future__ import annotations

import logging
from typing import Any

from app.core.clock import now, now_ms
from app.core.errors import ConflictError
from app.core.secret_box import SealBrokenError, seal, unseal
from app.core.settings import get_settings
from app.core.snowflake import next_id
from app.engine.notify.message import Message
from app.engine.notify.registry import SendResult, UnknownKindError, get_kind
from app.models import Channel, Organization, db
from app.service.account.address import Address
from app.service.account.letter_words import text_of
from app.service.channel.sending import send_by
from app.service.queue import send
from app.service.setting import get_setting

log = logging.getLogger("cloudeye.account")
SETTINGS = {"email": "mail_channel", "phone": "sms_channel"}
GOOD_MS = 600_000
"""A letter that waited longer than its code would hold is not sent any more."""
PAUSES = (5, 30, 120)
NOBODY = "none"


def base_url() -> str:
    """Where links lead: the public address. Never what a request says of itself, which anybody may forge."""
    values = vars(get_settings())
    host = "127.0.0.1" if values["HOST"] in ("", "0.0.0.0", "::") else values["HOST"]  # noqa: S104 - compared
    return str(values["BASE_URL"]) or f"http://{host}:{values['PORT']}"


def can_reach(kind: str) -> bool:
    """Whether letters to this kind of address (email, phone) go anywhere."""
    return _channel_of(kind) is not None or _is_logged()


def check_reach(kind: str) -> None:
    """Raise `ConflictError` where letters to this kind of address go nowhere, whoever it is."""
    if not can_reach(kind):
        what = "mail" if kind == "email" else "text messages"
        raise ConflictError(f"this installation sends no {what}; its administrator has to choose a channel")


def post(to: Address | None, kind: str, *, locale: str, **facts: str) -> None:
    """Send a letter soon. To nobody: as much work, and nothing arrives.

    Not to be called inside a transaction.
    """
    job: dict[str, Any] = {"kind": NOBODY, "until": now_ms() + GOOD_MS}
    if to is not None:
        job |= {"kind": kind, "to": [to.kind, to.value], "locale": locale, "facts": facts}
    if to is not None and _is_logged() and _channel_of(to.kind) is None:
        log.warning("account.letter", extra={"to": to.value, "text": text_of(kind, locale, facts)[1]})
        return
    send("account.letter", "notify", [seal(job), 0])


def post_if_possible(to: Address, kind: str, *, locale: str, **facts: str) -> None:
    """A warning that is good to have: where nothing can be sent, nothing is."""
    if can_reach(to.kind):
        post(to, kind, locale=locale, **facts)


def deliver_letter(sealed: str) -> bool:
    """Send a letter of the queue; False when it is worth another try."""
    try:
        job = unseal(sealed)
    except SealBrokenError:
        log.warning("account.letter_unreadable")
        return True
    if job["kind"] == NOBODY or job["until"] < now_ms():
        return True
    kind, to = job["to"]
    channel = _channel_of(kind)
    result = (
        send_personal(channel, to, *text_of(job["kind"], job["locale"], job["facts"]))
        if channel is not None
        else SendResult(False, permanent=True, error="there is no channel for it any more")
    )
    facts = {"ok": result.ok, "letter": job["kind"], "error": result.error.replace(to, "…")[:300]}
    log.log(logging.INFO if result.ok else logging.WARNING, "account.letter_sent", extra=facts)
    return result.ok or result.permanent


def send_personal(channel: Channel, to: str, title: str, body: str) -> SendResult:
    """Send a text through a channel to one address instead of its own; what goes wrong is in the result."""
    organization = db.session.get_one(Organization, channel.organization_id)
    db.session.commit()
    try:
        kind = get_kind(channel.type)
        config = kind.addressed(kind.parse(unseal(channel.sealed_config)), to)
    except (SealBrokenError, UnknownKindError) as error:
        return SendResult(False, permanent=True, error=str(error))
    except ValueError:
        # Pydantic's message quotes the values, and some of them are secrets.
        return SendResult(False, permanent=True, error="the channel cannot send to this address")
    if config is None:
        return SendResult(False, permanent=True, error="the channel cannot send to this address")
    words = {"title": title, "body": body, "format": "text"}
    message = Message(id=str(next_id()), kind="letter", at=now(), severity="info", words=words)
    return send_by(kind, config, channel, organization, message)


def reaches(channel_type: str) -> str:
    """What a kind of channel can send to single people by: email, phone, or nothing."""
    try:
        return get_kind(channel_type).reaches
    except UnknownKindError:
        return ""


def _channel_of(kind: str) -> Channel | None:
    channel_id = get_setting(SETTINGS[kind])
    channel = db.session.get(Channel, channel_id) if channel_id else None
    fits = channel is not None and channel.is_enabled and reaches(channel.type) == kind
    return channel if fits else None


def _is_logged() -> bool:
    return bool(vars(get_settings())["ENV"] == "development")
