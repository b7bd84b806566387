"""What arguments take, and that their schemas say the same."""

from __future__ import annotations

from typing import Any

import pytest

from app.controller.common.parser import (
    BEYOND_IDS,
    Kind,
    Parser,
    boolean,
    choice,
    described,
    identifier,
    integer,
    mapping,
    moment,
    text,
)


def taken(place: str, kind: Kind, value: Any) -> Any:
    """The value as it was read, or the sentence that refuses it."""
    values, wrong = Parser(place).add("it", kind).read({"it": value})
    return wrong.get("it", values.get("it"))


@pytest.mark.parametrize(
    ("given", "read"), [("7", 7), (7, 7), (7.0, 7), (str(BEYOND_IDS - 1), BEYOND_IDS - 1)]
)
def test_it_takes_an_id_as_digits_or_as_a_number(given: Any, read: int) -> None:
    assert taken("json", identifier(), given) == read


@pytest.mark.parametrize("given", ["0", "07", "", "x", "-1", 0, 1.5, True, str(BEYOND_IDS), BEYOND_IDS])
def test_it_takes_nothing_else_for_an_id(given: Any) -> None:
    assert taken("json", identifier(), given) == "must be an id"


@pytest.mark.parametrize(("kind", "written"), [(integer(0, 9), "5"), (boolean(), "true"), (boolean(), "1")])
def test_it_takes_numbers_and_switches_written_out_in_a_query_only(kind: Kind, written: str) -> None:
    assert taken("args", kind, written) in (5, True)
    assert str(taken("json", kind, written)).startswith("must be ")


def test_it_takes_a_whole_number_however_json_writes_it() -> None:
    assert taken("json", integer(0, 9), 5.0) == 5


@pytest.mark.parametrize("given", ["1969-12-31T23:59:59Z", "9000-01-01T00:00:00Z"])
def test_it_refuses_moments_of_other_ages(given: str) -> None:
    assert taken("json", moment(), given) == "must be of the years 1970 to 8999"


def test_it_takes_a_moment_in_small_letters() -> None:
    assert taken("json", moment(), "2026-11-21t12:00:00z").isoformat() == "2026-11-21T12:00:00+00:00"


@pytest.mark.parametrize("given", ["2026-11-21T12:00:00+08:00", "2026-11-21T12:00:00 08:00"])
def test_it_gives_moments_in_utc_and_takes_a_plus_that_became_a_space(given: str) -> None:
    assert taken("args", moment(), given).isoformat() == "2026-11-21T04:00:00+00:00"


@pytest.mark.parametrize(("kind", "given"), [(text(), "a\0b"), (mapping(), {"a": ["\0"]})])
def test_it_refuses_what_a_database_cannot_keep(kind: Kind, given: Any) -> None:
    assert "must not contain NUL" in taken("json", kind, given)


def test_a_choice_that_may_be_null_says_so_in_its_schema() -> None:
    (argument,) = Parser("json").add("it", choice("a", "b"), nullable=True).arguments
    assert described(argument) == {"type": ["string", "null"], "enum": ["a", "b", None]}


def test_a_name_that_no_answer_can_say_is_told_all_the_same() -> None:
    assert Parser("json").read({"\ud800": 1}) == ({}, {"?": "is not known here"})
