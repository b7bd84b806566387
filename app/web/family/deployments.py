"""Releases: announced by hand or by a script with a token, which is shown once."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.models import Deployment, DeploymentToken, Site
from app.service.site import get_site, list_sites
from app.service.tamper.deployment import announce, finish, list_deployments, revoke, state_of
from app.service.tamper.deployment_token import create_token, list_tokens, revoke_token
from app.web.ask import PAGE_SIZE, cursor, go, number_asked, say, wants_fragment
from app.web.blueprint import web
from app.web.family.watch_forms import choose_site
from app.web.forms.form import Form, lines, number
from app.web.identity import actor
from app.web.present.tamper import tamper_tabs
from app.web.times import relative_time
from app.web.words.tamper import DEPLOYMENT_STATES

GOING = ("open", "planned")


def deployment_row(deployment: Deployment) -> dict[str, Any]:
    """An announced release, and whether it is going on."""
    state = state_of(deployment)
    return {
        "site": deployment.site.name,
        "site_url": url_for("web.site", site_id=deployment.site_id),
        "state": str(DEPLOYMENT_STATES[state]),
        "look": "care" if state in GOING else "quiet",
        "is_going": state in GOING,
        "note": deployment.note,
        "paths": deployment.paths,
        "who": deployment.announced_by,
        "starts_at": deployment.starts_at,
        "ends_at": deployment.ends_at,
        "finish_url": url_for("web.deployment_finish", deployment_id=deployment.id),
        "revoke_url": url_for("web.deployment_revoke", deployment_id=deployment.id),
    }


def token_row(token: DeploymentToken, sites: dict[int, str]) -> dict[str, Any]:
    used = _("never used")
    if token.last_used_at:
        used = _("used %(when)s", when=relative_time(token.last_used_at))
    revoke_url = url_for("web.deployment_token_revoke", token_id=token.id)
    return {
        "name": token.name,
        "site": sites.get(token.site_id, "") if token.site_id else "",
        "used": used,
        "revoke_url": None if token.revoked_at else revoke_url,
    }


@web.get("/deployments")
def deployments() -> BaseResponse:
    page = list_deployments(actor(), cursor=cursor(), limit=PAGE_SIZE)
    if wants_fragment():
        return make_response(render_template("deployments/_rows.html", **_rows(page)))
    return _show(Form())


def _rows(page: Any) -> dict[str, Any]:
    more = url_for("web.deployments", cursor=page.next_cursor) if page.next_cursor else None
    return {"rows": [deployment_row(each) for each in page.items], "more_url": more}


def _show(form: Form, status: int = 200) -> BaseResponse:
    form.labels = {"name": _("Name"), "site": _("Only for the site")}
    sites = {each.id: each.name for each in list_sites(actor(), limit=200).items}
    html = render_template(
        "deployments/list.html",
        tabs=tamper_tabs("deployments"),
        form=form,
        tokens=[token_row(each, sites) for each in list_tokens(actor()).items],
        site_names=sorted(sites.values()),
        **_rows(list_deployments(actor(), limit=PAGE_SIZE)),
    )
    return make_response(html, status)


def _announcing(form: Form, site: Site, status: int = 200) -> BaseResponse:
    form.labels = {"paths": _("Pages"), "minutes": _("For"), "note": _("What is released")}
    return make_response(render_template("deployments/form.html", form=form, site=site), status)


@web.get("/deployments/new")
def deployment_new() -> BaseResponse:
    site_id = number_asked("site")
    if site_id is None:
        return choose_site("deployment_new")
    return _announcing(Form({"paths": "/*", "minutes": 30}), get_site(actor(), site_id))


@web.post("/deployments/new")
def deployment_new_post() -> BaseResponse:
    site = get_site(actor(), number_asked("site") or 0)
    form, minutes = Form(request.form.to_dict()), number(request.form.get("minutes"))
    try:
        if not isinstance(minutes, int):
            raise InvalidError({"minutes": "must be a whole number"})
        values = {"site_id": site.id, "paths": lines(request.form.get("paths")), "minutes": minutes}
        announce(actor(), {**values, "note": request.form.get("note", "")})
    except InvalidError as error:
        form.refuse(error)
        return _announcing(form, site, 400)
    say(_("Announced. Changes there become the approved version until the time is over."))
    return go(url_for("web.deployments"))


@web.post("/deployments/<id:deployment_id>/finish")
def deployment_finish(deployment_id: int) -> BaseResponse:
    finish(actor(), deployment_id)
    say(_("The release is over. Its pages are looked at again; in two minutes every change counts."))
    return go(url_for("web.deployments"))


@web.post("/deployments/<id:deployment_id>/revoke")
def deployment_revoke(deployment_id: int) -> BaseResponse:
    revoke(actor(), deployment_id)
    say(_("The release is called off."))
    return go(url_for("web.deployments"))


@web.post("/deployments/tokens")
def deployment_token() -> BaseResponse:
    """Make a token, and show it this once."""
    form = Form(request.form.to_dict())
    try:
        site_id = _site_named(request.form.get("site", ""))
        token, secret = create_token(actor(), {"name": request.form.get("name", ""), "site_id": site_id})
    except InvalidError as error:
        form.refuse(error)
        return _show(form, 400)
    examples = _examples(token)
    html = render_template("deployments/token.html", token=token, secret=secret, examples=examples)
    return make_response(html, 201)


def _site_named(name: str) -> int | None:
    name = name.strip()
    if not name:
        return None
    found = [each for each in list_sites(actor(), q=name, limit=200).items if each.name == name]
    if len(found) != 1:
        raise InvalidError({"site": "there is no such site"})
    return found[0].id


def _examples(token: DeploymentToken) -> list[tuple[str, str, str]]:
    """What a release script runs before and after, ready to be copied: (title, id, text)."""
    some = list_sites(actor(), limit=1).items
    site_id = token.site_id or (some[0].id if some else "<site id>")
    root = url_for("v1.deployments", _external=True)
    bearer = '-H "Authorization: Bearer $CLOUDEYE_TOKEN"'
    body = f'{{"site_id": "{site_id}", "paths": ["/*"], "minutes": 30, "note": "release 2.3"}}'
    taken = 'python3 -c \'import json, sys; print(json.load(sys.stdin)["data"]["id"])\''
    before = "\n".join(
        (
            f"RELEASE=$(curl -fsS -X POST {root} \\",
            f'  {bearer} -H "Content-Type: application/json" \\',
            f"  -d '{body}' | {taken})",
        )
    )
    after = f"curl -fsS -X POST {root}/$RELEASE/finish {bearer}"
    return [(_("Before the release"), "before", before), (_("After the release"), "after", after)]


@web.post("/deployments/tokens/<id:token_id>/revoke")
def deployment_token_revoke(token_id: int) -> BaseResponse:
    revoke_token(actor(), token_id)
    say(_("The token is revoked: nothing can be announced with it any more."))
    return go(url_for("web.deployments"))
