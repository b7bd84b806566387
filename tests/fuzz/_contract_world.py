"""Two organizations with one of everything, in the database of a running CloudEye; told as one JSON line."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

from sqlalchemy import event, select, update

from app import create_app
from app.core.snowflake import use_worker_number
from app.models import Location, Organization, StatusPage, db, write
from app.models.base import Model
from app.service.access.api_tokens import create_api_token
from app.service.actor import Actor
from app.service.organization import change_settings
from app.service.permission.check import grantable_by
from app.service.status_page.page import create_page
from tests.cast import PASSWORD, make_organization, make_user
from tests.controller import test_permissions
from tests.controller.test_permissions import make_things, member_of

MARK = "belongs-to-strangers"
"""Stands in names and addresses of the other organization's things."""


def mark(organization: Organization) -> None:
    """Give every named thing of the organization a name that tells whose it is."""
    with write() as session:
        for mapper in Model.registry.mappers:
            columns = mapper.columns
            if "name" in columns and "organization_id" in columns:
                own = columns["organization_id"] == organization.id
                session.execute(update(mapper.class_).where(own).values(name=MARK))


def token(actor: Actor) -> str:
    scopes = sorted(grantable_by(actor))
    return create_api_token(actor, {"name": "contract", "scopes": scopes, "days": 1})[1]


def _their_page(actor: Actor, fields: dict[str, Any]) -> StatusPage:
    return create_page(actor, {**fields, "slug": MARK, "title": MARK})


def make_foreign_things(stranger: Actor) -> dict[str, int]:
    """One of everything of theirs, but for what an installation has only once."""
    with (
        # Locations are the installation's, so that only the first organization enters them.
        mock.patch.object(test_permissions, "create_location", lambda *_: [Location(id=0)]),
        mock.patch.object(test_permissions, "create_page", _their_page),
    ):
        return make_things(stranger)


def be_patient() -> None:
    """Wait for the running CloudEye's own writing for longer than a request would."""
    if db.engine.dialect.name == "sqlite":
        db.engine.dispose()
        event.listen(db.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=60000"))


def main() -> None:
    app = create_app()
    use_worker_number(1000)
    with app.app_context():
        be_patient()
        # The first organization runs the installation, and may try the most.
        ours = db.session.scalars(select(Organization).order_by(Organization.id).limit(1)).one()
        theirs = make_organization(MARK)
        owner, viewer = (
            make_user(ours, "contract-owner", "owner"),
            make_user(ours, "contract-viewer", "viewer"),
        )
        spare = make_user(ours, "contract-spare", "operator")
        stranger = make_user(theirs, MARK, "owner")
        for each in (owner, stranger):
            change_settings(each, {"is_set_up": True})
        tokens = {"owner": token(owner), "viewer": token(viewer)}
        # Whoever is in the addresses is somebody else: an owner who demotes himself tries nothing more.
        things = {**make_things(owner), "member_id": member_of(spare), "user_id": spare.user.id}
        foreign = make_foreign_things(stranger)
        told = {
            "ours": {name: str(number) for name, number in things.items()},
            "theirs": {name: str(number) for name, number in foreign.items()},
            "mark": MARK,
            "password": PASSWORD,
            "accounts": {"owner": owner.user.email, "viewer": viewer.user.email},
            "tokens": tokens,
        }
        mark(theirs)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
