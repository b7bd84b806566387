"""`flask location …`: enter a location at the prompt, give it another key, switch it off, take it out."""

from __future__ import annotations

import re

import redis
from flask import Flask

from app.core.signing import given_key
from app.service.location import known
from app.service.location.refused import DEAD, UNRECORDABLE, bury


def said(app: Flask, *words: str, status: int = 0) -> str:
    done = app.test_cli_runner().invoke(args=["location", *words])
    assert done.exit_code == status, done.output
    return done.output


def key_in(text: str) -> str:
    found = re.search(r"CLOUDEYE_LOCATION_KEY=(\S+)", text)
    assert found is not None
    return found.group(1)


def test_it_enters_a_location_and_prints_how_a_probe_is_started(app: Flask) -> None:
    text = said(app, "add", "paris", "--name", "Paris", "--control", "dns://192.0.2.1")
    assert "-Q probe.paris" in text and known.key_of("paris") == given_key(key_in(text))
    assert known.control_targets_of("paris") == ("dns://192.0.2.1",)


def test_it_lists_what_there_is(app: Flask) -> None:
    said(app, "add", "paris")
    lines = said(app, "list").splitlines()
    assert "default" in lines[0] and "this installation" in lines[0] and "never" in lines[1]


def test_another_key_is_printed(app: Flask) -> None:
    old = key_in(said(app, "add", "paris"))
    assert key_in(said(app, "rotate", "paris")) != old


def test_it_switches_a_location_off_and_on(app: Flask) -> None:
    said(app, "add", "paris")
    said(app, "disable", "paris")
    assert "paris" not in known.enabled_codes()
    said(app, "enable", "paris")
    assert "paris" in known.enabled_codes()


def test_it_takes_a_location_out(app: Flask) -> None:
    said(app, "add", "paris")
    assert "0 monitors" in said(app, "delete", "paris")
    assert "there is no location paris" in said(app, "rotate", "paris", status=1)


def test_it_says_what_cannot_be_done(app: Flask) -> None:
    assert "code" in said(app, "add", "New York", status=1)
    assert "own location" in said(app, "rotate", "default", status=1)


def test_it_clears_what_was_refused(app: Flask) -> None:
    bury(["paris", 1, "ab", "[]"], "bad_signature", "paris")
    assert "1 refused" in said(app, "clear")
    assert "0 refused" in said(app, "clear")


def test_it_gives_the_recorder_again_what_it_failed_at_and_nothing_else(
    app: Flask, redis_client: redis.Redis
) -> None:
    bury(["default", 1, "ab", "[]"], UNRECORDABLE, "", is_whole=True)
    bury(["paris", 1, "ab", "[]"], "bad_signature", "paris")
    assert "1 messages" in said(app, "again")
    assert redis_client.llen("record") == 1
    assert "0 messages" in said(app, "again")
    assert redis_client.llen(DEAD) == 1
