"""A case of `flask bug headers --jsonl` as what the tests look at, and their results as its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.engine.bug.observatory import Answer, Graded, Preload, Seen


class CaseError(ValueError):
    """The case cannot be used; the message names the member."""


def seen_of(case: Mapping[str, Any]) -> Seen:
    """Raises CaseError."""
    return Seen(
        site=_member(case, "site", _text),
        scheme=_member(case, "auto", _text, ""),
        http=_member(case, "http", _answer, None),
        https=_member(case, "https", _answer, None),
        http_route=_member(case, "http_redirects", _route, ()),
        https_route=_member(case, "https_redirects", _route, ()),
        cors=_member(case, "cors", _answer, None),
        cors_origin=_text((case.get("cors") or {}).get("origin") or ""),
        set_cookie=_member(case, "set_cookie", _texts, ()),
        body=_member(case, "body", _text, ""),
        preload=_member(case, "hsts_preload", _preload, {}),
    )


def document_of(graded: Graded) -> dict[str, Any]:
    return {
        "score": graded.score,
        "grade": graded.grade,
        "tests": {
            name: {"result": test.result, "pass": test.passed, "modifier": test.modifier}
            for name, test in graded.tests.items()
        },
    }


_REQUIRED = object()


def _member(case: Mapping[str, Any], name: str, read: Callable[[Any], Any], default: Any = _REQUIRED) -> Any:
    value = case.get(name)
    if value is None:
        if default is _REQUIRED:
            raise CaseError(f"{name}: is missing")
        return default
    try:
        return read(value)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise CaseError(f"{name}: {error}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a string is needed")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("an array of strings is needed")
    return tuple(map(_text, value))


def _answer(value: Any) -> Answer:
    headers = tuple((_text(name), _text(each)) for name, each in value.get("headers") or ())
    return Answer(int(value["status"]), headers, bool(value.get("verified", True)))


def _route(value: Any) -> tuple[str, ...]:
    return tuple(_text(hop[0]) for hop in value)


def _preload(value: Any) -> dict[str, Preload]:
    return {
        host: Preload(str(entry.get("mode", "")), bool(entry.get("includeSubDomains")))
        for host, entry in value.items()
    }
