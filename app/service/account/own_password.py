"""A password that was made for somebody is good for one thing: choosing another (ASVS 6.4.1).

That is the one printed when the first administrator is made, and whichever `flask create-admin` is given or
makes: who reads the terminal knows it. One that the installation's owner put into CLOUDEYE_ADMIN_PASSWORD is
a secret of their own choice, like its other settings, and counts as theirs.
"""

from __future__ import annotations

from app.core.errors import InvalidError, PasswordDueError
from app.models import User
from app.service.account.password import password_fits
from app.service.actor import Actor

IN_PERSON = ("session", "jwt")
OPEN = frozenset(
    {
        "v1.logout",
        "v1.me",
        "web.logout",
        "web.keep_theme",
        "web.own_password",
        "web.own_password_post",
    }
)
"""What they may do until then: look who they are, change it, leave."""


def check_password_due(actor: Actor, endpoint: str) -> None:
    """PasswordDueError for whoever has not chosen a password of their own yet, and wants something else."""
    if actor.user.must_change_password and actor.way in IN_PERSON and endpoint not in OPEN:
        raise PasswordDueError


def check_is_another(user: User, password: str) -> None:
    """The one that was made for them is not what they may choose."""
    if user.must_change_password and password_fits(user, password):
        raise InvalidError({"password": "must be another one than was made for you"})
