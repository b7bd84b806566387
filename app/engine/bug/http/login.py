"""Being let in: by headers that are sent along, or by a form that is filled once."""

from __future__ import annotations

from urllib.parse import urlencode

from app.engine.bug.http.asker import Asker
from app.engine.bug.http.cookies import Jar
from app.engine.bug.page import Form, Page
from app.engine.bug.types import Login, Request, Response


def log_in(asker: Asker, login: Login) -> str:
    """Log in; "ok", or why not: "refused" (still outside), "no_form", "no_answer", "unsafe" (the password
    would go to whom nobody vouches for, or in the clear where the site has https). Raises ScanOverError.

    Header log-ins are sent by the asker with every request; a form's cookies from here on too.
    """
    if not login.form_url:
        return "ok" if _is_inside(asker.follow(asker.plan.url)[-1], login) else "refused"
    first = asker.follow(login.form_url)
    page = Page(first[-1])
    if page.response.error is not None:
        return "no_answer"
    form = _form_of(page, login)
    if form is None:
        return "no_form"
    if not asker.may_tell(form.action):
        return "unsafe"
    jar = Jar(*first)
    answers = _submit(asker, page, form, login, jar)
    jar.learn(*answers)
    asker.login_headers = (*login.headers, *jar.headers)
    inside = answers[-1]
    if asker.redirect_of(inside):
        inside = asker.follow(asker.redirect_of(inside))[-1]
    return "ok" if _is_inside(inside, login) else "refused"


def _form_of(page: Page, login: Login) -> Form | None:
    """The form that has all the given fields, else the first one with a password."""
    names = set(login.fields)
    for form in page.forms:
        if names <= {each.name for each in form.fields}:
            return form
    return next((form for form in page.forms if form.has_password), None)


def _submit(asker: Asker, page: Page, form: Form, login: Login, jar: Jar) -> tuple[Response, ...]:
    given = {
        each.name: each.value for each in form.fields if each.name and each.type not in ("submit", "file")
    }
    body = urlencode({**given, **login.fields}).encode()
    headers = (
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Referer", page.url),
        *jar.headers,
    )
    if form.method == "GET":
        return asker.follow(Request(f"{form.action}?{body.decode()}", headers=headers))
    return (asker.ask(Request(form.action, "POST", headers, body)),)


def _is_inside(response: Response, login: Login) -> bool:
    if response.error is not None or response.status >= 400:
        return False
    if login.logged_in:
        return login.logged_in in response.text
    return not any(form.has_password for form in Page(response).forms)
