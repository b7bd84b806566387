"""Files to take away."""

from __future__ import annotations

from flask import Response


def attachment(name: str, media: str, data: bytes) -> Response:
    """What others may have written, as a file: whatever a browser makes of it, it is no page of ours."""
    response = Response(data, mimetype=media)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
