"""An answer as the values that matchers, extractors and expressions know it by."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from app.engine.bug.reading.cookies import parse_cookie
from app.engine.bug.templates.texts import to_text
from app.engine.bug.types import Response

NAMES = (
    "body",
    "header",
    "all_headers",
    "all",
    "raw",
    "response",
    "status_code",
    "content_length",
    "duration",
)
_MAX_HEADERS = 200
_CHINESE = ("gbk", "gb2312", "gb18030")


def values_of(response: Response, number: int = 0, max_size: int = 0) -> dict[str, Any]:
    """body, header (all_headers), all, raw (response), status_code, content_length, content_type, duration in
    seconds, request, each header in lower case with underscores, each cookie; all again with `_<number>`.
    """
    body = _body(response, max_size)
    headers = _headers(response)
    values: dict[str, Any] = {
        **_cookies(response),
        **_named(response),
        "body": body,
        "header": headers,
        "all_headers": headers,
        "all": body + headers,
        "raw": f"{headers}\r\n{body}",
        "response": f"{headers}\r\n{body}",
        "request": _request(response),
        "status_code": float(response.status),
        "content_length": float(len(response.body)),
        "duration": response.elapsed_ms / 1_000,
        "host": response.url,
        "matched": response.url,
        "type": "http",
        "ip": response.address,
    }
    if number:
        values |= {f"{name}_{number}": value for name, value in values.items()}
    return values


def names_of_answer(identifier: str) -> frozenset[str]:
    """By which names later requests know the answer of the block of this id: `first_status_code`."""
    return frozenset(f"{identifier}_{name}" for name in NAMES)


def named_values(identifier: str, response: Response) -> dict[str, Any]:
    return {f"{identifier}_{name}": value for name, value in values_of(response).items()}


def _body(response: Response, max_size: int) -> str:
    data = response.body[:max_size] if max_size else response.body
    if any(name in response.header("content-type").lower() for name in _CHINESE):
        return response.text[: max_size or None]
    return to_text(data)


def _headers(response: Response) -> str:
    """Status line and headers, their names in the canonical case of Go: `content-type` is `Content-Type`."""
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = ""
    version = {"1.0": "HTTP/1.0", "2": "HTTP/2.0", "3": "HTTP/3.0"}.get(response.http_version, "HTTP/1.1")
    lines = [f"{version} {response.status:03d} {phrase}".rstrip()]
    lines += [f"{_canonical(name)}: {value}" for name, value in response.headers[:_MAX_HEADERS]]
    return "\r\n".join(lines) + "\r\n"


def _canonical(name: str) -> str:
    return "-".join(part[:1].upper() + part[1:].lower() for part in name.split("-"))


def _named(response: Response) -> dict[str, Any]:
    found: dict[str, str] = {}
    for name, value in response.headers[:_MAX_HEADERS]:
        key = name.strip().lower().replace("-", "_")
        found[key] = f"{found[key]} {value}" if key in found else value
    return dict(found)


def _cookies(response: Response) -> dict[str, Any]:
    """Cookies that the answer sets, by name in lower case; a deleted one has an empty value."""
    lines = response.values("set-cookie")[:_MAX_HEADERS]
    cookies = (parse_cookie(line, response.at) for line in lines)
    return {each.name.lower(): "" if each.is_deleted else each.value for each in cookies if each is not None}


def _request(response: Response) -> str:
    asked = response.request
    headers = "".join(f"{name}: {value}\r\n" for name, value in asked.headers)
    return f"{asked.method} {asked.url} HTTP/1.1\r\n{headers}\r\n{to_text(asked.body)}"
