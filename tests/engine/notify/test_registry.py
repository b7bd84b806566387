"""The kinds are found by themselves and describe their own forms."""

from __future__ import annotations

import pytest

from app.engine.notify.registry import UnknownKindError, all_kinds, get_kind, is_permanent


def test_the_kinds_are_found_by_themselves() -> None:
    assert {"apprise", "webhook"} <= {kind.name for kind in all_kinds()}


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(UnknownKindError, match="pigeon"):
        get_kind("pigeon")


def test_each_kind_speaks_both_languages() -> None:
    for kind in all_kinds():
        assert set(kind.title) == set(kind.doc) == {"en", "zh"}
        for field in kind.schema()["properties"].values():
            assert field["title"] and field["zh"]["title"]


def test_secrets_are_known_from_the_schema() -> None:
    assert get_kind("webhook").secret_names() == {"secret"}
    assert get_kind("apprise").secret_names() == {"url"}


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
def test_what_a_receiver_refuses_for_ever_is_permanent(status: int) -> None:
    assert is_permanent(status)


@pytest.mark.parametrize("status", [200, 301, 408, 425, 429, 500, 503])
def test_what_may_be_taken_later_is_not_permanent(status: int) -> None:
    assert not is_permanent(status)
