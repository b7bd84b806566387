"""What search engines show: title, description and keywords stuffed or exchanged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from app.engine.tamper.names import words_of
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, cut, make, where_of
from app.engine.tamper.types import Reason

_LONG_WORD = re.compile(r"[^\W\d_]{4,}|[\u3040-\u9fff\uac00-\ud7af]{2,6}")
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
            "alert" if is_new and not seen.is_interrupted else "notice",
            "title_exchanged",
            "title",
            before=next(iter(titles)),
            after=title,
            text=title,
        )


def _is_stuffed(text: str) -> bool:
    """One long word four times and every sixth, or ten parts and more, none of them a sentence."""
    words = [word.lower() for word in _LONG_WORD.findall(text)]
    _, count = max(Counter(words).items(), key=lambda each: each[1], default=("", 0))
    if count >= 4 and count * 6 >= len(words):
        return True
    parts = [part for part in _PARTS.split(text) if part.strip()]
    return len(parts) >= 10 and max(len(part) for part in parts) < 40
