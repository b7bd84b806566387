"""One's own picture: by upload, from an address, or none."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.picture import sent_picture
from app.core.errors import InvalidError, RateLimitedError
from app.service.profile.avatar import fetch_avatar, remove_avatar, set_avatar
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.identity import actor
from app.web.messages.lookup import in_words


@web.post("/account/picture")
def account_picture() -> BaseResponse:
    """Take the file that was sent, else the address."""
    url = request.form.get("url", "").strip()
    try:
        if url:
            fetch_avatar(actor(), url)
        else:
            set_avatar(actor(), sent_picture())
    except InvalidError as error:
        say("; ".join(in_words(why) for why in error.fields.values()), bad=True)
    except RateLimitedError as error:
        say(in_words(error.msg), bad=True)
    else:
        say(_("Your picture is kept."))
    return go(url_for("web.account"))


@web.post("/account/picture/remove")
def account_picture_remove() -> BaseResponse:
    remove_avatar(actor())
    say(_("Your picture is removed."))
    return go(url_for("web.account"))
