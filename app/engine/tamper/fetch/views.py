"""As whom a page is asked for. Cloaking shows one page to its owner and another to these.

A view is nothing but request headers: CloudEye asks from its own address, so a page that checks a crawler's
address as well (by reverse DNS) is not fooled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_CHROME = "156.0.0.0"
_HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
_DESKTOP = (
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{_CHROME}"
)
_PHONE = f"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{_CHROME} Mobile"
_BAIDU_SEARCH = "https://www.baidu.com/s?wd=%E5%AE%98%E7%BD%91"


@dataclass(frozen=True, slots=True)
class View:
    """`headers` are sent with every hop of a fetch, in this order."""

    name: str
    title: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def user_agent(self) -> str:
        return self.headers["User-Agent"]


def _browser(user_agent: str, **more: str) -> dict[str, str]:
    return {
        "User-Agent": f"{user_agent} Safari/537.36",
        "Accept": _HTML,
        "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8",
        "Upgrade-Insecure-Requests": "1",
        **more,
    }


def _crawler(user_agent: str) -> dict[str, str]:
    return {"User-Agent": user_agent, "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        View("plain", {"en": "Visitor", "zh": "普通访客"}, _browser(_DESKTOP)),
        View("mobile", {"en": "Visitor with a phone", "zh": "手机访客"}, _browser(_PHONE)),
        View(
            "googlebot",
            {"en": "Google's crawler", "zh": "谷歌爬虫"},
            _crawler("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        ),
        View(
            "baiduspider",
            {"en": "Baidu's crawler", "zh": "百度爬虫"},
            _crawler(
                "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
            ),
        ),
        View(
            "baidu_referer",
            {"en": "Visitor coming from Baidu", "zh": "从百度搜索进入的访客"},
            _browser(_DESKTOP, Referer=_BAIDU_SEARCH),
        ),
    )
}
