"""Two tabs, or two people, at the form of one thing: who saves later hears of what the earlier one changed.

A form says of which moment it is. Where the thing was changed since, nothing is saved, what was typed stays,
and the form is of now: saving once more means it.
"""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from markupsafe import Markup

from app.core.clock import to_ms
from app.core.errors import InvalidError

READ_MARK = "read_mark"


def _mark(thing: Any) -> str:
    return str(to_ms(thing.updated_at))


def read_mark(thing: Any) -> Markup:
    """The hidden field that says of which moment the form is; none for what is not there yet."""
    if thing is None:
        return Markup()
    return Markup('<input type="hidden" name="{}" value="{}">').format(READ_MARK, _mark(thing))


def refuse_overtaken(thing: Any) -> None:
    """`InvalidError` where a thing was changed after the form that is sent now was read."""
    seen = request.form.get(READ_MARK)
    if thing is not None and seen and seen != _mark(thing):
        raise InvalidError(
            {
                READ_MARK: _(
                    "It was changed while this form was open, by somebody else or in another tab. "
                    "What you typed is still here: saving once more puts it over that change."
                )
            }
        )
