"""Nothing, or an error, where the page was, though the server says all is well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, make
from app.engine.tamper.types import Reason

_ERRORS = re.compile(
    r"fatal error:|parse error:|uncaught (?:exception|error|typeerror)|call to undefined|stack trace"
    r"|traceback \(most recent"
    r"|warning: (?:mysql|include|require|pg_|session|cannot modify|undefined)"
    r"|you have an error in your sql|sqlstate\["
    r"|error establishing a database|mysql server has gone|can.t connect to (?:local )?mysql"
    r"|too many connections"
    r"|database error|ora-\d{5}|unclosed quotation|server error in|runtime error|application error"
    r"|whitelabel error"
    r"|internal server error|bad gateway|service unavailable|gateway time-?out|404 not found"
    r"|page not found|403 forbidden"
    r"|400 bad request|502 bad gateway|503 service|504 gateway|http error \d{3}|error 40[34]|error 50\d"
    r"|access denied"
    r"|index of /|directory listing for|welcome to nginx|apache2 .{0,20}default page|it works!"
    r"|iis windows server"
    r"|test page for the|default web site page|web server.s default page|account (?:has been )?suspended"
    r"|this site is suspended"
    r"|bandwidth limit exceeded|domain (?:name )?(?:is |has |may be )?(?:for sale|expired|parked)"
    r"|buy this domain|parked (?:free|domain)"
    r"|this domain|域名(?:已过期|出售|转让)|页面不存在|找不到(?:该)?页面|无法找到|服务器错误|系统错误"
    r"|数据库(?:连接)?错误|访问被拒绝"
    r"|ページが見つかりません|エラーが発生|페이지를 찾을 수 없|страница не найдена|ошибка сервера"
    r"|ошибка базы данных|seite nicht gefunden"
    r"|page introuvable|página no encontrada|página não encontrada|pagina non trovata"
    r"|nie znaleziono strony|sayfa bulunamadı",
    re.I,
)


@detector(
    "content_removed",
    {
        "page_blank": ("The page is blank.", "页面为空白。"),
        "page_error": ("An error stands where the page was: “{text}”.", "原页面处显示错误：“{text}”。"),
        "content_gone": (
            "{lost} % of what the page always said has gone.",
            "页面一直以来的内容有 {lost}% 消失。",
        ),
        "status_changed": (
            "The server answers {status} instead of the page.",
            "服务器返回 {status}，而非页面。",
        ),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    page, profile = seen.page, seen.profile
    if page.status >= 400 and page.status not in profile.statuses:
        yield make(
            "content_removed",
            "content_removed",
            "low",
            "notice",
            "status_changed",
            str(page.status),
            after=page.text,
            status=page.status,
        )
        return
    if seen.is_interrupted:
        return
    length, least = len(page.text), profile.least_text
    if least >= 20 and length < 15 and not seen.page.pictures and len(page.anchors) < 3:
        yield make("content_removed", "content_removed", "critical", "alert", "page_blank", "")
        return
    match = _ERRORS.search(f"{page.title}\n{page.text[:4_000]}") if seen.kept_words < 0.7 else None
    was_there = match is not None and any(match.group().lower() in line for line in profile.lines)
    if match and not was_there:
        yield make(
            "content_removed",
            "content_removed",
            "high",
            "alert",
            "page_error",
            match.group().lower(),
            after=page.text,
            text=page.text[max(0, match.start() - 40) : match.end() + 60],
        )
    elif seen.is_emptied:
        yield make(
            "content_removed",
            "content_removed",
            "high",
            "alert",
            "content_gone",
            "",
            after=page.text,
            lost=round(100 * (1 - seen.kept_words)),
        )
