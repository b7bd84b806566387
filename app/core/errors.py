"""Every error the product raises on purpose, with all that its handler needs.

The codes are the API's (`{"code": …}`); the table is in docs/architecture.md.
"""

from __future__ import annotations

from collections.abc import Mapping


class CloudEyeError(Exception):
    """An error with an answer: `code` for machines, `http_status` for HTTP, `msg` for people."""

    code = 15001
    http_status = 500
    msg = "something went wrong on our side"

    def __init__(self, msg: str | None = None, *, data: object = None) -> None:
        self.msg = msg or type(self).msg
        self.data = data
        super().__init__(self.msg)


class NotPermittedError(CloudEyeError):
    code = 10005
    http_status = 403
    msg = "your role does not permit this"


class NotLoggedInError(CloudEyeError):
    code = 10006
    http_status = 401
    msg = "log in first"


class CsrfError(CloudEyeError):
    code = 10007
    http_status = 403
    msg = "the CSRF token is missing or wrong; reload the page and try again"


class RateLimitedError(CloudEyeError):
    """Too many tries; `resets_in` seconds until the next one is taken."""

    code = 10008
    http_status = 429

    def __init__(self, resets_in: float) -> None:
        self.resets_in = max(1, int(resets_in + 0.999))
        super().__init__(
            f"too many tries; try again in {self.resets_in} s", data={"resets_in": self.resets_in}
        )


class SecondFactorNeededError(CloudEyeError):
    """The first step of a log-in is done; `ways` are those the second can be done by."""

    code = 10009
    http_status = 401
    msg = "a second factor is needed"

    def __init__(self, ways: list[str]) -> None:
        super().__init__(data={"ways": ways})


class ProofNeededError(CloudEyeError):
    """What was asked for is done only for who has just shown who they are; `ways` are those to show it by."""

    code = 10010
    http_status = 403
    msg = "confirm first that it is you"

    def __init__(self, ways: list[str]) -> None:
        super().__init__(data={"ways": ways})


class FactorRequiredError(CloudEyeError):
    code = 10011
    http_status = 403
    msg = "the organization requires a second factor; set one up first"


class PasswordDueError(CloudEyeError):
    code = 10012
    http_status = 403
    msg = (
        "this password was made for you: log in with a session and choose one of your own first, "
        "by PATCH /user/me with current_password and password"
    )


class InvalidError(CloudEyeError):
    """Parameters are invalid; `fields` names each with what is wrong about it."""

    code = 11001
    http_status = 400

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__(
            "; ".join(f"{name}: {why}" for name, why in self.fields.items()), data={"fields": self.fields}
        )


class NotFoundError(CloudEyeError):
    code = 11004
    http_status = 404
    msg = "there is no such thing here"


class ConflictError(CloudEyeError):
    code = 11009
    http_status = 409
    msg = "this clashes with what is there"


class UpstreamError(CloudEyeError):
    """Somebody else's service failed us. That is no failure of ours, nor of a gateway: hence not 502."""

    code = 15002
    http_status = 424
    msg = "the other side did not answer as it should"


class DatabaseError(CloudEyeError):
    code = 15003
    http_status = 503
    msg = "the database is not available"


class RedisUnavailableError(CloudEyeError):
    code = 15004
    http_status = 503
    msg = "Redis is not available"
