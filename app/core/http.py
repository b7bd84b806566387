"""The outgoing HTTP door: everything that is no probe leaves through here.

1. The URL is read strictly (`parse_target`), its name resolved by us, every address judged by the guard.
2. The connection goes to the judged address and no other: there is no second look-up that could answer
   differently (DNS rebinding). Name and certificate are still the host's.
3. Redirects are followed by us, each hop through 1 and 2; credentials stay with the first origin.
4. Time, size (after decompression) and the number of hops are bounded.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError as Urllib3Error

from app.engine.net.errors import DoorRefusedError
from app.engine.net.guard import AddressRefusedError, AllowList, check_address
from app.engine.net.resolver import LookupFailedError, resolve
from app.engine.net.target import Target, TargetError, parse_target

CHUNK = 65_536
IDEMPOTENT = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")
RETRIED = (429, 502, 503, 504)
DROPPED_ELSEWHERE = ("authorization", "cookie", "webhook-signature")


class DoorError(DoorRefusedError):
    """Nothing came back. `code` is a word, the message a sentence, `permanent` says not to try again."""

    def __init__(self, code: str, sentence: str, *, permanent: bool = False) -> None:
        super().__init__(sentence, permanent=permanent)
        self.code = code


@dataclass(frozen=True, slots=True)
class DoorResponse:
    status: int
    headers: Mapping[str, str]
    body: bytes
    ms: float
    address: str
    url: str


class _Pinned(HTTPAdapter):
    """Connects to one address for whatever host the URL names; SNI, certificate and Host are the host's."""

    def __init__(self, target: Target, address: str) -> None:
        self._target, self._address = target, address
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        _, pool_kwargs = self.build_connection_pool_key_attributes(request, verify, cert)
        host = f"[{self._address}]" if ":" in self._address else self._address
        if self._target.scheme == "https":
            pool_kwargs |= {"server_hostname": self._target.host, "assert_hostname": self._target.host}
        return self.poolmanager.connection_from_host(
            host, port=self._target.port, scheme=self._target.scheme, pool_kwargs=pool_kwargs
        )


class Door:
    """Requests to the outside. `allow` names the private networks it may reach; times are in seconds."""

    def __init__(
        self,
        allow: AllowList,
        *,
        ca_file: str | bool = True,
        connect_seconds: float = 5.0,
        total_seconds: float = 15.0,
        max_bytes: int = 1_048_576,
        max_redirects: int = 5,
        user_agent: str = "CloudEye/1 (+webhook)",
    ) -> None:
        self._allow, self._ca_file = allow, ca_file
        self._connect_seconds, self._total_seconds = connect_seconds, total_seconds
        self._max_bytes, self._max_redirects = max_bytes, max_redirects
        self._user_agent = user_agent

    def post(self, url: str, *, headers: Mapping[str, str], data: bytes) -> DoorResponse:
        """POST without following redirects: a receiver that moved has to be told of by its owner."""
        return self.request("POST", url, headers=headers, data=data, max_redirects=0)

    def check(self, url: str) -> None:
        """Raise `DoorError` when the URL must not be contacted."""
        self._addresses(self._target(url), time.monotonic() + self._connect_seconds)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        retries: int = 0,
        max_redirects: int | None = None,
    ) -> DoorResponse:
        """Send and read the whole answer. Retries (idempotent methods only) back off 0.5, 1, 2 … seconds."""
        deadline = time.monotonic() + self._total_seconds
        hops = self._max_redirects if max_redirects is None else max_redirects
        tries = 1 + (retries if method in IDEMPOTENT else 0)
        for attempt in range(tries):
            pause = 0.5 * 2**attempt
            try:
                response = self._follow(method, url, dict(headers or {}), data, hops, deadline)
            except DoorError as error:
                if error.permanent or attempt + 1 == tries or time.monotonic() + pause > deadline:
                    raise
            else:
                if response.status not in RETRIED or attempt + 1 == tries:
                    return response
                given = response.headers.get("Retry-After", "")
                pause = max(pause, float(given)) if given.isdigit() else pause
                if time.monotonic() + pause > deadline:
                    return response
            time.sleep(pause)
        raise AssertionError("unreachable: the last try returns or raises")

    def _follow(
        self, method: str, url: str, headers: dict[str, str], data: bytes | None, hops: int, deadline: float
    ) -> DoorResponse:
        origin = self._target(url).origin
        for hop in range(hops + 1):
            response = self._once(method, url, headers, data, deadline)
            location = response.headers.get("Location")
            if response.status not in (301, 302, 303, 307, 308) or not location or hops == 0:
                return response
            if hop == hops:
                break
            url = urljoin(url, location)
            if response.status == 303 or (response.status in (301, 302) and method == "POST"):
                method, data = "GET", None
            if self._target(url).origin != origin:
                headers = {
                    name: value for name, value in headers.items() if name.lower() not in DROPPED_ELSEWHERE
                }
        raise DoorError("redirects", f"more than {hops} redirects", permanent=True)

    def _once(
        self, method: str, url: str, headers: dict[str, str], data: bytes | None, deadline: float
    ) -> DoorResponse:
        """One request: each judged address in turn until one takes the connection."""
        target = self._target(url)
        problem: DoorError | None = None
        for address in self._addresses(target, deadline)[:4]:
            try:
                return self._ask(target, address, method, headers, data, deadline)
            except DoorError as error:
                if error.code != "connect":
                    raise
                problem = error
        raise problem or DoorError("dns", f"{target.host} has no address")

    def _target(self, url: str) -> Target:
        try:
            return parse_target(url)
        except TargetError as error:
            raise DoorError("url", str(error), permanent=True) from error

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

    def _ask(
        self,
        target: Target,
        address: str,
        method: str,
        headers: dict[str, str],
        data: bytes | None,
        deadline: float,
    ) -> DoorResponse:
        left = deadline - time.monotonic()
        if left <= 0:
            raise DoorError("timeout", f"no answer within {self._total_seconds:g} s")
        sent = {
            "User-Agent": self._user_agent,
            "Accept-Encoding": "gzip, deflate",
            **headers,
            "Host": target.authority,
        }
        started = time.monotonic()
        with requests.Session() as session:
            session.trust_env = False
            session.mount(f"{target.scheme}://", _Pinned(target, address))
            try:
                with session.request(
                    method,
                    target.url,
                    headers=sent,
                    data=data,
                    timeout=(min(self._connect_seconds, left), left),
                    verify=self._ca_file,
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    body = b"".join(self._bounded(response, deadline))
                    ms = (time.monotonic() - started) * 1000
                    return DoorResponse(
                        response.status_code,
                        CaseInsensitiveDict(response.headers),
                        body,
                        ms,
                        address,
                        target.url,
                    )
            except (requests.RequestException, Urllib3Error, OSError) as error:
                raise _explained(error, target) from error

    def _bounded(self, response: requests.Response, deadline: float) -> Iterator[bytes]:
        """The body in pieces; ends it when there is too much of it or it takes too long."""
        total = 0
        while True:
            if time.monotonic() > deadline:
                raise DoorError("timeout", f"no whole answer within {self._total_seconds:g} s")
            piece = response.raw.read1(CHUNK, decode_content=True)
            if not piece:
                return
            total += len(piece)
            if total > self._max_bytes:
                raise DoorError(
                    "too_large", f"the answer is larger than {self._max_bytes} bytes", permanent=True
                )
            yield piece


def _explained(error: Exception, target: Target) -> DoorError:
    if isinstance(error, requests.exceptions.SSLError):
        return DoorError("tls", f"the TLS connection to {target.host} failed")
    if isinstance(error, requests.exceptions.ReadTimeout | TimeoutError):
        return DoorError("timeout", f"{target.host} did not answer in time")
    if isinstance(error, requests.exceptions.ConnectionError):
        return DoorError("connect", f"{target.host} took no connection")
    return DoorError("broken", f"the answer of {target.host} broke off ({type(error).__name__})")
