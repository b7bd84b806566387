"""Settings that change while CloudEye runs."""

from __future__ import annotations

import pytest
import redis
from flask import Flask

from app.core.errors import InvalidError, NotFoundError
from app.service.setting import forget_settings, get_setting, set_setting


def test_it_is_its_default_until_set(app: Flask) -> None:
    assert get_setting("result_days") == 90


def test_a_change_is_seen_and_can_be_taken_back(app: Flask) -> None:
    set_setting("result_days", 60)
    assert get_setting("result_days") == 60
    set_setting("result_days", None)
    assert get_setting("result_days") == 90


def test_the_database_stands_behind_the_cache(app: Flask, redis_client: redis.Redis) -> None:
    set_setting("result_days", 60)
    redis_client.flushall()
    forget_settings()
    assert get_setting("result_days") == 60
    assert redis_client.get("setting:result_days") == b"60"


@pytest.mark.parametrize("value", [1, "30", True, 9999])
def test_it_refuses_what_it_may_not_be(app: Flask, value: object) -> None:
    with pytest.raises(InvalidError, match="result_days"):
        set_setting("result_days", value)


def test_it_names_the_settings_there_are(app: Flask) -> None:
    with pytest.raises(NotFoundError, match="result_days"):
        get_setting("nonsense")
