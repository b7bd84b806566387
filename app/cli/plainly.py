"""What an operator reads when the database or Redis is away: a sentence, never where in the code it was."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click
from redis import RedisError

from app.core.errors import CloudEyeError
from app.core.snowflake import NoWorkerNumberError
from app.models.errors import DATABASE_ERRORS, DATABASE_UNREADY

REDIS_AWAY = (RedisError, NoWorkerNumberError)
LOOK = "`flask doctor` says what to do"
_saying: set[Callable[..., Any]] = set()  # Commands are there once, however many applications take them.


def say_plainly(command: click.Command) -> None:
    """Let a command, or each of a group, end with a sentence and status 1 whatever it lacks."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            say_plainly(each)
    elif command.callback is not None and command.callback not in _saying:
        command.callback = _said(command.callback)
        _saying.add(command.callback)


def _said(act: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(act)
    def acted(*args: Any, **options: Any) -> Any:
        try:
            return act(*args, **options)
        except CloudEyeError as error:
            raise click.ClickException(error.msg) from error
        except REDIS_AWAY as error:
            raise _away("Redis", error) from error
        except DATABASE_ERRORS as error:
            why = getattr(error, "orig", None)
            if isinstance(why, REDIS_AWAY):  # A new row asks Redis for its id.
                raise _away("Redis", why) from error
            if isinstance(error, DATABASE_UNREADY):
                raise _away("the database", why or error) from error
            raise

    return acted


def _away(what: str, why: BaseException) -> click.ClickException:
    return click.ClickException(f"{what} cannot be used ({why}); {LOOK}")
