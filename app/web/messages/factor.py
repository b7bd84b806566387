"""Sentences about second factors and sign-in services."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KNOWN = (
    _l("is wrong, or was used before"),
    _l("log in with your password first"),
    _l("the account is closed, or belongs to no organization"),
    _l("there is an authenticator app already; remove it first"),
    _l("there is no authenticator app"),
    _l("no authenticator app waits to be confirmed"),
    _l("recovery codes stand in for a second factor, and there is none"),
    _l("this passkey is not known here, or was not confirmed"),
    _l("this passkey is registered already"),
    _l("is not a passkey made for this page"),
    _l("is missing: this browser showed no passkey"),
    _l("took too long, or was answered already; try again"),
    _l("is not enough: confirm it by your second factor"),
    _l("remove your own second factors on the page of your account"),
    _l("this member belongs to another organization too; who runs CloudEye can do it"),
    _l("set up your own second factor first"),
    _l("this account is not known here; ask for an invitation, or link it on the page of your account"),
    _l("this is linked with an account already"),
    _l("there is no such sign-in service"),
    _l("there is no such passkey"),
    _l("there is no such link"),
    _l("is not of this log-in; try again"),
    _l("is not the issuer this log-in went to"),
    _l("is missing: the sign-in service let nobody in"),
    _l("must be entered again, since another issuer would get it"),
    _l("must be domains such as example.org"),
    _l("must not contain a query"),
    _l("must begin with https://"),
    _l("the sign-in service did not accept the code"),
    _l("the sign-in service answered with what is no token"),
    _l("the sign-in service calls itself by another issuer"),
    _l("the sign-in service's description lacks an address"),
    _l("the sign-in service's description leaves https"),
    _l("the sign-in service's ID token does not hold"),
    _l("the sign-in service names nobody"),
    _l("the sign-in service answered with what is no JSON"),
    _l("the sign-in service answered with what is no JSON object"),
)
PATTERNS = (
    (r"a user has at most (?P<n>\d+) passkeys", _l("a user has at most %(n)s passkeys")),
    (
        r"an organization has at most (?P<n>\d+) sign-in services",
        _l("an organization has at most %(n)s sign-in services"),
    ),
    (
        r"the sign-in service answered with status (?P<status>\d+)",
        _l("the sign-in service answered with status %(status)s"),
    ),
    (
        r"the sign-in service cannot be reached: (?P<why>.*)",
        _l("the sign-in service cannot be reached: %(why)s"),
    ),
)
