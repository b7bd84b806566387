"""More sites with nothing wrong, each with a habit of its own in answering what is not there."""

from __future__ import annotations

import html
from collections.abc import Callable

from tests.bug.everyday import everyday
from tests.bug.modest import modest
from tests.bug.serving import Answer, App, Asked
from tests.bug.twins import (
    catch_all_by_type,
    catch_all_echo,
    forbidding,
    good,
    mended_others,
    not_found_200_soft,
    page,
    redirect_home,
)

_LINKS = (("/", "Home"), ("/tea", "Tea"), ("/contact", "Contact"))
_HOME = Answer(page("Harbour Tea", "<p>Fine teas since 1911.</p>", _LINKS))
_LOGIN = (
    '<form method="post" action="/login"><input type="hidden" name="csrf_token" '
    'value="pX7vK2mQ9rT4wZ8nL1bY6cF3"><input name="user" autocomplete="username">'
    '<input type="password" name="pass" autocomplete="current-password"></form>'
)
_APP_FOLDERS = ("/admin", "/api", "/console", "/manager", "/actuator", "/debug", "/graphql")


def _with(elsewhere: Callable[[Asked], Answer]) -> App:
    """A site of three pages; `elsewhere` answers every other address."""
    return good(lambda asked: _HOME if asked.path in dict(_LINKS) else elsewhere(asked))


def _json(asked: Asked) -> Answer:
    return Answer(
        f'{{"status": "ok", "data": [], "path": "{html.escape(asked.path)}"}}', kind="application/json"
    )


def _title(asked: Asked) -> Answer:
    name = html.escape(asked.path)
    return Answer(page(name, f"<p>There is no page {name} in this wiki yet. Create it.</p>"))


def _folders(asked: Asked) -> Answer:
    if asked.path.startswith(_APP_FOLDERS):
        return Answer(page("Application", '<div id="app"></div>'))
    return Answer("no", 404, "text/plain")


def _language(asked: Asked) -> Answer:
    if asked.path.startswith("/en"):
        return Answer(page("Not found", "<p>Nothing here.</p>"))
    return Answer("", 302, "", (("Location", f"/en{asked.target}"),))


def _dots(asked: Asked) -> Answer:
    return Answer(
        "forbidden" if "/." in asked.path else "no", 403 if "/." in asked.path else 404, "text/plain"
    )


ODD_TWINS: dict[str, App] = {
    "an honest site of every day": everyday(),
    "a modest honest site": modest(),
    "mended, the other sites": mended_others(),
    "catch-all-200, the path repeated": catch_all_echo(),
    "redirect-404, home": redirect_home(),
    "catch-all-200, by content type": catch_all_by_type(),
    "catch-all-200, never the same": not_found_200_soft(),
    "everything forbidden": forbidding(),
    "JSON for everything": _with(_json),
    "the path as plain text": _with(lambda asked: Answer(f"{asked.path} not found\n", kind="text/plain")),
    "nothing, with 200": _with(lambda asked: Answer("")),
    "a picture for everything": _with(
        lambda asked: Answer(b"\x89PNG\r\n\x1a\n" + bytes(90), kind="image/png")
    ),
    "an archive for everything": _with(
        lambda asked: Answer(b"PK\x03\x04" + bytes(90), kind="application/zip")
    ),
    "the log-in for everything": _with(lambda asked: Answer(page("Log in", _LOGIN))),
    "the path as title": _with(_title),
    "an application in some folders": _with(_folders),
    "dots forbidden": _with(_dots),
    "languages by redirect": _with(_language),
    "a fault for everything": _with(lambda asked: Answer("Internal error", 500, "text/plain")),
}
