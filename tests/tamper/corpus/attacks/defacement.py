"""Pages that say what their owner never said, or nothing any more."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

from random import Random

from tests.tamper.corpus.attacks.kit import address, attack, body_place, host, insert
from tests.tamper.corpus.attacks.vice import POLITICS, slogan
from tests.tamper.corpus.markup import Document, Edit, apply, escape, plain_text
from tests.tamper.corpus.site import Site


@attack("full_page", "defacement")
def full_page(site: Site, document: Document, rng: Random) -> str | None:
    text = escape(slogan(rng))
    more = (
        escape(rng.choice(POLITICS))
        if rng.random() < 0.5
        else "Greetz: all friends. Admin, patch your security!"
    )
    media = rng.choice(
        [
            f'<img src="{address(rng, site, "flag.jpg")}">',
            '<img src="/images/x.gif">',
            "",
            f'<audio autoplay src="{address(rng, site, "m.mp3")}"></audio>',
        ]
    )
    return rng.choice([
        f"<html><head><title>{text}</title></head><body bgcolor=black text=red><center><h1>{text}</h1>{media}<p>{more}</p></center></body></html>",
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{text}</title><style>body{{background:#000;color:#0f0;font-family:monospace}}</style></head><body><pre>{text}\n{more}</pre>{media}</body></html>",
        f"{text}\n{more}",
        document.source[: document.body_start] + f"<center><h1>{text}</h1>{media}<p>{more}</p></center>" + document.source[document.body_end :],
    ])  # fmt: skip


@attack("banner", "defacement")
def banner(site: Site, document: Document, rng: Random) -> str | None:
    text = escape(slogan(rng))
    html = rng.choice([
        f'<div style="background:#000;color:#f00;font-size:40px;text-align:center;padding:20px">{text}</div>', f"<h1>{text}</h1>", f"<marquee>{text}</marquee>",
        f"<p>{text}</p>", f'<center><font size="7" color="red">{text}</font></center>', f"<b>{text}</b>",
    ])  # fmt: skip
    return insert(document, body_place(document, rng), html)


@attack("title_only", "defacement")
def title_only(site: Site, document: Document, rng: Random) -> str | None:
    title = document.first("title")
    return (
        apply(document.source, [Edit(title.inner, title.inner_end, escape(slogan(rng)))]) if title else None
    )


@attack("headline_swapped", "defacement")
def headline_swapped(site: Site, document: Document, rng: Random) -> str | None:
    headings = [h for h in document.find("h1", "h2", "h3") if len(document.text(h)) > 3]
    if not headings:
        return None
    heading = rng.choice(headings[:4])
    return apply(document.source, [Edit(heading.inner, heading.inner_end, escape(slogan(rng)))])


@attack("political_text", "defacement")
def political_text(site: Site, document: Document, rng: Random) -> str | None:
    """The main text gives way to a pamphlet."""
    text = escape(rng.choice(POLITICS))
    paragraphs = [p for p in document.paragraphs if p.name == "p"]
    if len(paragraphs) >= 3 and rng.random() < 0.5:
        inside = [p for p in paragraphs if not any(a.name == "p" for a in p.ancestors())]
        return apply(document.source, [Edit(p.inner, p.inner_end, text) for p in inside])
    html = f'<div style="font-size:28px;color:#b00"><h1>{escape(slogan(rng))}</h1><p>{text}</p></div>'
    return insert(document, document.body_start, html)


@attack("image_cover", "defacement")
def image_cover(site: Site, document: Document, rng: Random) -> str | None:
    source = rng.choice(
        [
            address(rng, site, "owned.jpg"),
            "/uploads/hacked.png",
            f"https://i.imgur.com/{rng.randrange(9**6)}.png",
        ]
    )
    html = f'<div style="position:fixed;top:0;left:0;width:100%;height:100%;z-index:999999;background:#000 url({source}) center/cover no-repeat"><img src="{source}" style="width:100%"></div>'
    return insert(document, rng.choice([document.body_start, document.body_end]), html)


@attack("script_cover", "defacement")
def script_cover(site: Site, document: Document, rng: Random) -> str | None:
    """A script that writes the whole page anew."""
    text = slogan(rng).replace("'", "")
    code = rng.choice([
        f"document.documentElement.innerHTML='<center><h1>{text}</h1></center>';", f"document.body.innerHTML='<h1>{text}</h1>';document.title='{text}';",
        f"alert('{text}');", f"document.body.innerHTML=decodeURIComponent('{''.join(f'%{b:02X}' for b in text.encode())}');",
    ])  # fmt: skip
    return insert(
        document,
        rng.choice([document.head_end, document.body_end]),
        f"<script>{code.replace('</', '<' + chr(92) + '/')}</script>",
    )


@attack("wiped", "content_removed")
def wiped(site: Site, document: Document, rng: Random) -> str | None:
    return rng.choice([
        "", "<html><head></head><body></body></html>", " \n", document.source[: document.body_start] + document.source[document.body_end :],
        document.source[: document.head_end] + "</head><body></body></html>", "0",
    ])  # fmt: skip


@attack("mostly_removed", "content_removed")
def mostly_removed(site: Site, document: Document, rng: Random) -> str | None:
    """The biggest blocks of words are gone; frame, head and scripts are still there."""
    total = len(document.source)
    body = document.body_end - document.body_start
    start = document.body_start + int(body * rng.uniform(0.02, 0.1))
    start = document.source.find("<", start)
    end = document.source.find(">", document.body_end - int(body * rng.uniform(0.01, 0.06))) + 1
    if not 0 < start < end <= total:
        return None
    after = document.source[:start] + document.source[end:]
    kept = len(plain_text(after[document.body_start :])) / max(
        1, len(plain_text(document.source[document.body_start :]))
    )
    return after if kept < 0.3 else None


@attack("error_page", "content_removed")
def error_page(site: Site, document: Document, rng: Random) -> str | None:
    """A server's own words with status 200."""
    path = site.url.split("://")[-1].partition("/")[2]
    return rng.choice([
        f"<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1><p>The requested URL /{escape(path)} was not found on this server.</p><hr><address>Apache/2.4.41 Server</address></body></html>",
        "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.18.0</center></body></html>",
        "<!DOCTYPE html><html><head><title>Database Error</title></head><body><h1>Error establishing a database connection</h1></body></html>",
        "<b>Fatal error</b>: Uncaught Error: Call to undefined function wp() in /var/www/html/index.php:17 Stack trace: #0 {main} thrown in <b>/var/www/html/index.php</b> on line <b>17</b>",
        "SQLSTATE[HY000] [1045] Access denied for user 'root'@'localhost' (using password: YES)",
        "<html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully installed and working.</p></body></html>",
        "<!DOCTYPE html><html><head><title>Apache2 Debian Default Page: It works</title></head><body><h1>It works!</h1><p>This is the default welcome page.</p></body></html>",
        "<html><head><title>Account Suspended</title></head><body><h1>Account Suspended</h1><p>This account has been suspended. Contact your hosting provider for more information.</p></body></html>",
    ])  # fmt: skip


@attack("directory_listing", "content_removed")
def directory_listing(site: Site, document: Document, rng: Random) -> str | None:
    names = rng.sample(
        [
            "backup.zip",
            "config.php.bak",
            "css/",
            "images/",
            "index.php.old",
            "js/",
            "uploads/",
            "shell.php",
            "sql.gz",
        ],
        5,
    )
    rows = "".join(
        f'<tr><td><a href="{n}">{n}</a></td><td align="right">2026-0{rng.randrange(1, 9)}-12 10:2{rng.randrange(9)}</td></tr>'
        for n in sorted(names)
    )
    return f"<html><head><title>Index of /</title></head><body><h1>Index of /</h1><table><tr><th>Name</th><th>Last modified</th></tr>{rows}</table><address>Apache Server at {site.host} Port 80</address></body></html>"


@attack("parked", "content_removed")
def parked(site: Site, document: Document, rng: Random) -> str | None:
    ads = "".join(
        f'<li><a href="https://{host(rng, site)}/?q={n}">{n}</a></li>'
        for n in ("Insurance", "Credit cards", "Travel", "Hosting")
    )
    return rng.choice([
        f"<html><head><title>{site.owner}</title></head><body><h1>{site.owner}</h1><p>This domain may be for sale. Buy this domain.</p><ul>{ads}</ul></body></html>",
        f"<html><head><title>{site.owner} - parked</title><script src=\"https://www.sedoparking.com/frmpark/{site.owner}/js\"></script></head><body><p>Related searches</p><ul>{ads}</ul></body></html>",
    ])  # fmt: skip
