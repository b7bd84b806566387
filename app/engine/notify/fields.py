"""Words and shapes of configuration fields, which kinds of channels share."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator

MOST_RECIPIENTS = 20
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"\+?[0-9]{5,15}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def shown(title: str, about: str = "", *, secret: bool = False, **drawn: Any) -> dict[str, Any]:
    """A field's Chinese words, and how a form draws it (`widget`, `placeholder`, `choices`, `only`)."""
    words = {"title": title, **({"description": about} if about else {})}
    extra: dict[str, Any] = {"zh": words, **drawn}
    return {**extra, "secret": True, "widget": "password"} if secret else extra


def as_mail(value: str) -> str:
    value = value.strip()
    if len(value) > 254 or not _MAIL.fullmatch(value):
        raise ValueError("is not an e-mail address")
    return value


def as_phone(value: str) -> str:
    """A number in international form; spaces and hyphens are taken off."""
    value = re.sub(r"[\s()-]", "", value)
    if not _PHONE.fullmatch(value):
        raise ValueError("must be a phone number such as +8613800138000")
    return value


def as_host(value: str) -> str:
    value = value.strip()
    if not _HOST.fullmatch(value):
        raise ValueError("must be a host name or an IPv4 address")
    return value


def _some(values: tuple[str, ...]) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(values))
    if not kept:
        raise ValueError("must be filled in")
    if len(kept) > MOST_RECIPIENTS:
        raise ValueError(f"must be at most {MOST_RECIPIENTS}")
    return kept


Mail = Annotated[str, AfterValidator(as_mail)]
Phone = Annotated[str, AfterValidator(as_phone)]
Host = Annotated[str, AfterValidator(as_host)]
Mails = Annotated[tuple[Mail, ...], AfterValidator(_some)]
Phones = Annotated[tuple[Phone, ...], AfterValidator(_some)]
