"""What machines of the installation ask."""

from __future__ import annotations

from app.service.permission.roles import PUBLIC

RULES: dict[tuple[str, str], str] = {
    # It asks for a token of its own.
    ("metrics.show", "GET"): PUBLIC,
}
