"""OAuth 2 client credentials (RFC 6749, 4.4): the token of a request, fetched by the same guarded engine.

A token is kept until shortly before it expires; one that the target refuses with 401 is fetched anew, once
a check.
"""

from __future__ import annotations

import base64
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode
from weakref import WeakKeyDictionary

from app.engine.usability.http.body import BodyUnreadableError
from app.engine.usability.http.evidence import masked
from app.engine.usability.http.plan import Plan
from app.engine.usability.http.run import HttpRun
from app.engine.usability.types import Check, Done, Outcome

if TYPE_CHECKING:
    from app.engine.usability.http.auth import Auth
    from app.engine.usability.http.fields import ConnectionFields
    from app.engine.usability.loop import ProbeLoop

Key = tuple[Any, ...]
OnToken = Callable[[str, Outcome | None], None]
Start = Callable[[str, Check, Done], None]
_USUAL_SECONDS = 300.0
_SPARE_SECONDS = 10.0
_MAX_TOKENS = 10_000
_MAX_TOKEN = 16_384
_CONNECTION = (
    "client_certificate", "client_key", "client_key_password", "proxy", "proxy_username", "proxy_password",
    "verify_tls", "ca_bundle", "ip_version",
)  # fmt: skip
_stores: WeakKeyDictionary[ProbeLoop, TokenStore] = WeakKeyDictionary()


class TokenError(Exception):
    """The answer of a token's address holds no token; the message says why, in few words."""


class TokenStore:
    """The tokens of one loop, and who waits for one that is on its way."""

    def __init__(self) -> None:
        self._tokens: OrderedDict[Key, tuple[str, float]] = OrderedDict()
        self.waiting: dict[Key, list[OnToken]] = {}

    def get(self, key: Key, now: float) -> str | None:
        token, until = self._tokens.get(key, ("", -math.inf))
        return token if until > now else None

    def put(self, key: Key, token: str, until: float) -> None:
        self._tokens[key] = (token, until)
        self._tokens.move_to_end(key)
        if len(self._tokens) > _MAX_TOKENS:
            self._tokens.popitem(last=False)

    def forget(self, key: Key, token: str) -> None:
        """Drop a token that was refused, unless another has taken its place."""
        if self._tokens.get(key, ("", 0.0))[0] == token:
            del self._tokens[key]


class AuthorisedRun:
    """One check with a token: fetch it where there is none, ask, and once more when it was refused."""

    def __init__(
        self, loop: ProbeLoop, check: Check, config: ConnectionFields, done: Done, start: Start
    ) -> None:
        """`start(token, check, done)` begins the request itself."""
        self._loop = loop
        self._check = check
        self._config = config
        self._done = done
        self._start = start
        self._stop_at = monotonic() + check.timeout_ms / 1000
        self._store = _stores.setdefault(loop, TokenStore())
        self._key = _key(check, config)

    def begin(self) -> None:
        token = self._store.get(self._key, monotonic())
        if token is None:
            self._fetch()
        else:
            self._start(token, self._rest(), lambda outcome: self._answered(token, outcome))

    def _rest(self) -> Check:
        """The check with the time that is left of it."""
        return replace(self._check, timeout_ms=max(int((self._stop_at - monotonic()) * 1000), 1))

    def _answered(self, token: str, outcome: Outcome) -> None:
        if outcome.http_status == 401:
            self._store.forget(self._key, token)
            self._fetch()
        else:
            self._done(outcome)

    def _fetch(self) -> None:
        waiting = self._store.waiting.get(self._key)
        if waiting is not None:
            waiting.append(self._take)
            return
        waiting = self._store.waiting[self._key] = [self._take]
        try:
            self._ask_for_token()
        except Exception:
            del self._store.waiting[self._key]
            raise

    def _ask_for_token(self) -> None:
        plan = Plan.of(token_config(self._config), keeps=True)
        run = HttpRun(self._loop, self._rest(), plan, lambda outcome: self._fetched(run, outcome))
        run.begin()

    def _fetched(self, run: HttpRun, outcome: Outcome) -> None:
        failure: Outcome | None = None
        token = ""
        try:
            token, seconds = read_token(run, outcome)
            self._store.put(self._key, token, monotonic() + seconds)
        except TokenError as error:
            failure = _failure(outcome, self._config.auth, str(error))
        except Exception as error:  # Those who wait are told, whatever an issuer answers.
            failure = Outcome("unknown", "probe_error", {"error": f"{type(error).__name__}: {error}"[:200]})
        for take in self._store.waiting.pop(self._key, []):
            take(token, failure)

    def _take(self, token: str, failure: Outcome | None) -> None:
        if failure is not None:
            self._done(replace(failure))
            return
        try:
            self._start(token, self._rest(), self._done)
        except Exception as error:
            what = f"{type(error).__name__}: {error}"[:200]
            self._done(Outcome("unknown", "probe_error", {"error": what}))


def read_token(run: HttpRun, outcome: Outcome) -> tuple[str, float]:
    """The token and for how many seconds it is good. Raises TokenError."""
    import orjson

    answer = run.answer
    if answer is None:
        raise TokenError(outcome.reason or "no answer")
    try:
        said = orjson.loads(answer.text)
    except (ValueError, BodyUnreadableError):
        raise TokenError(f"HTTP {answer.status}, no JSON") from None
    token = said.get("access_token") if isinstance(said, dict) else None
    if answer.status >= 400 or not isinstance(token, str) or not 0 < len(token) <= _MAX_TOKEN:
        error = said.get("error") if isinstance(said, dict) else None
        raise TokenError(
            f"HTTP {answer.status}, {error[:80] if isinstance(error, str) else 'no access_token'}"
        )
    if not token.isprintable() or " " in token:
        raise TokenError("the token has characters that no header may have")
    return token, _lifetime(said.get("expires_in"))


def _lifetime(said: Any) -> float:
    try:
        seconds = float(said)
    except (TypeError, ValueError):
        seconds = _USUAL_SECONDS
    if not math.isfinite(seconds):
        seconds = _USUAL_SECONDS
    return max(seconds - min(_SPARE_SECONDS, seconds / 5), 0.0)


def _failure(outcome: Outcome, auth: Auth, error: str) -> Outcome:
    """Without a token nothing was learned of the target, only of who lets people in: that is down too."""
    if outcome.status == "unknown":
        return outcome
    was_answered = outcome.http_status is not None
    reason = "token_refused" if was_answered else "token_unreachable"
    told: dict[str, Any] = {} if was_answered else {"first": outcome.detail}
    detail = masked(
        told | {"url": auth.token_url, "error": error}, [each for each in (auth.client_secret,) if each]
    )
    facts = {"evidence": outcome.facts["evidence"]} if "evidence" in outcome.facts else {}
    return Outcome("down", reason, detail, dns_ms=outcome.dns_ms, connect_ms=outcome.connect_ms, facts=facts)


def token_config(config: ConnectionFields) -> Any:
    """The request for a token as a configuration of its own."""
    from app.engine.usability.probes.http import HttpConfig

    auth = config.auth
    form = {"grant_type": "client_credentials"}
    form |= {name: value for name in ("scope", "audience") if (value := getattr(auth, name))}
    headers = {"Accept": "application/json"}
    if auth.send_as == "header":
        pair = f"{quote_plus(auth.client_id)}:{quote_plus(auth.client_secret)}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        form |= {"client_id": auth.client_id, "client_secret": auth.client_secret}
    return HttpConfig(
        url=auth.token_url,
        method="POST",
        headers=headers,
        body=urlencode(form),
        content_type="application/x-www-form-urlencoded",
        accepted_status="200-599",
        follow_redirects=False,
        max_body_kb=64,
        **{name: getattr(config, name) for name in _CONNECTION},
    )


def _key(check: Check, config: ConnectionFields) -> Key:
    auth = config.auth
    return (
        auth.token_url, auth.client_id, auth.client_secret, auth.scope, auth.audience, auth.send_as,
        check.allow, *(getattr(config, name) for name in _CONNECTION),
    )  # fmt: skip
