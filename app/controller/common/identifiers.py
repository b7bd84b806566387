"""Ids in addresses: `<id:site_id>` takes what can be one of ours, and anything else is not found.

So does `<key:key>`, the name of a log-in on its user's list: a session's or, by tokens, an id. It takes no
word, for words stand beside it.
"""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

HIGHEST = 2**63 - 1
KEY = "[0-9a-f]{16}|[1-9][0-9]{16,18}"


class IdConverter(BaseConverter):
    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        if int(value) > HIGHEST:
            raise ValidationError
        return int(value)


class KeyConverter(BaseConverter):
    regex = KEY


def init_app(app: Flask) -> None:
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["key"] = KeyConverter
