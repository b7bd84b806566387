"""What an account is called by: an e-mail address or a phone number, each in one form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidError
from app.core.settings import get_settings
from app.models import User, db

_ATOM = r"[^\s@.,;:<>()\[\]\\\"]"
_LABEL = rf"(?!-)(?:{_ATOM}){{1,63}}(?<!-)"
EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}+(?:\.{_ATOM}+)*@{_LABEL}(?:\.{_LABEL})*\Z")
"""A dot-atom of RFC 5322 and a host's name, also of other letters than ASCII's (RFC 6531); nothing quoted."""
_PHONE_LIKE = re.compile(r"[+(\d][\d\s().-]{4,30}\Z")


@dataclass(frozen=True, slots=True)
class Address:
    """`kind` is email or phone; `value` the one form it is kept in: lower case, or E.164."""

    kind: str
    value: str


def clean_email(email: str) -> str:
    """An e-mail address in lower case and composed (NFC); `InvalidError` when it is none."""
    email = unicodedata.normalize("NFC", email.strip().lower())
    if len(email) > 254 or not EMAIL.match(email) or not email.isprintable():
        raise InvalidError({"email": "is not an e-mail address"})
    return email


def clean_phone(phone: str) -> str:
    """A phone number in E.164; without a country code it is one of the installation's own country."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(phone.strip(), vars(get_settings())["PHONE_REGION"])
    except phonenumbers.NumberParseException as error:
        raise InvalidError({"phone": "is not a phone number"}) from error
    if not phonenumbers.is_valid_number(parsed):
        raise InvalidError({"phone": "is not a phone number"})
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def clean_address(text: str, field: str = "account") -> Address:
    """What somebody typed as their account; `InvalidError` at `field` when it is neither."""
    try:
        if "@" in text:
            return Address("email", clean_email(text))
        if _PHONE_LIKE.match(text.strip()):
            return Address("phone", clean_phone(text))
    except InvalidError:
        pass
    raise InvalidError({field: "is not an e-mail address or a phone number"})


def account_key(text: str) -> str:
    """What somebody typed as their account, in the one form by which tries at it are counted."""
    try:
        return clean_address(text).value
    except InvalidError:
        return text.strip().lower()[:254]


def find_user(address: Address, session: Session | None = None) -> User | None:
    """The account of this address, whatever its state.

    Of exactly this one: a database may take é for e, and whoever has the one must not get what is sent about
    the other.
    """
    column = User.email if address.kind == "email" else User.phone
    found = (session or db.session()).scalar(
        select(User).where(column == address.value).execution_options(populate_existing=True)
    )
    return found if found is not None and getattr(found, column.key) == address.value else None


def find_account(text: str) -> User | None:
    """The account that somebody typed; None for nobody's and for what cannot be one."""
    try:
        return find_user(clean_address(text))
    except InvalidError:
        return None
