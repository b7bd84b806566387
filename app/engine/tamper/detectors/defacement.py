"""The page says something else: what defacers write, foreign writing, or all of it exchanged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.engine.tamper.inventory.language import scripts_in
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, cut, make, where_of
from app.engine.tamper.types import Reason

_LETTERS = 25
"""Letters of a script the page never used from which on they are no name or quotation."""


@detector(
    "defacement",
    {
        "page_replaced": (
            "{lost} % of what the page always said has gone, and something else stands there.",
            "页面一直以来的内容有 {lost}% 消失，取而代之的是其他内容。",
        ),
        "page_redesigned": (
            "The page was rebuilt: {lost} % of its words have gone, but it leads where it led.",
            "页面已改版：{lost}% 的词语消失，但链接仍指向原处。",
        ),
        "page_interposed": (
            "Something stands before the page: consent, proof of age or of being human.",
            "页面前出现了提示：Cookie 同意、年龄确认或人机验证。",
        ),
        "page_in_maintenance": ("The page says that it is being worked on.", "页面显示正在维护。"),
        "foreign_script": (
            "The page has {letters} letters of {script}, which it never used: “{text}”.",
            "页面出现了 {letters} 个从未使用过的 {script} 文字：“{text}”。",
        ),
        "language_changed": (
            "The page was in {languages} and is now in {language}.",
            "页面语言由 {languages} 变为 {language}。",
        ),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    lost = round(100 * (1 - seen.kept_words))
    first = next((line.text for line in seen.new_lines if not line.hidden), "")
    if seen.is_maintenance:
        yield make("defacement", "content_removed", "low", "notice", "page_in_maintenance", "", after=first)
    elif seen.is_interposed:
        yield make("defacement", "content_removed", "low", "notice", "page_interposed", "", after=first)
    elif seen.is_redesign:
        yield make(
            "defacement",
            "defacement",
            "medium",
            "notice",
            "page_redesigned",
            "",
            after=first,
            lost=lost,
        )
    elif seen.is_replaced and not seen.is_failing and len(seen.new_words) >= 3:
        yield make(
            "defacement",
            "defacement",
            "critical",
            "alert",
            "page_replaced",
            "",
            before=cut(next(iter(seen.profile.stable_lines.values()), "")),
            after=first,
            lost=lost,
        )
    yield from _foreign_scripts(seen)
    before = seen.profile.languages
    if (
        before
        and seen.page.language
        and seen.page.language not in before
        and seen.kept_words < 0.6
        and not seen.is_interrupted
    ):
        yield make(
            "defacement",
            "defacement",
            "high",
            "alert",
            "language_changed",
            seen.page.language,
            after=first,
            languages=sorted(before),
            language=seen.page.language,
        )


def _foreign_scripts(seen: Seen) -> Iterator[Reason]:
    """Letters of scripts that made up less than half a percent of every baseline, in text that is new."""
    counts: Counter[str] = Counter()
    examples: dict[str, tuple[int, str, str]] = {}
    lines = [(line.text, line.region, line.hidden) for line in seen.new_lines]
    if seen.page.title not in seen.profile.titles:
        lines.append((seen.page.title, "title", ""))
    if seen.page.description not in seen.profile.descriptions:
        lines.append((seen.page.description, "meta[description]", ""))
    for text, region, hidden in lines:
        if text.isascii():
            continue
        for script, letters in scripts_in(text).items():
            if script == "Latin" or seen.profile.shares.get(script, 0.0) > 0.005:
                continue
            counts[script] += letters
            if letters > examples.get(script, (0, "", ""))[0]:
                examples[script] = (letters, text, where_of(region, hidden))
    for script, letters in counts.items():
        most, text, where = examples[script]
        if most >= _LETTERS or (most >= 6 and where in ("title", "meta[description]")):
            yield make(
                "defacement",
                "defacement",
                "high",
                "alert",
                "foreign_script",
                script,
                where=where,
                after=text,
                letters=letters,
                script=script,
                text=text[:80],
            )
