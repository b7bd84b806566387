"""Going over to another organization without a new log-in."""

from __future__ import annotations

from app.controller.common.entering import is_bound
from app.controller.common.identity import end_session, renew_session
from app.core.errors import NotPermittedError
from app.service.actor import Actor


def check_unbound() -> None:
    """A session that came by one organization's sign-in service is for that organization alone."""
    if is_bound():
        raise NotPermittedError("this session is for one organization alone; log in with your password")


def check_unbound_for(actor: Actor, organization_id: int) -> None:
    """The same, where what is done may be about another organization than the session stands in."""
    if organization_id != actor.organization_id:
        check_unbound()


def go_over(actor: Actor) -> None:
    """The session is `actor`'s from now on, under a new id."""
    check_unbound()
    renew_session(actor)


def settle(actor: Actor, elsewhere: Actor | None) -> None:
    """The session of `actor` after they left an organization: as it was, elsewhere, or over."""
    if elsewhere is actor:
        return
    if elsewhere is None or is_bound():
        end_session()
    else:
        renew_session(elsewhere)
