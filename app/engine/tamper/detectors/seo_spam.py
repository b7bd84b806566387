"""What search engines show: title, description and keywords stuffed or exchanged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from app.engine.tamper.names import words_of
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, cut, make, where_of
from app.engine.tamper.types import Reason

_PARTS = re.compile(r"[,|;、，_–—-]")


@detector(
    "seo_spam",
    {
        "title_stuffed": ("The {what} is stuffed with words: “{text}”.", "{what} 中堆砌了关键词：“{text}”。"),
        "hidden_stuffed": (
            "Text that visitors cannot see is stuffed with words: “{text}”.",
            "访客看不见的文字中堆砌了关键词：“{text}”。",
        ),
        "title_exchanged": (
            "The title has nothing in common with what it was: “{text}”.",
            "标题与原先毫无共同之处：“{text}”。",
        ),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    for what, text, before in (
        ("title", seen.page.title, seen.profile.titles),
        ("description", seen.page.description, seen.profile.descriptions),
    ):
        if not text or text in before:
            continue
        if _is_stuffed(text) and not any(_is_stuffed(each) for each in before):
            yield make(
                "seo_spam",
                "seo_spam",
                "high",
                "alert",
                "title_stuffed",
                what,
                before=next(iter(before), ""),
                after=text,
                what=what,
                text=cut(text, 100),
            )
    for line in seen.new_lines:
        if line.hidden and line.hidden not in ("meta", "noscript", "template") and len(line.text) > 120:
            if _is_stuffed(line.text):
                yield make(
                    "seo_spam",
                    "seo_spam",
                    "medium",
                    "alert",
                    "hidden_stuffed",
                    line.region,
                    where=where_of(line.region, line.hidden),
                    after=line.text,
                    text=cut(line.text, 100),
                )
                break
    title, titles = seen.page.title, seen.profile.titles - {""}
    if (
        title
        and titles
        and title not in titles
        and not any(words_of(title) & words_of(each) for each in titles)
    ):
        # Where the page itself speaks of it, it is another article; a title of its own comes from elsewhere.
        words = words_of(title)
        is_new = len(words & seen.profile.words) < 0.5 * len(words)
        yield make(
            "seo_spam",
            "seo_spam",
            "medium",
            "alert" if is_new and not seen.is_maintenance else "notice",
            "title_exchanged",
            "title",
            before=next(iter(titles)),
            after=title,
            text=title,
        )


def _is_stuffed(text: str) -> bool:
    """One word four times, or eight parts and more."""
    words = Counter(word.lower() for word in re.findall(r"[^\W\d_]{3,}", text))
    most = max(words.values(), default=0)
    return most >= 4 or len([part for part in _PARTS.split(text) if part.strip()]) >= 9
