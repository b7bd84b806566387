"""Expressions of users over texts of strangers: JSONPath, XPath, CSS and regular expressions, all bounded.

Each kind is bounded in its own way, since neither side is trusted: a regular expression by time (the
library `regex` looks at the clock while it searches), a JSONPath by its form (nothing that visits a node more
than a few times), an XPath by its form and by what it would cost on the page, all by length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from math import prod
from typing import TYPE_CHECKING, Any, Protocol

from app.engine.usability.content.bounds import Reach, measured, reach_of
from app.engine.usability.content.repeats import written_out

if TYPE_CHECKING:
    from jsonpath_rfc9535 import JSONPathQuery

MAX_EXPRESSION = 500
MAX_VALUES = 1000
_REGEX_SECONDS = 0.2
_MAX_WRITTEN_OUT = 20_000
_MAX_ELEMENTS = 50_000
# Where each element may look at all its siblings.
_MAX_SIBLINGS = 4_000
_MAX_TREE_TEXT = 1_000_000
_MAX_BRANCHES = 8
# Of a JSONPath: about 0.4 µs each, a filter looks closer.
_MAX_JSON_STEPS = 800_000
_STEPS_OF_FILTER = 3
# Axes that may visit the whole page from every element.
_WIDE_AXIS = re.compile(r"\b(?:following|preceding|ancestor|descendant)(?:-sibling|-or-self)?\s*::")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")

Found = list[Any]


class PatternError(ValueError):
    """An expression that cannot be used; the message is a sentence."""


class UnjudgedError(Exception):
    """The answer could not be looked through within the bounds; the message says why, in few words."""


class UnreadableError(Exception):
    """The answer is not what the expression is for; the message says why, in few words."""


class Finder(Protocol):
    """Something that finds values in a text."""

    def __call__(self, text: str) -> Found: ...


@lru_cache(maxsize=2000)
def compiled_regex(expression: str) -> Finder:
    """Finds the first match: its first group where it has one, else the whole. Raises PatternError."""
    import regex

    if written_out(_bounded(expression)) > _MAX_WRITTEN_OUT:
        raise PatternError("This regular expression repeats too much.")
    try:
        pattern = regex.compile(expression, regex.VERSION0 | regex.MULTILINE)
    except (regex.error, RecursionError, OverflowError) as error:
        raise PatternError(f"This regular expression cannot be used: {error}.") from None

    def find(text: str) -> Found:
        try:
            match = pattern.search(text, timeout=_REGEX_SECONDS, concurrent=True)
        except TimeoutError:
            raise UnjudgedError("the regular expression took too long") from None
        if match is None:
            return []
        return [match[1] if pattern.groups and match[1] is not None else match[0]]

    return find


@lru_cache(maxsize=2000)
def compiled_json_path(expression: str) -> Finder:
    """Finds what a JSONPath (RFC 9535) selects, at most a thousand values. Raises PatternError.

    To find needs JSON; a text that is none raises UnreadableError.
    """
    from jsonpath_rfc9535 import JSONPathEnvironment
    from jsonpath_rfc9535.exceptions import JSONPathError

    environment = JSONPathEnvironment()
    # Their regular expressions know no time limit.
    for name in ("match", "search"):
        environment.function_extensions.pop(name, None)
    try:
        query = environment.compile(_bounded(expression))
    except (JSONPathError, RecursionError) as error:
        raise PatternError(f"This JSONPath cannot be used: {str(error).splitlines()[0]}.") from None
    _check_json_path(query)
    steps = 1 + _STEPS_OF_FILTER * str(query).count("?")

    def find(text: str) -> Found:
        import orjson

        if sum(map(text.count, "[{,")) * steps > _MAX_JSON_STEPS:
            raise UnjudgedError("the document is too large for this")
        try:
            document = orjson.loads(text)
        except ValueError as error:
            raise UnreadableError(f"it is no JSON ({str(error)[:80]})") from None
        if not isinstance(document, (dict, list)):
            return [document] if expression.strip() == "$" else []
        try:
            return [node.value for node in islice(query.finditer(document), MAX_VALUES)]
        except (JSONPathError, RecursionError):
            raise UnjudgedError("it is nested too deeply") from None

    return find


def _check_json_path(query: JSONPathQuery) -> None:
    """Refuse what could visit a node many times: the target chooses the document's size and shape."""
    branches = prod(len(segment.selectors) for segment in query.segments)
    descents = sum(type(segment).__name__ == "JSONPathRecursiveDescentSegment" for segment in query.segments)
    if descents > 1 or branches > _MAX_BRANCHES:
        raise PatternError("This JSONPath is too broad: use .. once, and few alternatives.")
    for segment in query.segments:
        for selector in segment.selectors:
            for inner in _inner_queries(getattr(selector, "expression", None)):
                if not inner.query.singular_query() and not _is_existence(inner):
                    raise PatternError("Inside a filter only names and positions may follow @ or $.")


def _inner_queries(expression: Any) -> Iterator[Any]:
    """The queries inside a filter, with where they begin."""
    if expression is None:
        return
    if getattr(expression, "query", None) is not None:
        yield expression
    for name in ("expression", "left", "right"):
        yield from _inner_queries(getattr(expression, name, None))
    for argument in getattr(expression, "args", ()):
        yield from _inner_queries(argument)


def _is_existence(expression: Any) -> bool:
    """`@.tags[*]` inside `count()` or alone: one list of one node, and no filter within."""
    if type(expression).__name__ != "RelativeFilterQuery":
        return False  # From `$` on, it would go through the document again for each node.
    query = expression.query
    wide = [segment for segment in query.segments if len(segment.selectors) > 1]
    kinds = {type(segment).__name__ for segment in query.segments}
    filters = any(
        type(each).__name__ == "FilterSelector" for part in query.segments for each in part.selectors
    )
    return not wide and not filters and "JSONPathRecursiveDescentSegment" not in kinds


@lru_cache(maxsize=2000)
def compiled_xpath(expression: str) -> Finder:
    """Finds what an XPath 1.0 selects in a page (HTML, or XML that says so). Raises PatternError."""
    from lxml import etree

    _check_xpath(_bounded(expression))
    try:
        path = etree.XPath(expression, smart_strings=False)
    except (etree.XPathError, ValueError) as error:
        raise PatternError(f"This XPath cannot be used: {error}.") from None
    most = _MAX_SIBLINGS if _WIDE_AXIS.search(expression) else _MAX_ELEMENTS
    return _in_tree(path, most, reach_of(expression))


@lru_cache(maxsize=2000)
def compiled_css(expression: str) -> Finder:
    """Finds the elements of a CSS selector. Raises PatternError."""
    from cssselect import GenericTranslator, SelectorError
    from lxml import etree

    if (
        expression.count(",") >= _MAX_BRANCHES
        or len(re.findall(r":(?:not|is|where|has)\b|~", expression)) > 2
    ):
        raise PatternError("This selector is too broad.")
    try:
        path = GenericTranslator().css_to_xpath(_bounded(expression))
        most = _MAX_SIBLINGS if re.search(r"sibling::|last\(\)", path) else _MAX_ELEMENTS
        return _in_tree(etree.XPath(path, smart_strings=False), most, reach_of(path))
    except (SelectorError, etree.XPathError, ValueError, RecursionError) as error:
        raise PatternError(f"This selector cannot be used: {error}.") from None


def _in_tree(path: Callable[[Any], Any], most: int, reach: Reach) -> Finder:
    from lxml import etree

    def find(text: str) -> Found:
        tree = _tree(text, most)
        if not reach.is_within(measured(tree.getroot())):
            raise UnjudgedError("the page is too large for this")
        try:
            found = path(tree)
        except etree.XPathError as error:
            raise UnjudgedError(str(error)[:80]) from None
        values = found if isinstance(found, list) else [found]
        return [_content(each) for each in values[:MAX_VALUES]]

    return find


def _tree(text: str, most: int) -> Any:
    """The page as a tree, without entities and network. Raises UnjudgedError, UnreadableError."""
    from lxml import etree

    if len(text) > _MAX_TREE_TEXT:
        raise UnjudgedError("the page is too large")
    head = text.lstrip("\ufeff \t\r\n")
    is_xml = head.startswith("<?xml")
    options: dict[str, Any] = {"no_network": True, "recover": not is_xml, "huge_tree": False}
    try:
        if is_xml:
            parser: Any = etree.XMLParser(resolve_entities=False, load_dtd=False, **options)
        else:
            parser = etree.HTMLParser(encoding="utf-8", **options)
        # The declaration may name another charset than the text has now.
        tree = etree.fromstring(re.sub(r"\A<\?xml[^>]*\?>", "", head).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError(f"it cannot be read as a page ({str(error)[:80]})") from None
    if tree is None:
        raise UnreadableError("it is no page")
    if sum(1 for _ in islice(tree.iter(), most + 1)) > most:
        raise UnjudgedError("the page has too many elements")
    return tree.getroottree()


def _content(value: Any) -> Any:
    """An element as its text; numbers, truths and attributes as they are."""
    if isinstance(value, (str, float, bool)):
        return value
    tag = getattr(value, "tag", None)
    if tag is None:
        return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    # Comments and the like are no elements, though they are in the tree.
    text = "".join(value.itertext()) if isinstance(tag, str) else value.text or ""
    return " ".join(text.split())


def _check_xpath(expression: str) -> None:
    plain = _QUOTED.sub("''", expression)
    inside = _predicates(plain)
    if plain.count("//") + len(_WIDE_AXIS.findall(plain)) > 2 or plain.count("|") >= _MAX_BRANCHES:
        raise PatternError("This XPath is too broad: use // at most twice.")
    if any("/" in each or _WIDE_AXIS.search(each) for each in inside):
        raise PatternError(
            "Inside [ ] of an XPath only the element's own children and attributes may be named."
        )


def _predicates(expression: str) -> list[str]:
    """What stands inside brackets, together with what is nested in it."""
    found, depth, start = [], 0, 0
    for place, char in enumerate(expression):
        if char == "[":
            if not depth:
                start = place + 1
            depth += 1
        elif char == "]" and depth:
            depth -= 1
            if not depth:
                found.append(expression[start:place])
    return found


def _bounded(expression: str) -> str:
    if not expression.strip():
        raise PatternError("must be filled in")
    if any(ord(char) < 32 or "\ud800" <= char <= "\udfff" for char in expression):
        raise PatternError("contains a control character")
    if len(expression) > MAX_EXPRESSION:
        raise PatternError(f"is longer than {MAX_EXPRESSION} characters")
    return expression
