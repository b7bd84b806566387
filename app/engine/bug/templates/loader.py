"""From a template's bytes to what runs, or to the reason why it is refused, whatever the bytes are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.engine.bug.templates.addresses import NAMES
from app.engine.bug.templates.answers import names_of_answer
from app.engine.bug.templates.blocks import check_names, check_text, names_given, read_block
from app.engine.bug.templates.document import read_document
from app.engine.bug.templates.fields import Fields
from app.engine.bug.templates.flow import Flow, read_flow
from app.engine.bug.templates.info import read_info
from app.engine.bug.templates.types import Block, Options, Refused, RefusedError, Template

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.–-]{0,127}")
_PROTOCOLS = (
    "code", "javascript", "file", "headless", "dns", "network", "tcp", "ssl", "websocket", "whois", "mobile",
)  # fmt: skip
_HARMFUL = frozenset(("bruteforce", "brute-force", "dos", "intrusive"))
_MAX_BLOCKS = 50
_PLAIN = Options()


def load(data: bytes, options: Options = _PLAIN) -> Template | Refused:
    """The template, or why it will not run. Never raises, whatever the bytes are."""
    identifier = ""
    try:
        document = read_document(data)
        identifier = _id(document.get("id"))
        return _template(identifier, document, options)
    except RefusedError as error:
        return Refused(identifier, error.reason, error.what)
    except RecursionError:
        return Refused(identifier, "size", "nested too deeply")


def validate(data: bytes, options: Options = _PLAIN) -> Refused | None:
    """Why the template would be refused, None when it would run."""
    loaded = load(data, options)
    return loaded if isinstance(loaded, Refused) else None


def _id(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not _ID.fullmatch(text):
        raise RefusedError("id", text[:100])
    return text.replace("–", "-")


def _template(identifier: str, document: dict[str, Any], options: Options) -> Template:
    fields = Fields(document)
    _refuse(fields)
    fields.ignore("id")
    info = read_info(fields.take("info"))
    harm = sorted(info.tags & _HARMFUL)
    if harm and not options.allow_writes:
        raise RefusedError("intrusive", ", ".join(harm))
    variables = options.variables + fields.pairs("constants") + fields.pairs("variables")
    flow = _flow(fields)
    tables = fields.tables("http") + fields.tables("requests")
    stops = fields.flag("stop-at-first-match")
    fields.end()
    _refuse_out_of_band([tables, list(variables)])
    if not tables:
        raise RefusedError("protocol", "no http")
    if len(tables) > _MAX_BLOCKS:
        raise RefusedError("size", "too many requests")
    blocks = tuple(read_block(table, options) for table in tables)
    _check_names(blocks, variables)
    _check_flow(flow, blocks)
    return Template(identifier, info, blocks, variables, flow, stops)


def _refuse(fields: Fields) -> None:
    for name in fields.names():
        if name in _PROTOCOLS:
            raise RefusedError("protocol", name)
        if name in ("workflows", "workflow"):
            raise RefusedError("workflow", name)
    if fields.flag("self-contained"):
        raise RefusedError("self-contained")


def _flow(fields: Fields) -> Flow | None:
    text = fields.text("flow").strip()
    return read_flow(text) if text else None


def _refuse_out_of_band(value: Any) -> None:
    for text in _strings(value):
        if "interactsh" in text.lower():
            raise RefusedError("out-of-band", "interactsh")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)


def _check_names(blocks: tuple[Block, ...], variables: tuple[tuple[str, str], ...]) -> None:
    """A name that any block's extractors give may be used by all: which comes first is the flow's affair."""
    known = NAMES.union(*(names_given(block.operators) for block in blocks), (name for name, _ in variables))
    known = known.union(*(names_of_answer(block.id) for block in blocks if block.id))
    for _, text in variables:
        check_text(text, known.union(*(block.payloads for block in blocks)))
    for block in blocks:
        check_names(block, known | block.payloads.keys())


def _check_flow(flow: Flow | None, blocks: tuple[Block, ...]) -> None:
    known = {block.id for block in blocks if block.id} | {str(number) for number in range(1, len(blocks) + 1)}
    for wanted in flow.ids() if flow is not None else ():
        if wanted not in known:
            raise RefusedError("flow", f"http({wanted})")
