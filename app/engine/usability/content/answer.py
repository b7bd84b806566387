"""An answer over HTTP, ready to be judged, quoted and picked from."""

from __future__ import annotations

from functools import cached_property

from app.engine.usability.http.body import decompressed, header_text, header_value, text_of

_NOT_TEXT = ("image/", "audio/", "video/", "font/", "application/octet-stream", "application/zip")
_QUOTED_BYTES = 16_384


class Answer:
    """`lines` are the raw lines of the last block of headers; `body` is as it came, `limit` bytes at most.

    `is_cut` says that the body has more than `size` bytes, nobody knows how many. `url` is the address that
    answered, `took_ms` the time since the check began, `days_left` what the certificate still has.
    """

    def __init__(
        self,
        status: int,
        url: str,
        lines: list[bytes],
        body: bytes,
        *,
        limit: int,
        content_type: str = "",
        size: int = 0,
        is_cut: bool = False,
        took_ms: float = 0.0,
        redirects: int = 0,
        days_left: float | None = None,
    ) -> None:
        self.status = status
        self.url = url
        self.lines = lines
        self.body = body
        self.limit = limit
        self.content_type = content_type
        self.size = size
        self.is_cut = is_cut
        self.took_ms = took_ms
        self.redirects = redirects
        self.days_left = days_left

    @cached_property
    def text(self) -> str:
        """The body as text. Raises BodyUnreadableError."""
        encoding = header_value(self.lines, b"content-encoding")
        return text_of(decompressed(self.body, encoding, self.limit), self.content_type)

    @property
    def markup(self) -> str:
        """The text to look for XPaths and selectors in: what is XML by its type alone says so itself here.

        XHTML is read like any other page, so that its names need no namespace. Raises BodyUnreadableError.
        """
        kind = self.content_type.partition(";")[0].strip().lower()
        if not kind.endswith(("/xml", "+xml")) or kind == "application/xhtml+xml":
            return self.text
        text = self.text.lstrip()
        return text if text.startswith("<?xml") or not text else '<?xml version="1.0"?>' + text

    def header(self, name: str) -> str | None:
        """The header's values, joined by commas (RFC 9110, 5.2); None when there is none."""
        wanted = name.lower().encode("latin-1", "replace") + b":"
        found = [line for line in self.lines if line.lower().startswith(wanted)]
        values = [header_text(line.split(b":", 1)[1].strip()) for line in found]
        return ", ".join(values) if values else None

    def excerpt(self, length: int = 2000) -> str:
        """The beginning of the text for people; empty when it is none or cannot be read. Never raises."""
        if self.content_type.lower().startswith(_NOT_TEXT):
            return ""
        text = self._beginning()
        if "\x00" in text or text.count("\ufffd") > len(text) // 20:
            return ""
        return "".join(
            char if char.isprintable() or char in "\n\t" else " " for char in text[:length]
        ).strip()

    def _beginning(self) -> str:
        encoding = header_value(self.lines, b"content-encoding")
        try:
            body = decompressed(self.body, encoding, min(self.limit, _QUOTED_BYTES))
        except Exception:  # Whatever a stranger's bytes do: there is nothing to quote then.
            return ""
        return text_of(body, self.content_type)


def last_block(lines: list[bytes]) -> list[bytes]:
    """The headers of the last answer among those of a transfer (a proxy's, a 100, a 401 come before)."""
    starts = [place for place, line in enumerate(lines) if line.startswith(b"HTTP/")]
    return lines[starts[-1] :] if starts else lines
