"""The outgoing HTTP door: everything that is no probe leaves through here.

1. The URL is read strictly (`parse_target`), its name resolved by us, every address judged by the guard.
2. The connection goes to the judged address and no other: there is no second look-up that could answer
   differently (DNS rebinding). Name and certificate are still the host's.
3. Redirects are followed by us, each hop through 1 and 2; credentials stay with the first origin.
4. Time, size (after decompression) and the number of hops are bounded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

import certifi
import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError as Urllib3Error
from urllib3.exceptions import NewConnectionError

from app.core.pinned import Cutter, PinnedAdapter
from app.engine.net.errors import DoorRefusedError
from app.engine.net.guard import AddressRefusedError, AllowList, check_address
from app.engine.net.resolver import LookupFailedError, resolve
from app.engine.net.target import Target, TargetError, parse_target

CHUNK = 65_536
MOST_ADDRESSES = 4
IDEMPOTENT = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")
RETRIED = (429, 502, 503, 504)
REDIRECTS = (301, 302, 303, 307, 308)
DROPPED_ELSEWHERE = ("authorization", "cookie", "webhook-signature")
DROPPED_WITH_BODY = ("content-type", "content-encoding", "content-length")


class DoorError(DoorRefusedError):
    """Nothing came back. `code` is a word, the message a sentence, `permanent` says not to try again.

    Codes: url, dns, refused, connect, tls, timeout, broken, too_large, redirects.
    """

    def __init__(self, code: str, sentence: str, *, permanent: bool = False) -> None:
        super().__init__(sentence, permanent=permanent)
        self.code = code


class _IntoError(Exception):
    """What takes a stream failed, such as a full disk: not the other side's doing."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


@dataclass(frozen=True, slots=True)
class DoorResponse:
    """An answer, whatever its status. `ms` is the last hop's time, connecting included."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    ms: float
    address: str
    url: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request as it goes over the wire."""

    method: str
    url: str
    headers: Mapping[str, str]
    data: bytes | None
    into: Callable[[bytes], object] | None = None

    def redirected(self, status: int, location: str) -> _Asked:
        """What a redirect asks for (RFC 9110, 15.4): 303 and, by custom, POST with 301 or 302 become GET."""
        try:
            url = urljoin(self.url, location)
        except ValueError as error:
            raise DoorError("url", "the answer redirects to what is no URL", permanent=True) from error
        to_get = self.method != "HEAD" and (status == 303 or (status in (301, 302) and self.method == "POST"))
        if not to_get:
            return replace(self, url=url)
        headers = _without(self.headers, DROPPED_WITH_BODY)
        return replace(self, method="GET", url=url, headers=headers, data=None)


class _Session(requests.Session):
    """A session that leaves redirects alone. Even when told not to follow, requests works out where one
    leads: it reads the whole body without any bound, and stumbles over a Location that is no URL."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class Door:
    """Requests to the outside. `allow` names the private networks it may reach; times are in seconds."""

    def __init__(
        self,
        allow: AllowList,
        *,
        ca_file: str = "",
        connect_seconds: float = 5.0,
        total_seconds: float = 15.0,
        max_bytes: int = 1_048_576,
        max_redirects: int = 5,
        user_agent: str = "CloudEye/1 (+webhook)",
    ) -> None:
        self._allow, self._ca_file = allow, ca_file or certifi.where()
        self._connect_seconds, self._total_seconds = connect_seconds, total_seconds
        self._max_bytes, self._max_redirects = max_bytes, max_redirects
        self._user_agent = user_agent

    def post(self, url: str, *, headers: Mapping[str, str], data: bytes) -> DoorResponse:
        """POST without following redirects: a receiver that moved has to be told of by its owner."""
        return self.request("POST", url, headers=headers, data=data, max_redirects=0)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        retries: int = 0,
        max_redirects: int | None = None,
        into: Callable[[bytes], object] | None = None,
    ) -> DoorResponse:
        """Send and read the whole answer, all tries together within `total_seconds`. Raises DoorError.

        With `into`, the body of a good answer (2xx) streams there piece by piece, decompressed and within
        `max_bytes`, and the response's own `body` is empty. When it breaks off half way, DoorError says so.

        Retries are for idempotent methods, and back off by 0.5, 1, 2 … seconds or what Retry-After asks for.
        """
        deadline = time.monotonic() + self._total_seconds
        hops = self._max_redirects if max_redirects is None else max_redirects
        # What has streamed away cannot be taken back, so that is not tried twice.
        tries = 1 + (retries if method in IDEMPOTENT and into is None else 0)
        asked = _Asked(method, url, headers or {}, data, into)
        for attempt in range(tries):
            pause = 0.5 * 2**attempt
            try:
                response = self._follow(asked, hops, deadline)
            except DoorError as error:
                if error.permanent or attempt + 1 == tries or time.monotonic() + pause > deadline:
                    raise
            else:
                if response.status not in RETRIED or attempt + 1 == tries:
                    return response
                pause = max(pause, _seconds_asked_for(response.headers.get("Retry-After", "")))
                if time.monotonic() + pause > deadline:
                    return response
            time.sleep(pause)
        raise AssertionError("unreachable: the last try returns or raises")

    def _follow(self, asked: _Asked, hops: int, deadline: float) -> DoorResponse:
        origin = _target(asked.url).origin
        for _ in range(hops + 1):
            response = self._once(asked, deadline)
            location = response.headers.get("Location")
            if response.status not in REDIRECTS or not location or hops == 0:
                return response
            asked = asked.redirected(response.status, location)
            if _target(asked.url).origin != origin:
                asked = replace(asked, headers=_without(asked.headers, DROPPED_ELSEWHERE))
        raise DoorError("redirects", f"more than {hops} redirects", permanent=True)

    def _once(self, asked: _Asked, deadline: float) -> DoorResponse:
        """One request: each judged address in turn until one takes the connection."""
        target = _target(asked.url)
        problem: DoorError | None = None
        for address in self._addresses(target, deadline)[:MOST_ADDRESSES]:
            try:
                return self._ask(asked, target, address, deadline)
            except DoorError as error:
                if error.code != "connect":
                    raise
                problem = error
        raise problem or DoorError("dns", f"{target.host} has no address")

    def _addresses(self, target: Target, deadline: float) -> list[str]:
        left = max(0.1, min(self._connect_seconds, deadline - time.monotonic()))
        try:
            addresses = resolve(target.host, left)
            for address in addresses:
                check_address(address, self._allow)
        except LookupFailedError as error:
            raise DoorError("dns", f"the name {target.host} cannot be resolved ({error.reason})") from error
        except AddressRefusedError as error:
            raise DoorError("refused", str(error), permanent=True) from error
        return addresses

    def _ask(self, asked: _Asked, target: Target, address: str, deadline: float) -> DoorResponse:
        started = time.monotonic()
        left = deadline - started
        if left <= 0:
            raise self._late(target)
        with Cutter(left) as cutter, _Session() as session:
            session.trust_env = False  # No proxy and no .netrc: the judged address is where it goes.
            session.mount(f"{target.scheme}://", PinnedAdapter(target, address, self._ca_file, cutter))
            try:
                with session.request(
                    asked.method,
                    target.url,
                    headers=self._headers(asked, target),
                    data=asked.data,
                    timeout=(min(self._connect_seconds, left), left),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    body = self._body(response, asked.into)
            except _IntoError as error:
                raise error.cause from None
            except (requests.RequestException, Urllib3Error, OSError) as error:
                raise self._late(target) if cutter.has_cut else _explained(error, target) from error
            if cutter.has_cut:  # A connection that was cut may look like one that ended.
                raise self._late(target)
            ms = (time.monotonic() - started) * 1000
            headers = CaseInsensitiveDict(response.headers)
            return DoorResponse(response.status_code, headers, body, ms, address, target.url)

    def _headers(self, asked: _Asked, target: Target) -> Mapping[str, str]:
        own = {"User-Agent": self._user_agent, "Accept-Encoding": "gzip, deflate"}
        return CaseInsensitiveDict({**own, **asked.headers, "Host": target.authority})

    def _body(self, response: requests.Response, into: Callable[[bytes], object] | None) -> bytes:
        if into is None or not 200 <= response.status_code < 300:
            return b"".join(self._bounded(response))
        for piece in self._bounded(response):
            try:
                into(piece)
            except OSError as error:
                raise _IntoError(error) from error
        return b""

    def _bounded(self, response: requests.Response) -> Iterator[bytes]:
        """The body in pieces, decompressed; ends it when there is too much of it."""
        total = 0
        while piece := response.raw.read1(CHUNK, decode_content=True):
            total += len(piece)
            if total > self._max_bytes:
                raise DoorError(
                    "too_large", f"the answer is larger than {self._max_bytes} bytes", permanent=True
                )
            yield piece

    def _late(self, target: Target) -> DoorError:
        return DoorError("timeout", f"{target.host} gave no whole answer within {self._total_seconds:g} s")


def _target(url: str) -> Target:
    try:
        return parse_target(url)
    except TargetError as error:
        raise DoorError("url", str(error), permanent=True) from error


def _without(headers: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in names}


def _seconds_asked_for(retry_after: str) -> float:
    """Retry-After as seconds from now (RFC 9110, 10.2.3); 0 when it cannot be read."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def _explained(error: Exception, target: Target) -> DoorError:
    if isinstance(error, requests.exceptions.SSLError):
        return DoorError("tls", f"the TLS connection to {target.host} failed")
    if isinstance(error, requests.exceptions.ConnectTimeout) or _was_refused(error):
        return DoorError("connect", f"{target.host} took no connection")
    if isinstance(error, requests.exceptions.ReadTimeout | TimeoutError):
        return DoorError("timeout", f"{target.host} did not answer in time")
    return DoorError("broken", f"the answer of {target.host} broke off ({type(error).__name__})")


def _was_refused(error: Exception) -> bool:
    """Whether there never was a connection: only then may another address be tried with the same POST."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", cause), NewConnectionError)
