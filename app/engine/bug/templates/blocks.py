"""One entry of a template's `http`, read and judged: what would be asked, and how answers are looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from app.engine.bug.templates.addresses import NAMES
from app.engine.bug.templates.fields import Fields
from app.engine.bug.templates.nodes import Node
from app.engine.bug.templates.operators import read_operators
from app.engine.bug.templates.placeholders import placeholders, unknown_name
from app.engine.bug.templates.raw import read_raw
from app.engine.bug.templates.types import Attack, Block, Operators, Options, RefusedError, Step

READ_ONLY = frozenset(("GET", "HEAD", "OPTIONS"))
MAX_STEPS = 500
MAX_VALUES = 5_000
MAX_REDIRECTS = 10
_MAX_PLACEHOLDERS = 300
_RANDOM = re.compile(r"randstr(?:_\d+)?")
_OF_ANSWER = re.compile(r"[a-z][a-z0-9_]*_\d+|(?:http_\w+)")
_OWN_HOST = re.compile(r"\{\{\s*(?:Hostname|Host|FQDN)\s*\}\}(?::(?:\{\{\s*Port\s*\}\}|\d+))?", re.I)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://([^/?#]*)", re.I)
_REFUSED: Mapping[str, str] = {
    "unsafe": "unsafe",
    "pipeline": "unsafe",
    "race": "unsafe",
    "race_count": "unsafe",
    "self-contained": "self-contained",
    "fuzzing": "fuzzing",
    "pre-condition": "fuzzing",
    "analyzer": "fuzzing",
    "global-matchers": "fuzzing",
}
"""Fields whose being there (unless `false`) refuses the template, with the reason."""
_ATTACKS = ("batteringram", "pitchfork", "clusterbomb")


def read_block(table: Any, options: Options) -> Block:
    """Raises RefusedError, naming what is not supported. Names of variables are checked by `check_names`."""
    fields = Fields(table, "request")
    _refuse(fields)
    block = Block(
        id=fields.text("id").strip() or fields.text("name").strip(),
        operators=read_operators(fields),
        payloads=_payloads(fields, options),
        attack=_attack(fields),
        redirects=_redirects(fields),
        keeps_cookies=not fields.flag("disable-cookie"),
        stops_at_first=fields.flag("stop-at-first-match"),
        iterates_all=fields.flag("iterate-all"),
        allows_unresolved=fields.flag("skip-variables-check"),
        max_size=fields.number("max-size"),
        steps=tuple(_steps(fields)),
    )
    # Cookies are kept within a template and answers numbered in any case; threads are the scan's affair.
    fields.ignore(
        "cookie-reuse",
        "req-condition",
        "threads",
        "read-all",
        "max-workers",
        "name",
        "id",
    )
    fields.end()
    for step in block.steps:
        _check_step(step, options)
    return block


def _refuse(fields: Fields) -> None:
    for name, reason in _REFUSED.items():
        if name in fields and fields.take(name) not in ("false", "", None):
            raise RefusedError(reason, name)


def _redirects(fields: Fields) -> int:
    follows = fields.flag("redirects")
    follows = fields.flag("host-redirects") or follows
    most = fields.number("max-redirects", MAX_REDIRECTS)
    return min(most or MAX_REDIRECTS, MAX_REDIRECTS) if follows else 0


def _attack(fields: Fields) -> Attack:
    word = fields.word("attack", "batteringram")
    if word not in _ATTACKS:
        raise RefusedError("request", f"attack: {word[:50]}")
    return cast(Attack, word)


def _payloads(fields: Fields, options: Options) -> dict[str, tuple[str, ...]]:
    table = fields.take("payloads")
    if table in (None, "", {}):
        return {}
    if not isinstance(table, dict):
        raise RefusedError("request", "payloads")
    if not options.allow_writes:
        raise RefusedError("payloads", ", ".join(map(str, table)))
    return {str(name): _values(value, options) for name, value in table.items()}


def _values(value: Any, options: Options) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)[:MAX_VALUES]
    if not isinstance(value, str):
        raise RefusedError("request", "payloads")
    lines = value.split("\n") if "\n" in value.strip() else _lines(value.strip(), options)
    return tuple(line.rstrip("\r") for line in lines if line.strip())[:MAX_VALUES]


def _lines(name: str, options: Options) -> list[str]:
    data = options.read(name) if options.read is not None else None
    if data is None:
        raise RefusedError("payload-file", name)
    return data.decode("utf-8", "replace").split("\n")


def _steps(fields: Fields) -> Iterator[Step]:
    raw, paths = fields.texts("raw"), fields.texts("path")
    method = fields.text("method", "GET").strip().upper() or "GET"
    headers, body = fields.pairs("headers"), fields.text("body")
    merges = not fields.flag("disable-path-automerge")
    if bool(raw) == bool(paths):
        raise RefusedError("request", "either path or raw is needed")
    if len(raw) + len(paths) > MAX_STEPS:
        raise RefusedError("size", "too many requests")
    for text in raw:
        step = read_raw(text)
        # A raw path stands below the address that is scanned, unless the template says that it does not.
        target = step.target if merges or not step.target.startswith("/") else "{{RootURL}}" + step.target
        yield replace(step, headers=step.headers + headers, target=target)
    for path in paths:
        yield Step(method, path.strip(), headers, body)


def _check_step(step: Step, options: Options) -> None:
    if not re.fullmatch(r"[A-Z]{3,20}", step.method):
        raise RefusedError("method", step.method)
    if step.method not in READ_ONLY and not options.allow_writes:
        raise RefusedError("method", step.method)
    found = _ADDRESS.match(step.target)
    if found and "{{" not in found[1]:
        raise RefusedError("other-host", found[1])
    for name, value in step.headers:
        is_foreign = name.lower() == "host" and not _OWN_HOST.fullmatch(value.strip())
        if is_foreign and not options.allow_host_header:
            raise RefusedError("host-header", value.strip())


def _texts(step: Step) -> tuple[str, ...]:
    return (step.target, step.body, *(text for pair in step.headers for text in pair))


def check_names(block: Block, known: frozenset[str]) -> None:
    """Raises RefusedError for a placeholder that nothing will ever fill, and for functions not supported."""
    for step in block.steps:
        for text in _texts(step):
            check_text(text, known | NAMES, block.allows_unresolved)


def check_text(text: str, known: frozenset[str], allows_unresolved: bool = False) -> None:
    if text.count("{{") > _MAX_PLACEHOLDERS:
        raise RefusedError("size", "too many placeholders")
    for _, node in placeholders(text):
        if isinstance(node, RefusedError):
            if node.reason == "function" and not allows_unresolved:
                raise node
            continue
        name = _missing(node, known)
        if name and not allows_unresolved:
            raise RefusedError("variable", name)


def _missing(node: Node, known: frozenset[str]) -> str:
    name = unknown_name(node, known)
    while name and (_RANDOM.fullmatch(name) or _OF_ANSWER.fullmatch(name)):
        known = known | {name}
        name = unknown_name(node, known)
    return name


def names_given(operators: Operators) -> frozenset[str]:
    return frozenset(extractor.name for extractor in operators.extractors if extractor.name)
