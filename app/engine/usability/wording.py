"""What a configuration's field says beyond pydantic's own words."""

from __future__ import annotations

from typing import Any

from pydantic.config import JsonDict

Shown = JsonDict


def shown(title: str, description: str, widget: str, group: str, **more: Any) -> Shown:
    """`json_schema_extra` of a field: its words in Chinese, how it is drawn, and under which heading."""
    return {"zh": {"title": title, "description": description}, "widget": widget, "group": group, **more}
