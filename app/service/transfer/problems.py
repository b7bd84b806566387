"""What can be wrong with a file of sites, in two languages, for the report that is a file itself.

The pages have the same sentences in their catalogue; the English ones are the keys of both.
"""

from __future__ import annotations

import re

_ZH: tuple[tuple[str, str], ...] = (
    (r"must not be empty", "不能为空"),
    (r"must have at most (\d+) characters", r"最多 \1 个字符"),
    (r"must be some of: (.*), each with an interval or without", r"只能是这些类型：\1，可各带检查间隔"),
    (r"an interval must be from 1 second to 1 day", "检查间隔须为 1 秒到 1 天"),
    (r"at most (\d+) monitors", r"最多 \1 个监测项"),
    (r"at most (\d+) tags", r"最多 \1 个标签"),
    (r"is in line (\d+) already", r"与第 \1 行重复"),
    (r"a tag has 1 to 50 characters and no comma", "标签须为 1 到 50 个字符，且不含逗号"),
    (r"your role does not permit this", "你的角色没有此权限"),
    (r"there is no such site", "该站点不在你的管理范围内"),
    (r"must hold one of yours: (.*)", r"须带有你负责的标签之一：\1"),
)
UNREADABLE = {
    "no_text": "it is no text in UTF-8, UTF-16 or GB 18030",
    "no_csv": "line {line} is no line of CSV",
    "no_workbook": "it is no workbook (XLSX) that can be read",
    "unfolds_too_large": "it is too large",
    "too_many_rows": "it has more than {most} rows",
    "too_many_columns": "it has more than {most} columns",
    "cell_too_long": "a cell in line {line} has more than {most} characters",
    "column_missing": "the first row must name the column {column}",
    "column_twice": "the first row names the column {column} twice",
    "empty": "it has no rows",
}


def in_language(problem: str, locale: str) -> str:
    """A row's problem in the language of a report."""
    if locale != "zh":
        return problem
    for pattern, words in _ZH:
        match = re.fullmatch(pattern, problem)
        if match:
            return match.expand(words)
    return problem
