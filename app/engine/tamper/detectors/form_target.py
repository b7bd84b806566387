"""Where what visitors type is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.net.urls import host_of, site_of
from app.engine.tamper.known import kind_of
from app.engine.tamper.names import form_key
from app.engine.tamper.registry import detector
from app.engine.tamper.seen import Seen, make, where_of
from app.engine.tamper.types import Reason

_TARGET = re.compile(r"(?:https?:)?//[^\s\"'<>]+|[\w.+-]+@[\w.-]+\.[a-z]{2,24}", re.I)
_FORM_SERVICES = {"mailing", "payment", "chat", "social"}


@detector(
    "form_target",
    {
        "form_repointed": (
            "A form that was sent to {before_host} is now sent to {host}.",
            "原提交到 {before_host} 的表单现提交到 {host}。",
        ),
        "form_foreign_new": (
            "A form of the page is sent to {host}, which is new here.",
            "页面的表单提交到新主机 {host}。",
        ),
        "form_known_new": (
            "A new form is sent to the well-known service {host}.",
            "新增表单提交到知名服务 {host}。",
        ),
        "form_asks_secret": (
            "The page asks for {what} where it never did.",
            "页面要求输入此前从未要求过的信息：{what}。",
        ),
        "form_value_changed": (
            "The form's hidden field {field} now says {value}.",
            "表单的隐藏字段 {field} 现为 {value}。",
        ),
        "form_insecure": (
            "A form that was sent encrypted is now sent in clear.",
            "原先加密提交的表单现以明文提交。",
        ),
    },
)
def look(seen: Seen) -> Iterator[Reason]:
    targets = [
        (form.url, form.host, form.region, form.hidden, form_key(form), form.fields)
        for form in seen.page.forms
    ]
    targets += [
        (ref.url, ref.host, ref.region, ref.hidden, "", ()) for ref in seen.page.refs if ref.role == "form"
    ]
    yield from _values(seen)
    for url, host, region, hidden, key, fields in targets:
        before = seen.profile.forms.get(key, "")
        standing = seen.standing(host, "form", url)
        if host and not seen.is_own(host) and not _was_sent_to(seen, host):
            if before and host_of(before) != host:
                yield make(
                    "form_target",
                    "form_hijack",
                    "critical",
                    "alert",
                    "form_repointed",
                    host,
                    where=where_of(region, hidden),
                    before=before,
                    after=url,
                    before_host=host_of(before),
                    host=host,
                )
            elif (
                standing == "known"
                and kind_of(host) in _FORM_SERVICES
                and not ({"password", "card"} & set(fields))
            ):
                yield make(
                    "form_target",
                    "form_hijack",
                    "low",
                    "notice",
                    "form_known_new",
                    host,
                    where=where_of(region, hidden),
                    after=url,
                    host=host,
                )
            else:
                yield make(
                    "form_target",
                    "form_hijack",
                    "critical",
                    "alert",
                    "form_foreign_new",
                    host,
                    where=where_of(region, hidden),
                    after=url,
                    host=host,
                )
        elif before.startswith("https:") and url.startswith("http:"):
            yield make(
                "form_target",
                "form_hijack",
                "high",
                "alert",
                "form_insecure",
                url[:80],
                where=where_of(region, hidden),
                before=before,
                after=url,
            )
        secrets = {"password", "card"} & set(fields) - seen.profile.secret_fields
        if secrets:
            yield make(
                "form_target",
                "skimmer",
                "high",
                "alert" if "card" in secrets or not _is_own(seen, host) else "notice",
                "form_asks_secret",
                ",".join(sorted(secrets)),
                where=where_of(region, hidden),
                after=url,
                what=sorted(secrets),
            )


def _values(seen: Seen) -> Iterator[Reason]:
    """Hidden fields that say where money or answers go."""
    for ref in seen.page.refs:
        before = seen.profile.values.get(ref.note, "") if ref.role == "value" else ""
        if ref.url == before or not (_TARGET.fullmatch(before) and _TARGET.fullmatch(ref.url)):
            continue
        is_mail = "@" in before and "//" not in before
        is_other = (
            ref.url.rpartition("@")[2] != before.rpartition("@")[2] if is_mail else seen.is_stranger(ref.host)
        )
        if is_other:
            yield make(
                "form_target",
                "form_hijack",
                "critical",
                "alert",
                "form_value_changed",
                ref.note,
                where=where_of(ref.region),
                before=before,
                after=ref.url,
                field=ref.note,
                value=ref.url,
            )


def _is_own(seen: Seen, host: str) -> bool:
    return not host or seen.is_own(host)


def _was_sent_to(seen: Seen, host: str) -> bool:
    return any(site_of(host) in p.sites.get("form", ()) for p in seen.family)
