"""What expressions cannot tell of a body: each function gives a proof, or None.

They are named by `judge` in the tables of `app/engine/bug/signatures`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from app.engine.bug.reading.excerpt import line_of
from app.engine.bug.types import Response

Judge = Callable[[str, Response], str | None]
_ASSIGNMENT = re.compile(r"(?:export )?[A-Za-z_][A-Za-z0-9_.]{1,60}[ ]{0,2}=.{0,2000}")
_SECRET_NAME = re.compile(
    r"(?i)(?:pass|pwd|secret|token|key|_url|_dsn|_host|_user|credential|database|^db_|^app_|^aws_)"
)
_MAX_ITEMS = 2_000
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PERSON_KEYS = frozenset(
    {"id", "_id", "uuid", "uid", "username", "user", "login", "name", "role", "first_name", "firstname"}
)
_INNER_KEYS = frozenset(
    {
        "role",
        "roles",
        "is_admin",
        "isadmin",
        "admin",
        "permissions",
        "phone",
        "ssn",
        "last_login",
        "lastlogin",
        "password",
    }
)
_PASSWORD_KEY = re.compile(
    r"(?i)^(?:hashed_?|encrypted_?)?(?:password|passwd|pwd|pass|password_?(?:hash|digest))$"
)
_SECRET_KEY = re.compile(
    r"(?i)(?:password|passwd|secret|private_?key|api_?key|access_?key|auth_?token|access_?token|client_?secret"
    r"|connection_?string|database_?url|db_?pass|dsn)"
)
_NO_SECRET = re.compile(
    r"(?i)^(?:\W*|null|none|true|false|x+|\*+|\.+|changeme|your.{0,40}|<.{0,60}>|\$\{.{0,80}\}|.{0,3})$"
)


def dotenv(text: str, _response: Response) -> str | None:
    """A file of nothing but `NAME=value` lines and comments, one of which says something worth hiding."""
    lines = [each.strip() for each in text[:20_000].splitlines()[:400]]
    lines = [each for each in lines if each and not each.startswith("#")]
    fitting = [each for each in lines if _ASSIGNMENT.fullmatch(each)]
    if not fitting or len(fitting) < 0.7 * len(lines):
        return None
    telling = [each for each in fitting if _SECRET_NAME.search(each.partition("=")[0])]
    if not telling and len(fitting) < 2:
        return None
    shown = (telling or fitting)[0]
    return line_of(shown, 0, len(shown))


def users(text: str, _response: Response) -> str | None:
    """A JSON list of accounts with their e-mail addresses."""
    people = [each for each in _objects(text) if _is_person(each)]
    if not people:
        return None
    return f"{len(people)} accounts with the fields {', '.join(list(map(str, people[0]))[:12])}"[:280]


def users_with_passwords(text: str, response: Response) -> str | None:
    """A JSON list of accounts with passwords or their hashes."""
    for each in _objects(text):
        for key, value in each.items():
            if _PASSWORD_KEY.match(str(key)) and isinstance(value, str) and not _NO_SECRET.match(value[:200]):
                return f'accounts with the field "{key}"; ' + (users(text, response) or "")
    return None


def secrets(text: str, _response: Response) -> str | None:
    """A JSON object that holds, at any depth, a password, key or token."""
    for key, value in _pairs(_loaded(text)):
        if _SECRET_KEY.search(key) and isinstance(value, str) and not _NO_SECRET.match(value[:200]):
            return f'the field "{key[:60]}" has a value of {len(value)} characters'
    return None


def source_map(text: str, _response: Response) -> str | None:
    """A source map, revision 3, that names sources."""
    found = re.search(r'"sources"\s{0,5}:\s{0,5}\[\s{0,20}"([^"]{1,200})"', text)
    return f"sources: {found[1]}, …" if found else None


def _is_person(value: dict[str, Any]) -> bool:
    """Somebody with an e-mail address; or an account by its name and what only its keeper should know."""
    keys = {str(key).lower() for key in value}
    if keys & {"username", "login"} and keys & _INNER_KEYS:
        return True
    has_email = any(
        "mail" in str(key).lower() and isinstance(each, str) and _EMAIL.fullmatch(each[:200])
        for key, each in value.items()
    )
    return has_email and bool(keys & _PERSON_KEYS)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON list, also of one inside an object (`{"users": [...]}`)."""
    value = _loaded(text)
    lists = [value] if isinstance(value, list) else []
    if isinstance(value, dict):
        for each in list(value.values())[:20]:
            lists += [each] if isinstance(each, list) else []
            lists += (
                [inner for inner in each.values() if isinstance(inner, list)]
                if isinstance(each, dict)
                else []
            )
    for items in lists:
        yield from (each for each in items[:_MAX_ITEMS] if isinstance(each, dict))


def _pairs(value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    if depth > 6:
        return
    if isinstance(value, dict):
        for key, each in list(value.items())[:_MAX_ITEMS]:
            yield str(key), each
            yield from _pairs(each, depth + 1)
    elif isinstance(value, list):
        for each in value[:50]:
            yield from _pairs(each, depth + 1)


def _loaded(text: str) -> Any:
    """The JSON value; of a list that was cut, what came until the last whole object."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if not text.lstrip().startswith("[") or "}" not in text:
        return None
    try:
        return json.loads(text[: text.rindex("}") + 1] + "]")
    except (ValueError, RecursionError):
        return None


JUDGES: dict[str, Judge] = {
    "dotenv": dotenv,
    "users": users,
    "users_with_passwords": users_with_passwords,
    "secrets": secrets,
    "source_map": source_map,
}
