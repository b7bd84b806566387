"""The page's form of every monitor type: each field is drawn, and what is drawn can be sent back.

One test goes over all types, since making the application anew costs more than all of them.
"""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from app.engine.usability.registry import MonitorType, all_types
from app.web.forms.schema import fields_of, group_title, groups_of, read, values_of


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_field_is_drawn_in_a_group_with_a_title(app: Flask, locale: str) -> None:
    with app.test_request_context("/"):
        for kind in all_types():
            schema = kind.schema()
            fields = fields_of(schema, locale)
            assert [each.key for each in fields] == list(schema["properties"]), kind.name
            unworded = [each.key for each in fields if not each.title or not each.help]
            assert unworded == [], kind.name
            assert [each.group for each in fields if group_title(each.group) == each.group] == [], kind.name
            assert sum(len(each["fields"]) for each in groups_of(fields, {})) == len(fields)


def test_what_is_shown_at_first_is_what_the_type_does_by_itself(app: Flask) -> None:
    with app.test_request_context("/"):
        for kind in all_types():
            assert _changed(kind) == {}, kind.name


def _changed(kind: MonitorType) -> dict[str, object]:
    """What differs from the defaults when the form is sent as it was shown."""
    schema = kind.schema()
    fields = fields_of(schema, "en")
    shown = values_of(fields, schema, {})
    posted: MultiDict[str, str] = MultiDict()
    for each in fields:
        value = shown[each.name]
        if each.kind in ("string", "integer", "number") and value is not None:
            posted[each.name] = str(value)
        elif each.kind == "boolean" and value:
            posted[each.name] = "on"
    typed = read(fields, posted, {})
    return {
        name: value for name, value in typed.items() if value != schema["properties"][name].get("default")
    }
