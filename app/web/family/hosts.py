"""Showing that the hosts of a site are ours: each way step by step, looked at while one waits."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import ConflictError, InvalidError, RateLimitedError
from app.engine.net.target import parse_target
from app.models import HostOwnership, Site
from app.models.bug import OWNERSHIP_METHODS
from app.service.bug.host import add_host, check_host, delete_host, get_host, list_hosts, revoke_host
from app.service.site import get_site
from app.web.ask import go, say, wants_fragment
from app.web.blueprint import web
from app.web.forms.form import Form
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.host import host_card


@web.get("/sites/<id:site_id>/hosts")
def site_hosts(site_id: int) -> str:
    return _page(get_site(actor(), site_id), Form())


@web.post("/sites/<id:site_id>/hosts")
def site_hosts_post(site_id: int) -> BaseResponse | str:
    """Another host of the site."""
    site = get_site(actor(), site_id)
    typed = request.form.get("host", "")
    form = Form({"host": typed}, labels={"host": _("Host")})
    try:
        made = add_host(actor(), site_id, typed)
    except InvalidError as error:
        form.refuse(error)
    except ConflictError as error:
        form.errors["host"] = in_words(error.msg)
    else:
        return go(_place(made))
    return _page(site, form)


@web.post("/hosts/<id:host_id>/check")
def host_check(host_id: int) -> BaseResponse | str:
    """Look now; htmx gets the host's card with what was found, others the page."""
    method = request.form.get("method") or None
    if method not in (None, *OWNERSHIP_METHODS):
        method = None
    wrong = ""
    try:
        host = check_host(actor(), host_id, method)
    except RateLimitedError as error:
        host, wrong = get_host(actor(), host_id), in_words(error.msg)
    if wants_fragment():
        return render_template("security/_host.html", host=_card(host), wrong=wrong)
    if wrong:
        say(wrong, bad=True)
    return go(_place(host))


@web.post("/hosts/<id:host_id>/revoke")
def host_revoke(host_id: int) -> BaseResponse:
    """Active checks of it end now."""
    try:
        host = revoke_host(actor(), host_id)
    except ConflictError as error:
        say(in_words(error.msg), bad=True)
        return go(_place(get_host(actor(), host_id)))
    say(_("%(host)s is no longer checked actively.", host=host.host))
    return go(_place(host))


@web.post("/hosts/<id:host_id>/delete")
def host_delete(host_id: int) -> BaseResponse:
    host = get_host(actor(), host_id)
    name, page = host.host, url_for("web.site_hosts", site_id=host.site_id)
    try:
        delete_host(actor(), host_id)
    except ConflictError as error:
        say(in_words(error.msg), bad=True)
    else:
        say(_("%(host)s is forgotten.", host=name))
    return go(page)


def _place(host: HostOwnership) -> str:
    return url_for("web.site_hosts", site_id=host.site_id, _anchor=f"host-{host.id}")


def _card(host: HostOwnership) -> dict[str, Any]:
    return host_card(host, main=parse_target(host.site.base_url).authority)


def _page(site: Site, form: Form) -> str:
    hosts = [_card(each) for each in list_hosts(actor(), site.id)]
    return render_template("security/hosts.html", site=site, hosts=hosts, form=form)
