"""`flask account narrow`."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import AuditEntry, Membership, Site, db
from app.service.actor import Actor
from app.service.site import create_site
from tests.cli.test_account import run


@pytest.fixture
def shop(owner: Actor) -> Site:
    return create_site(owner, {"name": "Shop", "base_url": "http://shop.test/"})


def member(actor: Actor) -> Membership:
    db.session.rollback()
    own = select(Membership).where(Membership.user_id == actor.user.id)
    return db.session.scalars(own.execution_options(populate_existing=True)).one()


def test_it_narrows_to_sites_and_tags_and_widens_again(app: Flask, teammate: Actor, shop: Site) -> None:
    account = teammate.user.account
    assert run(app, "narrow", account, "--site", "Shop", "--tag", "eu")[0] == 0
    assert (member(teammate).site_ids, member(teammate).tags) == ([shop.id], ["eu"])
    assert db.session.query(AuditEntry).filter_by(action="member.scope", way="cli").count() == 1
    assert run(app, "narrow", account, "--whole")[0] == 0
    assert (member(teammate).site_ids, member(teammate).tags) == (None, None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "give --site or --tag"),
        (("--whole", "--tag", "eu"), "give --site or --tag"),
        (("--site", "Nowhere"), "nothing is called Nowhere"),
        (("--tag", "eu", "--organization", "theirs"), "is in no such organization"),
    ],
)
def test_what_cannot_be_is_refused(app: Flask, teammate: Actor, given: tuple[str, ...], said: str) -> None:
    code, output = run(app, "narrow", teammate.user.account, *given)
    assert code != 0 and said in output
    assert member(teammate).tags is None


def test_an_owner_is_not_narrowed(app: Flask, owner: Actor) -> None:
    code, output = run(app, "narrow", owner.user.account, "--tag", "eu")
    assert code == 1 and "an owner answers for the whole organization" in output
