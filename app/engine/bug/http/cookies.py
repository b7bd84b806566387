"""Cookies of the one host that is scanned, kept as a browser would, paths and domains aside."""

from __future__ import annotations

from dataclasses import replace

from app.engine.bug.reading.cookies import parse_cookie
from app.engine.bug.types import Headers, Request, Response

_MOST = 50
_MOST_LINES = 200
_MOST_CHARACTERS = 4_096


class Jar:
    """Learns what answers set and forgets what they delete."""

    def __init__(self, *answers: Response) -> None:
        self._cookies: dict[str, str] = {}
        self.learn(*answers)

    def learn(self, *answers: Response) -> None:
        for answer in answers:
            for line in answer.values("set-cookie")[:_MOST_LINES]:
                cookie = parse_cookie(line, answer.at)
                if cookie is None:
                    continue
                if cookie.is_deleted:
                    self._cookies.pop(cookie.name, None)
                elif len(self._cookies) < _MOST or cookie.name in self._cookies:
                    self._cookies[cookie.name] = cookie.value[:_MOST_CHARACTERS]

    @property
    def headers(self) -> Headers:
        """The one that sends them back; none when there are none."""
        pairs = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return (("Cookie", pairs),) if pairs else ()

    def added_to(self, request: Request) -> Request:
        """The request with the cookies that it does not name itself."""
        own = next((value for name, value in request.headers if name.lower() == "cookie"), "")
        named = {part.partition("=")[0].strip() for part in own.split(";")}
        more = [f"{name}={value}" for name, value in self._cookies.items() if name not in named]
        if not more:
            return request
        others = tuple(pair for pair in request.headers if pair[0].lower() != "cookie")
        return replace(request, headers=(*others, ("Cookie", "; ".join([*([own] if own else []), *more]))))
