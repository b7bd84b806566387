"""Forms drawn from schemas: parts, lines, secrets, and what is read back from them."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from app.engine.usability.registry import all_types, get_type
from app.web.forms.form import Form
from app.web.forms.schema import SchemaField, fields_of, labels_of, shown, values_of
from app.web.forms.schema_read import HIDDEN_VALUE, read

STORED: dict[str, Any] = {
    "auth": {"type": "basic", "username": "anna", "password": "hunter1"},
    "variables": {"word": "hunter2"},
    "steps": [
        {"url": "http://a.test/1", "headers": {"X-One": "hunter3"}},
        {"url": "http://a.test/2", "headers": {"X-Two": "hunter4"}},
    ],
}


def fields(name: str = "steps", stored: dict[str, Any] | None = None) -> list[SchemaField]:
    return fields_of(get_type(name).schema(), "en", stored)


def typed(*pairs: tuple[str, str]) -> MultiDict[str, str]:
    return MultiDict([(f"config.{name}", value) for name, value in pairs])


def line(number: object, was: object, url: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    start = f"steps.{number}."
    return [
        (f"{start}__was", str(was)),
        (f"{start}url", url),
        *((start + name, value) for name, value in more),
    ]


def test_every_type_can_be_drawn_in_every_language() -> None:
    for kind in all_types():
        for locale in ("en", "zh"):
            for field in fields_of(kind.schema(), locale):
                assert field.title
                assert field.widget in {
                    "text", "url", "area", "number", "select", "check", "pairs", "lines", "part", "rows",
                }  # fmt: skip


def test_lines_are_read_in_the_order_in_which_they_came() -> None:
    posted = typed(*line(1003, "", "http://a.test/new"), *line(0, 0, "http://a.test/1"))
    steps = read(fields(), posted, STORED)["steps"]
    assert [each["url"] for each in steps] == ["http://a.test/new", "http://a.test/1"]


def test_a_line_keeps_its_secrets_wherever_it_goes() -> None:
    headers = (("headers.name", "X-Two"), ("headers.value", HIDDEN_VALUE))
    posted = typed(*line(1, 1, "http://a.test/2", *headers))
    (step,) = read(fields(), posted, STORED)["steps"]
    assert step["headers"] == {"X-Two": "hunter4"}


def test_an_empty_new_line_is_none_and_an_emptied_old_one_is_told() -> None:
    posted = typed(*line(1001, "", "", ("method", "GET")), *line(0, 0, ""))
    (step,) = read(fields(), posted, STORED)["steps"]
    assert "url" not in step


def test_lines_inside_lines_are_read() -> None:
    inner = [
        ("assertions.7.__was", ""),
        ("assertions.7.kind", "time"),
        ("assertions.7.value", "100"),
        ("assertions.7.otherwise", "degraded"),
    ]
    (step,) = read(fields(), typed(*line(5, "", "http://a.test/", *inner)), {})["steps"]
    assert step["assertions"] == [{"kind": "time", "value": "100", "otherwise": "degraded"}]


@pytest.mark.parametrize(
    ("pairs", "password"),
    [
        ([("auth.password", "")], "hunter1"),
        ([("auth.password", "new")], "new"),
        ([("auth.password", ""), ("auth.password.__forget", "1")], None),
    ],
)
def test_an_empty_secret_stays_unless_it_is_to_be_forgotten(
    pairs: list[tuple[str, str]], password: str | None
) -> None:
    read_back = read(fields(), typed(("auth.type", "basic"), *pairs), STORED)
    assert read_back["auth"].get("password") == password


def test_no_stored_secret_is_shown_wherever_it_lies() -> None:
    values = values_of(fields(stored=STORED), get_type("steps").schema(), STORED)
    assert "hunter" not in str(values)
    form = Form(values)
    assert form.value("config.auth.username") == "anna"
    assert form.pairs("config.steps.1.headers") == [["X-Two", HIDDEN_VALUE]]
    assert [each["__was"] for each in form.lines("config.steps")] == [0, 1]


def test_a_form_that_is_refused_shows_what_was_typed_and_hides_what_was_stored() -> None:
    headers = [("headers.name", "X-Two"), ("headers.value", HIDDEN_VALUE)]
    headers += [("headers.name", "X-New"), ("headers.value", "typed")]
    posted = typed(*line(3, 1, "http://a.test/2", *headers), *line(1001, "", "http://a.test/new"))
    config = read(fields(), posted, STORED)
    form = Form(shown(fields(), config, STORED))
    assert form.pairs("config.steps.0.headers") == [["X-Two", HIDDEN_VALUE], ["X-New", "typed"]]
    assert [each["__was"] for each in form.lines("config.steps")] == [1, ""]


def test_the_summary_names_a_field_by_its_line() -> None:
    form = Form(labels=labels_of(fields()))
    assert form.label("config.steps.1.assertions.0.value") == "Steps 2, Further expectations 1, Value"
    assert form.label("config.auth.username") == "Log-in, User name"
    assert form.label("config.steps.0.nothing") == "Steps 1"


def test_choices_have_words_in_the_pages_language() -> None:
    drawn = fields_of(get_type("http").schema(), "zh")
    kind = next(each for each in drawn if each.key == "assertions").inner[0]
    assert kind.options[0] == ("status", "状态码")
    assert kind.widget == "select" and kind.is_long is False
