"""Whoever is refused is told what stands in the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.errors import NotPermittedError
from app.service.actor import Actor
from app.service.permission.check import authorise
from app.service.scope.scope import scope_of


def why_not(actor: Actor, endpoint: str, method: str) -> str:
    with pytest.raises(NotPermittedError) as caught:
        authorise(actor, endpoint, method)
    return caught.value.msg


def test_a_token_that_was_not_given_a_permission_is_told_which(owner: Actor) -> None:
    reading = replace(owner, way="token", scopes=frozenset({"site.read"}))
    assert why_not(reading, "v1.sites", "POST") == "this token or app was not given the permission site.write"
    assert why_not(reading, "v1.me", "PATCH") == "a token or a signed call changes nothing about its user"


def test_who_is_narrowed_is_told_that_this_is_why(teammate: Actor) -> None:
    narrowed = replace(teammate, scope=scope_of(teammate.organization_id, [1], None))
    said = "this is for members who are not narrowed to some sites"
    assert why_not(narrowed, "v1.bug_templates", "POST") == said


def test_a_role_that_is_too_small_is_named_as_the_reason(teammate: Actor) -> None:
    assert why_not(teammate, "v1.channels", "POST") == "your role does not permit this"
