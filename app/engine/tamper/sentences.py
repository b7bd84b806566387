"""A reason's code and detail as a sentence a person reads, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from app.engine.tamper.registry import all_detectors

_JUDGE = {
    "learning": {
        "en": "Still learning: {have} of {need} baselines.",
        "zh": "仍在学习：已有 {have} 个基线，共需 {need} 个。",
    },
}


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    table: dict[str, Mapping[str, str]] = dict(_JUDGE)
    for each in all_detectors():
        table.update(each.sentences)
    return table


# Values that are words of ours, not of the page.
_VALUES: dict[str, dict[str, str]] = {
    "group": {
        "hacked": "入侵标语",
        "gambling": "博彩",
        "adult": "色情",
        "pharma": "药品",
        "goods": "假货",
        "fraud": "诈骗",
        "own": "自定义",
    },
    "how": {
        "display": "display:none",
        "visibility": "visibility:hidden",
        "off-screen": "屏幕之外",
        "zero-size": "零尺寸",
        "opacity": "透明",
        "clip": "裁剪",
        "tiny-font": "极小字体",
        "scale": "缩放为零",
        "behind": "置于底层",
        "filter": "滤镜透明",
        "same-colour": "与背景同色",
        "white": "白色文字",
        "hidden": "hidden 属性",
        "noscript": "noscript",
        "template": "template",
        "empty": "没有文字",
        "script": "由脚本隐藏",
        "line-height": "零行高",
        "like-text": "伪装成普通文字",
        "content-visibility": "content-visibility",
        "eval": "动态执行",
        "decode": "解码",
        "obfuscated": "混淆",
        "miner": "挖矿",
        "wasm": "WebAssembly",
        "write": "写入文档",
        "location": "跳转",
        "inject": "注入代码",
        "page": "改写页面",
        "worker": "后台脚本",
        "visitor": "识别访客来源",
        "clipboard": "剪贴板",
        "cookie": "Cookie",
        "network": "发送数据",
    },
    "role": {"logo": "徽标", "qr": "二维码", "large": "大图", "picture": "图片", "icon": "图标"},
    "kind": {
        "phone": "电话",
        "mail": "邮箱",
        "iban": "银行账号",
        "wallet": "钱包地址",
        "card": "卡号",
        "messenger": "即时通讯号",
    },
    "what": {"password": "密码", "card": "卡号", "title": "标题", "description": "描述"},
}


_VIEWS = {
    "mobile": {"en": "visitors with a phone", "zh": "手机访客"},
    "googlebot": {"en": "Google's crawler", "zh": "谷歌爬虫"},
    "baiduspider": {"en": "Baidu's crawler", "zh": "百度爬虫"},
    "baidu_referer": {"en": "visitors from Baidu's search", "zh": "来自百度搜索的访客"},
}


class _Gaps(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def sentence(code: str, detail: Mapping[str, Any], locale: str = "en") -> str:
    """The sentence of a code; the code itself when nobody knows it (a reason of another release)."""
    texts = _table().get(code)
    if texts is None:
        return code
    values = {name: _said(name, value, locale) for name, value in detail.items()}
    told = (texts.get(locale) or texts["en"]).format_map(_Gaps(values))
    view = detail.get("view")
    if view is None:
        return told
    who = _VIEWS.get(view, {}).get(locale, str(view))
    return f"仅对{who}显示：{told}" if locale == "zh" else f"Shown to {who} only: {told}"


def _said(name: str, value: Any, locale: str) -> str:
    if isinstance(value, list):
        return ("、" if locale == "zh" else ", ").join(_said(name, each, locale) for each in value)
    return _VALUES.get(name, {}).get(str(value), str(value)) if locale == "zh" else str(value)
