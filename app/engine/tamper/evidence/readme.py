"""The README of a package, in English and Chinese: what is in it, and what it proves and does not."""

from __future__ import annotations

_ENGLISH = """\
Evidence of a changed web page
==============================

What is in here
  alert.json                what was found, where, when, and what became of it
  verdict.en.txt, .zh.txt   every reason in words
  before/<view>/            the approved page, as it was fetched
  after/<view>/             the page that was judged
    request.json            method, address and headers that were sent
    response.json           status, redirects and headers that came back
    network.json            addresses the name resolved to, the certificate
    certificate-chain.pem   the certificates the server sent, leaf first
    page.html.txt           the body, byte for byte (named .txt so that nothing runs by a double click)
    screenshot.png          what a browser showed, where one was used
    assets.json             files the page loads, by address and SHA-256
  manifest.json             size and SHA-256 of every file, chained; the head; the signature
<view> is who asked: plain (a visitor), mobile, googlebot, baiduspider, baidu_referer.

How to check it (no network, database or running CloudEye is needed)
  flask evidence verify FILE --key PUBLIC_KEY [--after THE_PACKAGE_BEFORE]
PUBLIC_KEY is what `flask evidence key` prints on the installation that made this. Get it from its operator,
and not out of this package: whoever forges a package puts their own key into it.

What this proves
  * Nothing in the package was changed, taken out or added since it was made, if the signature holds.
  * It was made by the installation that holds the key.
  * It came after the package whose head is `previous_head`: somebody who has that one, or has noted its head,
    can tell that none was slipped in between or taken away.

What this does not prove
  * That the page was so: CloudEye says what it received. An operator of the installation, or whoever broke
    into it, holds the key and could have signed something else.
  * When it was made: `made_at` is that machine's clock. If the moment may be disputed, have the head
    time-stamped by a third party (RFC 3161), or deposit it with a notary or in a public record, soon.
  * Who changed the page.

The pages in here may have been written by an attacker. Open them with a text editor only.
"""

_CHINESE = """\
网页被改动的证据包
==================

内容
  alert.json                发现了什么、在哪里、何时，以及后续处理
  verdict.en.txt、.zh.txt   每一条判断理由的文字说明
  before/<视角>/            已批准的页面，按抓取时原样保存
  after/<视角>/             被判定的页面
    request.json            发出的请求方法、地址与请求头
    response.json           返回的状态、跳转与响应头
    network.json            域名解析到的地址、证书
    certificate-chain.pem   服务器发送的证书链，叶证书在前
    page.html.txt           响应正文，逐字节一致（以 .txt 命名，双击不会执行）
    screenshot.png          浏览器显示的画面（如使用了浏览器）
    assets.json             页面加载的文件：地址与 SHA-256
  manifest.json             每个文件的大小与 SHA-256、逐条链接的散列、链头与签名
<视角> 指由谁访问：plain（普通访客）、mobile、googlebot、baiduspider、baidu_referer。

如何校验（不需要网络、数据库，也不需要运行中的云眼）
  flask evidence verify 文件 --key 公钥 [--after 上一个包]
公钥由生成本包的系统执行 `flask evidence key` 打印。请向该系统的管理员索取，不要取自本包：
伪造者会把自己的公钥放进伪造的包里。

它能证明
  * 如签名有效：自生成以来，包内没有任何内容被修改、删除或添加。
  * 它由持有该密钥的系统生成。
  * 它晚于链头为 `previous_head` 的那个包：持有那个包（或记下其链头）的人可以确认中间没有插入或抽走。

它不能证明
  * 页面当时确实如此：云眼只说明它收到了什么。该系统的管理员或入侵者持有密钥，可以签署别的内容。
  * 生成的时间：`made_at` 是那台机器的时钟。若时间可能有争议，请尽快由第三方为链头加盖时间戳
    （RFC 3161），或办理公证、公开存证。
  * 是谁改动了页面。

包内的页面可能出自攻击者之手，只应使用文本编辑器打开。
"""

_TEXTS = {"en": _ENGLISH, "zh": _CHINESE}


def readme(locale: str) -> str:
    """The README in `en` or `zh`."""
    return _TEXTS[locale]
