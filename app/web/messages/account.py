"""Sentences about accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KNOWN = (
    _l("is not an e-mail address or a phone number"),
    _l("is not a phone number"),
    _l("is too simple: characters in a row or over and over again"),
    _l("is one of the passwords everybody tries first"),
    _l("is too close to your name, address or organization"),
    _l("must be another one than was made for you"),
    _l("is wrong or no longer good"),
    _l("log in with this account first"),
    _l("is a member already"),
    _l("you are a member already"),
    _l("this link is no longer good; ask for a new one"),
    _l("this invitation is no longer good; ask for a new one"),
    _l("this invitation was accepted already"),
    _l("this invitation is for another address; log in with that account"),
    _l("nobody can register here; ask for an invitation"),
    _l("this installation sends no mail; its administrator has to choose a channel"),
    _l("this installation sends no text messages; its administrator has to choose a channel"),
    _l("only the organization that runs this installation decides that"),
    _l("is not a channel that can send to single people"),
    _l("an account needs an e-mail address or a phone number"),
    _l("nobody changes a member above them, or grants more than they have"),
    _l("an organization needs an owner; hand it over first"),
    _l("this is yourself: leave the organization, or hand it over"),
    _l("this is yourself"),
    _l("this member cannot log in"),
    _l("there is no such member"),
    _l("there is no such organization"),
    _l("your sessions there were ended by an administrator: log out, and log in anew"),
    _l("there is no such invitation"),
    _l("only who owns an organization may make another one"),
    _l("this session is for one organization alone; log in with your password"),
)
PATTERNS = (
    (
        r"one user may own at most (?P<n>\d+) organizations",
        _l("one user may own at most %(n)s organizations"),
    ),
)
ACTIONS = {
    "user.register": _l("Registered"),
    "user.reset": _l("Password set by letter"),
    "user.reset_link": _l("Link for a new password made"),
    "user.activate": _l("Account activated"),
    "user.deactivate": _l("Account deactivated"),
    "user.contact": _l("E-mail or phone changed"),
    "member.change": _l("Member changed"),
    "member.log_out": _l("Member logged out"),
    "member.log_out_all": _l("All members logged out"),
    "member.remove": _l("Member removed"),
    "member.leave": _l("Member left"),
    "invitation.create": _l("Invited"),
    "invitation.revoke": _l("Invitation taken back"),
    "invitation.accept": _l("Invitation accepted"),
    "organization.create": _l("Organization made"),
    "organization.enter": _l("Came over from another organization"),
    "organization.hand_over": _l("Organization handed over"),
    "accounts.change": _l("Rules for accounts changed"),
}
