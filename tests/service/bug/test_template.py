"""The operator's templates: uploaded, refused with a reason, switched off, chosen for a scan."""

from __future__ import annotations

import pytest

from app.core.errors import InvalidError, NotFoundError
from app.service.actor import Actor
from app.service.bug.settings import change_settings_of
from app.service.bug.template import (
    bodies_for,
    delete_template,
    get_template,
    list_templates,
    set_enabled,
    upload_template,
)
from tests.service.bug.desk import Desk

GOOD = """id: acme-panel
info:
  name: Acme panel
  author: us
  severity: medium
http:
  - method: GET
    path:
      - "{{BaseURL}}/acme"
    matchers:
      - type: word
        words: ["Acme control"]
"""
FOREIGN = "id: mine\ninfo: {name: Mine, author: us, severity: high}\ncode: [{engine: [sh], source: id}]\n"


def test_a_good_one_is_taken_in(desk: Desk) -> None:
    row = upload_template(desk.actor, GOOD, "acme.yaml")
    assert (row.name, row.title, row.severity, row.is_refused) == (
        "acme-panel",
        "Acme panel",
        "medium",
        False,
    )
    assert bodies_for(desk.actor.organization_id, None) == (GOOD.encode(),)


def test_one_that_does_not_run_is_kept_with_the_reason_and_never_run(desk: Desk) -> None:
    row = upload_template(desk.actor, FOREIGN)
    assert row.is_refused and row.refused[0]["reason"] == "protocol"
    assert bodies_for(desk.actor.organization_id, None) == ()
    assert [each.id for each in list_templates(desk.actor, is_refused=True).items] == [row.id]


def test_a_newer_version_takes_the_place_of_the_old(desk: Desk) -> None:
    first = upload_template(desk.actor, GOOD)
    second = upload_template(desk.actor, GOOD.replace("medium", "high"))
    assert (second.id, second.severity) == (first.id, "high")
    assert len(list_templates(desk.actor).items) == 1


@pytest.mark.parametrize("body", ["", "   ", "no: id", "[1, 2", "x" * 200_001])
def test_what_is_none_is_refused(desk: Desk, body: str) -> None:
    with pytest.raises(InvalidError):
        upload_template(desk.actor, body)


def test_one_that_is_switched_off_does_not_run(desk: Desk) -> None:
    row = upload_template(desk.actor, GOOD)
    assert set_enabled(desk.actor, row.id, False).is_enabled is False
    assert bodies_for(desk.actor.organization_id, None) == ()


def test_a_site_chooses_its_templates(desk: Desk) -> None:
    first = upload_template(desk.actor, GOOD)
    upload_template(desk.actor, GOOD.replace("acme-panel", "other-panel"))
    values = {"uses_templates": True, "template_ids": [str(first.id)]}
    settings = change_settings_of(desk.actor, desk.site.id, values)
    assert len(bodies_for(desk.actor.organization_id, settings.template_ids)) == 1
    assert len(bodies_for(desk.actor.organization_id, None)) == 2


def test_a_site_cannot_choose_what_is_not_there(desk: Desk, stranger: Actor) -> None:
    foreign = upload_template(stranger, GOOD)
    with pytest.raises(InvalidError, match="template_ids"):
        change_settings_of(desk.actor, desk.site.id, {"template_ids": [str(foreign.id)]})


def test_strangers_have_their_own(desk: Desk, stranger: Actor) -> None:
    row = upload_template(desk.actor, GOOD)
    assert list_templates(stranger).items == []
    with pytest.raises(NotFoundError):
        get_template(stranger, row.id)
    with pytest.raises(NotFoundError):
        delete_template(stranger, row.id)
    assert upload_template(stranger, GOOD).id != row.id
    assert bodies_for(desk.actor.organization_id, [str(row.id)]) == (GOOD.encode(),)
