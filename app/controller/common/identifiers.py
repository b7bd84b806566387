"""Ids in addresses: `<id:site_id>` takes what can be one of ours, and anything else is not found."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

HIGHEST = 2**63 - 1


class IdConverter(BaseConverter):
    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        if int(value) > HIGHEST:
            raise ValidationError
        return int(value)


def init_app(app: Flask) -> None:
    app.url_map.converters["id"] = IdConverter
