"""Why a template is refused, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

REFUSALS = {
    "alias": _l("its YAML uses aliases"),
    "annotation": _l("an annotation of a raw request is not supported"),
    "expression": _l("an expression cannot be read"),
    "extractor": _l("an extractor cannot be read"),
    "field": _l("a field is not supported"),
    "flow": _l("its flow is JavaScript, or cannot be read"),
    "fuzzing": _l("it fuzzes requests that exist"),
    "function": _l("a function is not supported"),
    "host-header": _l("it sends a foreign Host header, which the owner has not consented to"),
    "id": _l("it has no usable id"),
    "info": _l("it has no usable info"),
    "intrusive": _l("it is tagged as one that may do harm"),
    "json": _l("a JSON query goes beyond paths"),
    "matcher": _l("a matcher cannot be read"),
    "method": _l("its method may change something"),
    "other-host": _l("it asks another host"),
    "out-of-band": _l("it needs a server that the site calls back"),
    "payload-file": _l("a file with payloads is not beside it"),
    "payloads": _l("it carries payloads"),
    "protocol": _l("it speaks another protocol than HTTP"),
    "regex": _l("a regular expression is not one of RE2"),
    "request": _l("a request cannot be read"),
    "self-contained": _l("it brings its own target"),
    "size": _l("it is too large"),
    "unsafe": _l("a request is malformed on purpose"),
    "variable": _l("nobody gives one of its variables"),
    "workflow": _l("it is a workflow"),
    "xpath": _l("an XPath cannot be read"),
    "yaml": _l("it is no YAML of a template"),
}
