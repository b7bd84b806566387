"""Passkeys (WebAuthn level 2): registering one, showing one, and what is kept of it.

A passkey is discoverable and verifies its user (by PIN, finger or face), so one alone is two factors: what
somebody has, and what they know or are. The browser binds it to our domain, so no other site can ask for it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotFoundError, NotLoggedInError
from app.core.settings import get_settings
from app.models import Passkey, User, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.factor.recovery import renew_codes
from app.service.factor.standing import note_standing
from app.service.values import plain_name

NAME = "CloudEye"
MOST = 20
NO_PASSKEY = "this passkey is not known here, or was not confirmed"


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a passkey is for: our domain, and the page's origin as the browser signs it."""

    domain: str
    origin: str


def party_of(seen: str) -> Party:
    """Our domain and origin. `seen` is the address that was asked, such as https://watch.example.org/.

    The domain is the setting's, else the public address's, else that of `seen`. A page of another host of the
    same domain (an organization's own) is believed; what is outside is held against the public address.
    """
    settings = vars(get_settings())
    public = str(settings["BASE_URL"])
    domain = str(settings["PASSKEY_DOMAIN"]) or urlsplit(public or seen).hostname or ""
    host = urlsplit(seen).hostname or ""
    is_ours = host == domain or host.endswith(f".{domain}")
    return Party(domain, _origin(seen if is_ours or not public else public))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def registration_options(actor: Actor, party: Party) -> tuple[dict[str, Any], str]:
    """What a browser needs to make a passkey, and the challenge in it (hexadecimal), to be kept."""
    from webauthn import generate_registration_options
    from webauthn.helpers import structs

    options = generate_registration_options(
        rp_id=party.domain,
        rp_name=NAME,
        user_id=_handle(actor.user),
        user_name=actor.user.account,
        user_display_name=actor.user.name or actor.user.account,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=each.credential_id) for each in list_passkeys(actor.user)
        ],
    )
    return _plain(options), options.challenge.hex()


def add_passkey(
    actor: Actor, party: Party, challenge: str, credential: dict[str, Any], name: str
) -> tuple[Passkey, list[str]]:
    """Keep what the browser made. Gives recovery codes too when it is the first factor, else none."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=party.domain,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidError({"credential": "is not a passkey made for this page"}) from error
    return _keep(actor, made, _transports(credential), name)


def _keep(actor: Actor, made: Any, transports: list[str], name: str) -> tuple[Passkey, list[str]]:
    passkey = Passkey(
        user_id=actor.user.id,
        name=_name(name),
        digest=_digest(made.credential_id),
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=transports,
        is_synced=bool(made.credential_backed_up),
    )
    if len(list_passkeys(actor.user)) >= MOST:
        raise ConflictError(f"a user has at most {MOST} passkeys")
    with write() as session:
        if session.scalar(select(Passkey.id).where(Passkey.digest == passkey.digest)) is not None:
            raise ConflictError("this passkey is registered already")
        session.add(passkey)
        is_first = note_standing(session, actor.user.id)
        codes = renew_codes(session, actor.user.id) if is_first else []
        said = {"kind": "passkey", "name": passkey.name}
        record_change(session, actor, "factor.add", "passkey", passkey.id, after=said)
    return passkey, codes


def login_options(party: Party, user: User | None = None) -> tuple[dict[str, Any], str]:
    """What a browser needs to show a passkey, and its challenge. Without a user: any that it has for us."""
    from webauthn import generate_authentication_options
    from webauthn.helpers import structs

    mine = list_passkeys(user) if user else []
    options = generate_authentication_options(
        rp_id=party.domain,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
        allow_credentials=[
            structs.PublicKeyCredentialDescriptor(
                id=each.credential_id, transports=_known_transports(each.transports)
            )
            for each in mine
        ],
    )
    return _plain(options), options.challenge.hex()


def check_passkey(party: Party, challenge: str, credential: dict[str, Any], user: User | None = None) -> User:
    """Whose passkey was shown; with `user` only theirs will do. `NotLoggedInError` when it does not hold."""
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    passkey = _find(credential)
    if passkey is None or (user is not None and passkey.user_id != user.id):
        raise NotLoggedInError(NO_PASSKEY)
    try:
        shown = verify_authentication_response(
            credential=credential,
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=party.domain,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotLoggedInError(NO_PASSKEY) from error
    with write() as session:
        row = session.get_one(Passkey, passkey.id)
        row.sign_count, row.last_used_at = shown.new_sign_count, now()
        row.is_synced = bool(shown.credential_backed_up)
        return session.get_one(User, row.user_id)


def list_passkeys(user: User) -> list[Passkey]:
    """The user's passkeys, oldest first."""
    return list(db.session.scalars(select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id)))


def get_passkey(actor: Actor, passkey_id: int) -> Passkey:
    row = db.session.get(Passkey, passkey_id, populate_existing=True) if passkey_id < 1 << 63 else None
    if row is None or row.user_id != actor.user.id:
        raise NotFoundError("there is no such passkey")
    return row


def rename_passkey(actor: Actor, passkey_id: int, name: str) -> Passkey:
    get_passkey(actor, passkey_id)
    with write() as session:
        row = session.get_one(Passkey, passkey_id)
        before, row.name = row.name, _name(name)
        if row.name != before:
            old, new = {"name": before}, {"name": row.name}
            record_change(session, actor, "factor.rename", "passkey", row.id, before=old, after=new)
    return row


def remove_passkey(actor: Actor, passkey_id: int) -> None:
    get_passkey(actor, passkey_id)
    with write() as session:
        row = session.get_one(Passkey, passkey_id)
        session.delete(row)
        note_standing(session, actor.user.id)
        said = {"kind": "passkey", "name": row.name}
        record_change(session, actor, "factor.remove", "passkey", passkey_id, before=said)


def _name(name: str) -> str:
    name = plain_name(name)[:100]
    if not name:
        raise InvalidError({"name": "must not be empty"})
    return name


def _handle(user: User) -> bytes:
    """What the authenticator keeps instead of a name: nothing that says who it is (WebAuthn, 14.6.1)."""
    return user.id.to_bytes(8, "big")


def _find(credential: dict[str, Any]) -> Passkey | None:
    from webauthn.helpers import base64url_to_bytes

    try:
        identifier = base64url_to_bytes(credential["id"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    return db.session.scalar(select(Passkey).where(Passkey.digest == _digest(identifier)))


def _digest(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def _transports(credential: dict[str, Any]) -> list[str]:
    response = credential.get("response")
    given = response.get("transports") if isinstance(response, dict) else None
    return [each[:20] for each in given[:8] if isinstance(each, str)] if isinstance(given, list) else []


def _known_transports(names: list[str]) -> Any:
    from webauthn.helpers.structs import AuthenticatorTransport

    known = {each.value: each for each in AuthenticatorTransport}
    return [known[name] for name in names if name in known] or None


def _plain(options: Any) -> dict[str, Any]:
    from webauthn import options_to_json

    return dict(json.loads(options_to_json(options)))
