"""Two versions of a page side by side, as rows of data: what stayed, what went, what came, what changed.

Nothing here is markup; whoever shows the rows escapes them. Time and memory are bounded whatever the pages
are: at most `MAX_CHARS` characters a side and `MAX_LINES` lines of the changed part, steps of comparison are
counted, rows and their length are limited, and a limit that was reached is said (`is_cut`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

from app.engine.tamper.align import Budget, Pairs, align, common, common_end, shortest
from app.engine.tamper.visible import pieces

Kind = Literal["same", "removed", "added", "changed", "gap"]
Change = tuple[Kind, int | None, int | None]
Ranges = list[tuple[int, int]]
MAX_CHARS = 6_000_000
MAX_LINES = 80_000
MAX_ROWS = 300
MAX_ROW_CHARS = 600
CONTEXT = 2
STEPS = 800_000
WORD_STEPS = 300_000
MAX_WORDS = 400
LONG_LINE = 240
NEAR = 8
TWIN_STEPS = 20_000
MARGIN = 1500
"""Characters of equal source kept on both sides of the changed part, for the rows around it."""

WORD = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿]|[^\W぀-ヿ㐀-䶿一-鿿豈-﫿]+|\s+|[^\w\s]|\W", re.DOTALL)
SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
TAG = re.compile(r"<(?=[A-Za-z!?])")
EDGE = re.compile(r"\n|<[A-Za-z!?]")
CODE = ("<script", "<style")
STATEMENT = re.compile(r"(?<=[;{}])")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of a row. `hidden` says that `text` names a character one would not see."""

    text: str
    changed: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison; numbers count from 1. A gap stands for `hidden` equal lines (0: many)."""

    kind: Kind
    before_no: int | None = None
    after_no: int | None = None
    before: tuple[Span, ...] = ()
    after: tuple[Span, ...] = ()
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows around what changed. The counts are of all lines, also of those that no row shows."""

    rows: tuple[Row, ...] = ()
    added: int = 0
    removed: int = 0
    changed: int = 0
    is_cut: bool = False

    @property
    def is_same(self) -> bool:
        return not (self.added or self.removed or self.changed or self.is_cut)


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    text: str


def compare_text(before: str, after: str, *, max_rows: int = MAX_ROWS, context: int = CONTEXT) -> Comparison:
    """Compare visible text, sentence by sentence."""
    is_cut = max(len(before), len(after)) > MAX_CHARS
    old, new = (_text_lines(each[:MAX_CHARS]) for each in (before, after))
    return _compare(old, new, max_rows, context, is_cut)


def compare_sources(
    before: str, after: str, *, max_rows: int = MAX_ROWS, context: int = CONTEXT
) -> Comparison:
    """Compare HTML sources. Every tag begins a row, so that a page on one line can be read too."""
    is_cut = max(len(before), len(after)) > MAX_CHARS
    before, after = before[:MAX_CHARS], after[:MAX_CHARS]
    if before == after:
        return Comparison(is_cut=is_cut)
    start, end = _equal_ends(before, after)
    middle = before[start : len(before) - end], after[start : len(after) - end]
    skipped = before.count("\n", 0, start)
    old, new = (_source_lines(each, skipped + 1) for each in middle)
    found = _compare(old, new, max_rows, context, is_cut)
    rows = ((Row("gap", hidden=skipped),) if start else ()) + found.rows
    rows += (Row("gap", hidden=before.count("\n", len(before) - end)),) if end else ()
    return Comparison(_joined_gaps(rows), found.added, found.removed, found.changed, found.is_cut)


def _joined_gaps(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Gaps that follow each other, as one."""
    kept: list[Row] = []
    for row in rows:
        if kept and row.kind == "gap" == kept[-1].kind:
            kept[-1] = Row("gap", hidden=kept[-1].hidden + row.hidden)
        else:
            kept.append(row)
    return tuple(kept)


def _text_lines(text: str) -> list[Line]:
    lines: list[Line] = []
    for number, line in enumerate(text.split("\n"), 1):
        lines.extend(Line(number, part) for part in SENTENCE.split(line) if part.strip())
    return lines


def _source_lines(source: str, first: int) -> list[Line]:
    """Rows of a source, each with the number of its line: cut at tags, and long scripts at statements."""
    lines: list[Line] = []
    for number, line in enumerate(source.split("\n"), first):
        line = line.rstrip()
        for part in _cut_at(TAG, line):
            if len(part) <= LONG_LINE and not part[:7].lower().startswith(CODE):
                lines.append(Line(number, part))
            else:
                lines.extend(Line(number, piece) for piece in islice(_short_pieces(part), MAX_LINES + 1))
        if len(lines) > MAX_LINES:
            break
    return [line for line in lines if line.text.strip()]


def _cut_at(edge: re.Pattern[str], line: str) -> Iterator[str]:
    """A line of source in pieces: each place that `edge` finds begins one. As many as are looked at."""
    at = 0
    for found in islice(edge.finditer(line), MAX_LINES + 1):
        if found.start() > at:
            yield line[at : found.start()]
            at = found.start()
    yield line[at:]


def _short_pieces(part: str) -> Iterator[str]:
    for statement in _cut_at(STATEMENT, part):
        for at in range(0, len(statement), MAX_ROW_CHARS):
            yield statement[at : at + MAX_ROW_CHARS]


def _equal_ends(before: str, after: str) -> tuple[int, int]:
    """How many characters at the beginning and at the end need no comparing: whole rows, less a margin."""
    shorter = min(len(before), len(after))
    start = common(before, after, shorter)
    start = max(0, start - MARGIN)
    start = max(before.rfind("\n", 0, start) + 1, before.rfind("<", 0, start), 0)
    end = common_end(before, after, shorter - start)
    end = max(0, end - MARGIN)
    if end:
        edge = EDGE.search(before, len(before) - end)
        end = len(before) - edge.start() if edge else 0
    return start, end


def _compare(old: list[Line], new: list[Line], max_rows: int, context: int, is_cut: bool) -> Comparison:
    is_cut = is_cut or max(len(old), len(new)) > MAX_LINES
    old, new = old[:MAX_LINES], new[:MAX_LINES]
    keys = tuple([" ".join(line.text.split()) for line in side] for side in (old, new))
    pairs = align(keys[0], keys[1], Budget(STEPS))
    changes = _changes(pairs, keys[0], keys[1])
    counts = Counter(kind for kind, _x, _y in changes)
    folded = list(_folded(changes, context))
    words = Budget(WORD_STEPS)
    rows = tuple(_row(each, old, new, words) for each in folded[:max_rows])
    is_cut = is_cut or len(folded) > max_rows
    return Comparison(rows, counts["added"], counts["removed"], counts["changed"], is_cut)


def _changes(pairs: Pairs, before: Sequence[str], after: Sequence[str]) -> list[Change]:
    """Every line as (kind, place before, place after)."""
    changes: list[Change] = []
    tries = Budget(TWIN_STEPS)
    x = y = 0
    for next_x, next_y in [*pairs, (len(before), len(after))]:
        changes.extend(_replaced(before, after, range(x, next_x), range(y, next_y), tries))
        if next_x < len(before):
            changes.append(("same", next_x, next_y))
        x, y = next_x + 1, next_y + 1
    return changes


def _replaced(
    before: Sequence[str], after: Sequence[str], xs: range, ys: range, tries: Budget
) -> Iterator[Change]:
    """A stretch where nothing stayed: lines that are much alike are one changed line."""
    y = ys.start
    for x in xs:
        near = range(y, min(y + NEAR, ys.stop) if tries.left else y)
        tries.take(sum(1 + len(after[each]) // 40 for each in near))
        twin = next((each for each in near if _alike(before[x], after[each])), None)
        if twin is None:
            yield "removed", x, None
            continue
        yield from (("added", None, each) for each in range(y, twin))
        yield "changed", x, twin
        y = twin + 1
    yield from (("added", None, each) for each in range(y, ys.stop))


def _alike(one: str, other: str) -> bool:
    """Do two lines share at least half of their words?"""
    if not one or not other or max(len(one), len(other)) > 4 * min(len(one), len(other)):
        return False
    mine, theirs = (
        Counter(word for word in WORD.findall(each[:MAX_ROW_CHARS]) if not word.isspace())
        for each in (one, other)
    )
    return 2 * (mine & theirs).total() >= max(mine.total(), theirs.total(), 1)


def _folded(changes: list[Change], context: int) -> Iterator[Change]:
    """Changes with a few kept lines around them; `("gap", n, None)` for n kept lines left out."""
    near = [False] * len(changes)
    for place, (kind, _x, _y) in enumerate(changes):
        if kind != "same":
            for each in range(max(0, place - context), min(len(changes), place + context + 1)):
                near[each] = True
    left_out = 0
    for is_near, change in zip(near, changes, strict=True):
        if not is_near:
            left_out += 1
            continue
        if left_out:
            yield "gap", left_out, None
        left_out = 0
        yield change
    if left_out and left_out < len(changes):
        yield "gap", left_out, None


def _row(change: Change, old: list[Line], new: list[Line], words: Budget) -> Row:
    kind, x, y = change
    if kind == "gap":
        return Row("gap", hidden=x or 0)
    before, after = old[x] if x is not None else None, new[y] if y is not None else None
    marks = _changed_words(before.text, after.text, words) if kind == "changed" and before and after else None
    left = _spans(before.text, marks[0] if marks else []) if before else ()
    right = _spans(after.text, marks[1] if marks else []) if after else ()
    return Row(kind, before.number if before else None, after.number if after else None, left, right)


def _changed_words(before: str, after: str, budget: Budget) -> tuple[Ranges, Ranges]:
    """Where the two lines differ, as ranges of characters of each."""
    old, new = WORD.findall(before)[:MAX_WORDS], WORD.findall(after)[:MAX_WORDS]
    pairs = shortest(old, new, budget)
    return _left_over(old, {x for x, _y in pairs}, len(before)), _left_over(
        new, {y for _x, y in pairs}, len(after)
    )


def _left_over(words: list[str], kept: set[int], length: int) -> Ranges:
    ranges: Ranges = []
    at = 0
    for place, word in enumerate(words):
        if place not in kept:
            if ranges and ranges[-1][1] == at:
                ranges[-1] = (ranges[-1][0], at + len(word))
            else:
                ranges.append((at, at + len(word)))
        at += len(word)
    return ranges if at >= length else [*ranges, (at, length)]


def _spans(text: str, ranges: Ranges) -> tuple[Span, ...]:
    """A line as runs to show: cut to its changed part when it is long, hidden characters named."""
    first = ranges[0][0] if ranges else 0
    start = max(0, first - MAX_ROW_CHARS // 4) if len(text) > MAX_ROW_CHARS else 0
    stop = min(len(text), start + MAX_ROW_CHARS)
    edges = [start, *(min(max(edge, start), stop) for pair in ranges for edge in pair), stop]
    spans = [Span("…")] if start else []
    for place, (low, high) in enumerate(pairwise(edges)):
        spans.extend(Span(shown, bool(place % 2), hidden) for shown, hidden in pieces(text[low:high]))
    return (*spans, Span("…")) if stop < len(text) else tuple(spans)
