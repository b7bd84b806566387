"""An organization's sign-in services (OpenID Connect): what its owner enters, and what is kept of it.

A service is believed about who somebody is within this organization and nowhere else: whoever runs it could
say anybody's name. So a session that came by it is for this organization alone, and its word about an e-mail
address counts for the domains its owner wrote down, and for members.
"""

from __future__ import annotations

import re
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidError
from app.core.secret_box import seal
from app.engine.net.target import TargetError, parse_target
from app.models import OidcLink, OidcProvider, Organization, db, write
from app.models.factor import NEW_ROLES
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.owned import fetch_own
from app.service.values import plain_name

MOST = 10
FIELDS = ("name", "issuer", "client_id", "domains", "new_role", "proves_factor", "is_active")
DOMAIN = re.compile(r"(?=.{3,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?\Z")


def list_providers(actor: Actor) -> list[OidcProvider]:
    """The organization's sign-in services, oldest first."""
    own = OidcProvider.organization_id == actor.organization_id
    return list(db.session.scalars(select(OidcProvider).where(own).order_by(OidcProvider.id)))


def list_active(actor: Actor) -> list[OidcProvider]:
    """Those its members can sign in by."""
    return [each for each in list_providers(actor) if each.is_active]


def get_provider(actor: Actor, provider_id: int) -> OidcProvider:
    return fetch_own(db.session(), OidcProvider, actor, provider_id)


def create_provider(actor: Actor, values: dict[str, Any]) -> OidcProvider:
    """`values` are those of FIELDS, and `client_secret` unless it is a public client."""
    clean = _cleaned(values, new=True)
    if len(list_providers(actor)) >= MOST:
        raise ConflictError(f"an organization has at most {MOST} sign-in services")
    provider = OidcProvider(organization_id=actor.organization_id, **clean)
    with write() as session:
        session.add(provider)
        session.flush()
        record_change(session, actor, "provider.create", "provider", provider.id, after=_said(provider))
    return provider


def change_provider(actor: Actor, provider_id: int, values: dict[str, Any]) -> OidcProvider:
    """A new issuer needs its own secret: what is stored is not sent to another one.

    Its links end, too: a subject is somebody at its own issuer alone (OpenID Connect Core 1.0, 5.7), and may
    be somebody else at another.
    """
    provider = get_provider(actor, provider_id)
    clean = _cleaned(values, new=False)
    moves = clean.get("issuer", provider.issuer) != provider.issuer
    if moves and provider.sealed_secret is not None and "sealed_secret" not in clean:
        raise InvalidError({"client_secret": "must be entered again, since another issuer would get it"})
    with write() as session:
        row = session.get_one(OidcProvider, provider_id)
        before = _said(row)
        for name, value in clean.items():
            setattr(row, name, value)
        old, new = changed(before, _said(row))
        if "sealed_secret" in clean:
            new["client_secret"] = "changed"
        if "issuer" in new and (ended := _end_links(session, row)):
            new["links_ended"] = ended
        if new:
            record_change(session, actor, "provider.change", "provider", row.id, before=old, after=new)
    return row


def _end_links(session: Session, provider: OidcProvider) -> int:
    """Nobody is linked with it any more; gives how many were."""
    gone = session.execute(
        delete(OidcLink)
        .where(OidcLink.provider_id == provider.id)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", gone).rowcount


def delete_provider(actor: Actor, provider_id: int) -> None:
    """Its links go with it; accounts stay."""
    get_provider(actor, provider_id)
    with write() as session:
        row = session.get_one(OidcProvider, provider_id)
        record_change(session, actor, "provider.delete", "provider", row.id, before=_said(row))
        session.delete(row)


def find_provider(key: str) -> OidcProvider | None:
    """The active service of this id, whoever asks: it is where they sign in."""
    if not key.isascii() or not key.isdigit() or len(key) > 18:
        return None
    return db.session.scalar(
        select(OidcProvider).where(OidcProvider.id == int(key), OidcProvider.is_active.is_(True))
    )


def providers_for(code: str | None = None) -> list[OidcProvider]:
    """Those to be offered at a log-in: of the organization of this code, or of the only one there is.

    Without a code, where there are several organizations, none: whose there are is nobody's business.
    """
    if code is None:
        if (db.session.scalar(select(func.count()).select_from(Organization)) or 0) != 1:
            return []
        whose = select(Organization.id)
    else:
        whose = select(Organization.id).where(Organization.code == code)
    return list(
        db.session.scalars(
            select(OidcProvider)
            .where(OidcProvider.organization_id.in_(whose), OidcProvider.is_active.is_(True))
            .order_by(OidcProvider.id)
        )
    )


def are_several() -> bool:
    """Whether a log-in has to say which organization's services it means."""
    return (db.session.scalar(select(func.count()).select_from(Organization)) or 0) > 1


def any_provider() -> bool:
    """Whether anybody here signs in by a service."""
    is_active = OidcProvider.is_active.is_(True)
    return db.session.scalar(select(OidcProvider.id).where(is_active).limit(1)) is not None


def _said(row: OidcProvider) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


def _cleaned(values: dict[str, Any], *, new: bool) -> dict[str, Any]:
    clean = {name: values[name] for name in FIELDS if name in values}
    wrong: dict[str, str] = {}
    for name in ("name", "client_id", "issuer"):
        if new or name in clean:
            clean[name] = plain_name(str(clean.get(name) or ""))
            if not clean[name]:
                wrong[name] = "must not be empty"
    if clean.get("issuer") and (problem := _issuer_problem(clean["issuer"])):
        wrong["issuer"] = problem
    if new or "domains" in clean:
        clean["domains"] = _domains(clean.get("domains") or [])
        if any(not DOMAIN.match(each) for each in clean["domains"]):
            wrong["domains"] = "must be domains such as example.org"
    if clean.get("new_role") not in (None, *NEW_ROLES):
        wrong["new_role"] = f"must be one of: {', '.join(NEW_ROLES)}"
    if wrong:
        raise InvalidError(wrong)
    return clean | _sealed(values)


def _domains(given: list[str]) -> list[str]:
    return sorted({each.strip().lower().removeprefix("@") for each in given} - {""})


def _sealed(values: dict[str, Any]) -> dict[str, Any]:
    """The secret as it is kept: null takes it away, left out or empty leaves it as it is."""
    if values.get("client_secret"):
        return {"sealed_secret": seal({"secret": values["client_secret"]})}
    return {"sealed_secret": None} if values.get("client_secret", "") is None else {}


def _issuer_problem(issuer: str) -> str:
    try:
        target = parse_target(issuer)
    except TargetError as error:
        return str(error)
    if "?" in issuer or "#" in issuer:
        return "must not contain a query"
    if target.scheme != "https" and target.host not in ("localhost", "127.0.0.1", "::1"):
        return "must begin with https://"
    return ""
