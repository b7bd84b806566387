"""A passkey, a sign-in service and a link, for the tests that need one of everything."""

from __future__ import annotations

from app.models import OidcLink, Passkey, write
from app.service.actor import Actor
from app.service.factor.providers import create_provider

PROVIDER = {"name": "Ours", "issuer": "http://127.0.0.1:9", "client_id": "cloudeye", "client_secret": "s"}


def make_factor_things(owner: Actor) -> dict[str, int]:
    """The passkey is no second factor of its owner's log-in: that would be asked for it."""
    provider = create_provider(owner, PROVIDER)
    passkey = Passkey(
        user_id=owner.user.id,
        name="Key",
        digest=f"{owner.user.id:064}",
        credential_id=b"id",
        public_key=b"key",
    )
    link = OidcLink(provider_id=provider.id, user_id=owner.user.id, digest=f"{owner.user.id:064}")
    with write() as session:
        session.add_all([passkey, link])
    return {"passkey_id": passkey.id, "provider_id": provider.id, "link_id": link.id}
