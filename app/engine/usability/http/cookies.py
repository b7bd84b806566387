"""Cookies between the requests of one check, as a browser would keep them; nothing is kept for the next."""

from __future__ import annotations

from email.message import Message
from http.cookiejar import CookieJar
from urllib.request import Request

from app.engine.usability.http.body import header_text

_MAX_LINES = 60


class _Headers:
    """What the standard library's jar asks of an answer."""

    def __init__(self, values: list[str]) -> None:
        self._message = Message()
        for value in values:
            self._message["Set-Cookie"] = value

    def info(self) -> Message:
        return self._message


class Jar:
    """`take` what an answer sets, give it back by `header`."""

    def __init__(self) -> None:
        self._jar = CookieJar()

    def take(self, url: str, lines: list[bytes]) -> None:
        """Keep the cookies of an answer's raw header lines."""
        set_lines = [line for line in lines if line[:11].lower() == b"set-cookie:"][:_MAX_LINES]
        if set_lines:
            values = [line[11:].strip().decode("latin-1") for line in set_lines]
            self._jar.extract_cookies(_Headers(values), Request(url))  # type: ignore[arg-type]  # noqa: S310

    def header(self, url: str) -> str:
        """The value of the Cookie header for a request, a character a byte; empty when there is none."""
        request = Request(url)  # noqa: S310 # It is never opened.
        self._jar.add_cookie_header(request)
        return request.get_header("Cookie") or ""

    def get(self, name: str) -> str | None:
        """The value of a cookie of this name, the latest."""
        found = [each.value for each in self._jar if each.name == name]
        return _text(found[-1]) if found and found[-1] is not None else None

    @property
    def values(self) -> tuple[str, ...]:
        """All values, so that none is told."""
        return tuple(_text(each.value) for each in self._jar if each.value)


def _text(value: str) -> str:
    """A value of the jar, which holds a character a byte, as people read it."""
    return header_text(value.encode("latin-1"))
